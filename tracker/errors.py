"""Decides how tracker refuses: every error, its one line, its next step and its exit code.

The docstring of an exception is its message: the first paragraph says what is wrong, the line
after ``Try:`` what to do next. Both are templates, filled from the keyword arguments the error
is raised with::

    raise UnknownName(kind="place", name="Hims", proposal="tracker place show Homs")

A next step is pasted into a shell, so what stands in it goes through `typed`; an error that knows
`where` the database is has `{db}`, the option that names it.
"""

from __future__ import annotations

DONE, FAILED, USAGE, NOT_FOUND, DATABASE, CONFLICT = range(6)

EXIT_CODES = {
    DONE: "done",
    FAILED: "failed, or a check found something",
    USAGE: "wrong usage",
    NOT_FOUND: "not found, or ambiguous",
    DATABASE: "database missing, older, newer or damaged",
    CONFLICT: "conflict",
}


def typed(text: object) -> str:
    """A word as it is typed into a shell: as it is where that is safe, else quoted."""
    import re

    word = str(text)
    return word if re.fullmatch(r"[\w@%+=:,./-]+", word, re.ASCII) else quoted(word)


def quoted(text: str) -> str:
    """A text as it is typed into a shell, in quotes: those that people type, where they do."""
    if any(char in text for char in '"$`\\!'):
        return "'" + text.replace("'", "'\"'\"'") + "'"
    return f'"{text}"'


class TrackerError(Exception):
    """{what}

    Try: {try_}
    """

    exit_code = FAILED

    def __init__(self, **facts: object) -> None:
        import inspect

        said, _, step = inspect.cleandoc(type(self).__doc__ or "").partition("Try:")
        self.facts = facts
        given = {**facts, "db": f"--db {typed(facts['where'])}"} if "where" in facts else facts
        # Only the templates have line breaks to lose; a path may have two spaces in a row.
        self.message, self.next_step = (
            " ".join(" ".join(part.split()).format_map(given).splitlines()) for part in (said, step)
        )
        super().__init__(self.message)


class BadInput(TrackerError):
    """{what}

    Try: {try_}
    """

    exit_code = USAGE


class NotInstalled(TrackerError):
    """{what} needs the package {package}

    Try: pip install 'tracker[{extra}]'
    """


class UnusableRows(BadInput):
    """{rows} of {file} cannot be used, the first: {first}

    Try: {try_}
    """


class UnreadableTime(BadInput):
    """cannot read {text!r} as a time{why}

    Try: an ISO date such as 2024-12-06, 2024-12 or 2024-12-06T18:30, a range a/b, or yesterday, friday, -3d
    """


class NoMoment(UnreadableTime):
    """cannot read {text!r} as a time: one moment is wanted here, not a range

    Try: {step}
    """


class UnreadableConfidence(BadInput):
    """cannot read {text!r} as a confidence

    Try: 0.7, 70%, likely, "very likely", low, moderate, high, or an Admiralty grade such as B2
    """


class UnreadableSentence(BadInput):
    """cannot read {text!r} as a claim: {why}

    Try: {try_}
    """


class NotFound(TrackerError):
    """{what}

    Try: {try_}
    """

    exit_code = NOT_FOUND


class UnknownName(NotFound):
    """no {kind} is called {name!r}

    Try: {try_}
    """


class AmbiguousName(NotFound):
    """{name!r} is the name of more than one {kind}: {candidates}

    Try: its id, {try_}
    """


class UnknownClaim(NotFound):
    """no claim has the id {claim!r}

    Try: {try_}
    """


class DatabaseProblem(TrackerError):
    """{what}

    Try: {try_}
    """

    exit_code = DATABASE


class NoDatabase(DatabaseProblem):
    """there is no tracker at {where}

    Try: tracker init {db} makes one; or name another with --db
    """


class NoFolder(NoDatabase):
    """there is no tracker at {where}, nor the folder for one

    Try: mkdir -p {folder} && tracker init {db}
    """


class EmptyDatabase(DatabaseProblem):
    """there is a database at {where}, but no tracker in it

    Try: tracker init {db} makes one; or name another with --db
    """


class ForeignDatabase(NoDatabase):
    """the database at {where} belongs to another program; it was left as it is

    Try: {try_}
    """


class Unusable(NoDatabase):
    """{where} is no tracker: {why}

    Try: {try_}
    """


class OlderDatabase(DatabaseProblem):
    """the database at {where} was made by an older tracker (schema {found}, this one writes {wanted})

    Try: tracker db upgrade {db}
    """


class NewerDatabase(DatabaseProblem):
    """the database at {where} was made by a newer tracker (schema {found}, this one knows {wanted})

    Try: a newer tracker; nothing was touched
    """


class DamagedDatabase(DatabaseProblem):
    """the database at {where} cannot be read: {why}

    Try: tracker doctor {db} looks closer; or go on with a copy you kept
    """


class NotADatabase(DamagedDatabase):
    """{where} is no tracker: it is not a database

    Try: {try_}
    """


class UnwritableDatabase(DatabaseProblem):
    """the database at {where} cannot be written: {why}

    Try: check its permissions and the free space of its disk; nothing was recorded
    """


class ShutDatabase(UnwritableDatabase):
    """unable to open {where}: {why}

    Try: {try_}
    """


class DatabaseBusy(DatabaseProblem):
    """the database at {where} is in use: {why}

    Try: again in a moment; nothing was recorded
    """


class Conflict(TrackerError):
    """{what}

    Try: {try_}
    """

    exit_code = CONFLICT


class DifferentEvent(Conflict):
    """event {event_id} is already recorded with another content

    Try: a new event id; the recorded one was left as it is
    """


class StaleVersion(Conflict):
    """{stream} changed meanwhile: expected version {expected}, found {found}

    Try: read it again and repeat the command; nothing was recorded
    """


class AppendOnly(Conflict):
    """the record is append-only: {why}

    Try: a correcting event (tracker correct, tracker retract)
    """
