"""Decides what `make docs` writes again: the commands' reference, the verbs, the pictures, the examples."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from docs import make_cli, make_pictures, make_verbs, transcripts

if __name__ == "__main__":
    make_cli.PAGE.write_text(make_cli.page(), encoding="utf-8")
    make_verbs.PAGE.write_text(make_verbs.page(), encoding="utf-8")
    make_pictures.main()
    sys.exit(transcripts.main(["--write"]))
