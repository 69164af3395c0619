"""Decides what `make docs` writes again: commands, verbs, pictures, the nights of the story, examples."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from docs import make_cli, make_nights, make_pictures, make_verbs, transcripts

if __name__ == "__main__":
    make_cli.PAGE.write_text(make_cli.page(), encoding="utf-8")
    make_verbs.PAGE.write_text(make_verbs.page(), encoding="utf-8")
    make_pictures.main()
    make_nights.main()
    sys.exit(transcripts.main(["--write"]))
