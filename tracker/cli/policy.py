"""Decides how a rule and the three times are named on the command line, in every command alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Policy(click.ParamType[str]):
    """The name of a rule; bound later, so that help and the belief need not load the others."""

    name = "policy"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Names that begin so, each with what the rule does."""
        from click.shell_completion import CompletionItem

        from tracker.judgement.policies import POLICIES

        return [
            CompletionItem(one.name, help=one.says) for one in POLICIES if one.name.startswith(incomplete)
        ]


RULE = Policy()
BY_RULE = click.option(
    "--policy",
    metavar="RULE",
    type=RULE,
    default="bayes",
    help="By another rule: latest, vote, decayed-vote, two-origins, against-interest, claimed.",
)
AT = click.option("--at", metavar="TIME", help="The world at that time; a date means the end of that day.")
KNOWN_AT = click.option("--known-at", metavar="TIME", help="Only what had been recorded by then.")
PUBLISHED_BY = click.option("--published-by", metavar="TIME", help="Only what had been published by then.")
