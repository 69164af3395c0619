"""Decides how a name with spaces gets into a command line of bash: escaped, unless the word is quoted."""

from __future__ import annotations

from click.shell_completion import BashComplete, add_completion_class


class Bash(BashComplete):
    """click's completion for bash, whose script would leave `Deir ez-Zor` as two words."""

    source_template = BashComplete.source_template.replace(
        "COMPREPLY+=($value)",
        """if [[ ${COMP_WORDS[COMP_CWORD]} == [\\"\\']* ]]; then
                COMPREPLY+=("$value")
            else
                COMPREPLY+=("$(printf %%q "$value")")
            fi""",
    )


def escape_names() -> None:
    """Let bash be completed that way."""
    add_completion_class(Bash)
