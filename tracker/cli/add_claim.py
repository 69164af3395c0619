"""Decides `tracker add-claim`: how a claim is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click

from tracker.cli.output import Lines, as_json, note
from tracker.cli.session import ACTOR, CLAIM, PLACE, SOURCE, Session, session
from tracker.cli.shell import WITH_VALUE, Command
from tracker.errors import UnreadableSentence, quoted, typed

_FIELDS = (
    click.option("--actor", multiple=True, type=ACTOR, metavar="ACTOR",
                 help="Who it is about; several are joint."),
    click.option("--predicate", metavar="WORD",
                 help="captured, holds, lost, advanced, besieges, fighting, present, struck, agreed, other."),
    click.option("--place", type=PLACE, metavar="PLACE", help="Where."),
    click.option("--source", type=SOURCE, metavar="SOURCE", help="Who reported it: the last in the chain."),
    click.option("--said-by", multiple=True, type=SOURCE, metavar="SOURCE",
                 help='Who said it first, then who passed it on; "unnamed: three Syrian sources". '
                      'Each may say more: "SOHR; basis=told; stance=confirms; said-at=friday".'),
    click.option("--against", multiple=True, type=ACTOR, metavar="ACTOR", help="The other side of a fight."),
    click.option("--modality", metavar="WORD", help="asserts (default), denies, expects, silent."),
    click.option("--basis", metavar="WORD", help="How the origin knows: witnessed, told, deduced, unknown."),
    click.option("--stance", metavar="WORD",
                 help="The reporter's: states, relays, confirms, could-not-verify, doubts."),
    click.option("--channel", metavar="TEXT", help="Where the origin said it: statement, Telegram, …"),
    click.option("--at", metavar="TIME",
                 help="When it happened: 2024-12-06, a/b, ~friday, …; left out: not known."),
    click.option("--reported", metavar="TIME", help="When it was reported; left out: now."),
    click.option("--extent", metavar="WORD", help="all, most, part, some, unspecified."),
    click.option("--relation", metavar="WORD", help="in, edge-of, near, within, toward."),
    click.option("--km", type=float, metavar="N", help="How far."),
    click.option("--bearing", metavar="POINT", help="N, NE, E, …"),
    click.option("--outcome", metavar="WORD", help="Of fighting: ongoing, repelled, ended."),
    click.option("--detail", "detail", multiple=True, metavar="KEY=VALUE",
                 help="manner, framing, from, means, …"),
    click.option("--confidence", metavar="WORD", help='0.7, 70%, "very likely", moderate, B2.'),
    click.option("--quote", metavar="TEXT", help="The words, verbatim."),
    click.option("--note", metavar="TEXT", help="Our own words."),
    click.option("--url", metavar="URL", help="Where it can be read."),
    click.option("--document", metavar="KEY",
                 help="The document it stands in; one that is registered fills the gaps."),
)  # fmt: skip


def claim_fields(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that describe a claim."""
    for option in reversed(_FIELDS):
        function = option(function)
    return function


def described(told: dict[str, Any]) -> dict[str, Any]:
    """What the options say, without what was left out."""
    details = dict(_detail(text) for text in told.pop("detail"))
    return {
        **{key: value for key, value in told.items() if value not in (None, (), "")},
        **({"details": details} if details else {}),
    }


def _detail(text: str) -> tuple[str, str | int | float]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise click.BadParameter(f"{text!r} is not KEY=VALUE", param_hint="--detail")
    for number in (int, float):
        try:
            read = number(value)
        except ValueError:
            continue
        if read == read and abs(read) < 2**53:
            return key.strip(), read
    return key.strip(), value


@click.command(cls=Command)
@click.argument("sentence", required=False)
@claim_fields
@click.option("--like", type=CLAIM, metavar="CLAIM", help="As that claim, but for what is given.")
@click.option("--create", is_flag=True, help="Bring in names that are not known yet.")
@click.option(
    "--dry-run", is_flag=True, help="Show what would be recorded and what would change; write nothing."
)
@session
def command(
    run: Session, sentence: str | None, like: str | None, create: bool, dry_run: bool, **told: Any
) -> None:
    """Record what somebody said: SENTENCE is [ACTOR] VERB [words] PLACE.

    \b
    tracker add-claim "rebels captured Sanamayn" --source Reuters --said-by rebels --at 2024-12-07
    """
    tracker = run.tracker(writing=True)
    try:
        answer = tracker.add_claim(sentence, dry_run=dry_run, create=create, like=like, **described(told))
    except UnreadableSentence as refused:
        raise _with_what_was_typed(refused, click.get_current_context()) from None
    tell_added(run, answer)


def _with_what_was_typed(refused: UnreadableSentence, context: click.Context) -> UnreadableSentence:
    """The refusal with whole commands as its next step: those proposed, with the options that were typed."""
    from tracker.desk.proposal import Proposal

    proposal = refused.facts.get("proposal")
    if not isinstance(proposal, Proposal):
        return refused
    options = list(_options(context))
    common = [told for option, told in options if option.opts[0] in WITH_VALUE]
    step = proposal.typed(
        lambda step: _command(context, step.sentence, step.options, options),
        lambda step: " ".join([step, *common]) if step.startswith("tracker ") else step,
        " && " if proposal.joined == ", then " else proposal.joined,
    )
    return UnreadableSentence(**{**refused.facts, "try_": step})


def _options(context: click.Context) -> Iterator[tuple[click.Option, str]]:
    """The options of a command line that were typed, one for each value, with the value."""
    for option in context.command.get_params(context):
        name = option.name or ""
        if isinstance(option, click.Option) and (
            context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
        ):
            value = context.params[name]
            for one in value if option.multiple else (value,):
                yield option, option.opts[0] if option.is_flag else f"{option.opts[0]} {typed(one)}"


def _command(
    context: click.Context, sentence: str, proposed: str, options: Sequence[tuple[click.Option, str]]
) -> str:
    """The command with another sentence, and with options that go before those typed."""
    left = [
        told
        for option, told in options
        if f"{told if option.multiple else option.opts[0]} " not in f"{proposed} "
    ]
    return " ".join(filter(None, (context.command_path, quoted(sentence), proposed, *left)))


def tell_added(run: Session, answer: dict[str, Any]) -> None:
    """The answer to a claim that was added, or would be."""
    notes: Sequence[str] = answer["notes"]
    for text in notes:
        note(text)
    if run.as_json:
        as_json({key: value for key, value in answer.items() if key != "notes"})
        return
    from tracker import phrases
    from tracker.cli import tell

    out = Lines(colored=run.colored)
    verb = "was already recorded" if answer["known"] else "recorded"
    if answer["dry_run"] and not answer["known"]:
        verb = "would be recorded"
    out.line(
        f"{answer['claim']} {verb}: {phrases.proposition(answer['told'])} ({answer['told']['attribution']})",
        "title",
    )
    out.item(
        "occurred",
        _moment(answer["event"].get("occurred"), run.zone()) or "not said; at the latest when reported",
    )
    out.item("reported", _moment(answer["event"]["reported"], run.zone()) or "now")
    for stream in answer["created"]:
        out.item("new", stream)
    tell.change(out, answer, run.zone())


def _moment(told: dict[str, Any] | None, zone: str) -> str:
    from tracker.cli.tell import when

    if not told:
        return ""
    start, end = told.get("earliest"), told.get("latest")
    if start == end or start is None or end is None:
        return (
            when(start or end, zone)
            if start == end
            else f"{when(start, zone) or '…'} to {when(end, zone) or '…'}"
        )
    return f"{when(start, zone)} to {when(end, zone)}"
