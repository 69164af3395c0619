"""Decides what a person, a page or a program can do with a tracker: one verb a task.

`Tracker` is the façade over the record and its views. Every verb has the name and the words of its
command. Times are given as a person types them ("2024-12-06", "yesterday"), as an aware `datetime`,
or as microseconds since the epoch; answers are the documents of the JSON contract.

    from tracker import Tracker

    tracker = Tracker.create("tracker.db", starter="syria")
    tracker.add_claim("rebels captured Sanamayn", source="Reuters", said_by=["rebels"])
    tracker.status("Sanamayn")["status"]
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tracker.errors import BadInput, Conflict, NotFound
from tracker.names import thing_of
from tracker.reader import Reader, open_reader
from tracker.zones import When, plain_time

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from tracker.asking import Asking, Either
    from tracker.desk.batching import Batching
    from tracker.desk.claiming import Claiming
    from tracker.desk.importing import Progress
    from tracker.desk.recording import Recorder
    from tracker.desk.registering import Registering
    from tracker.exporters.content import Open
    from tracker.figures.files import Files
    from tracker.night.targets import Target

Document = dict[str, Any]


def wall_clock() -> int:
    """Microseconds since the epoch, by this machine's clock."""
    return time.time_ns() // 1000


class Tracker:
    """One tracker: a SQLite file, or a PostgreSQL database or schema.

    `clock` gives the time of writing and "now" in typed times; `zone` is where naive times are read
    (None: the tracker's setting, else UTC); `by` is noted with every event; `waiting` is told what a call
    waits for, where that takes long. Errors are those of `tracker.errors`; their messages end with the next
    step.
    """

    def __init__(
        self, where: str | Path, *, clock: Callable[[], int] = wall_clock, zone: str | None = None,
        by: str = "", waiting: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self.where = str(where)
        self._waiting = waiting
        self.clock = clock
        self._zone = zone
        self._zone_found: str | None = None
        self.was_settled = True
        """Whether all that was recorded when the last question was asked had been weighed in before."""
        self.by = by

    @classmethod
    def create(
        cls, where: str | Path, *, starter: str | None = None, clock: Callable[[], int] = wall_clock,
        zone: str | None = None, by: str = "",
    ) -> Tracker:  # fmt: skip
        """Make the database and load a starter pack; a tracker that is there already is kept as it is."""
        tracker = cls(where, clock=clock, zone=zone, by=by)
        tracker.init(starter)
        return tracker

    # -- beginning -------------------------------------------------------------------------------

    def init(self, starter: str | None = None) -> Document:
        """Make the database if it is not there, and bring in what of the starter pack is not yet known."""
        from tracker.desk.founding import founded

        return founded(self._recorder(), starter)

    # -- asking ----------------------------------------------------------------------------------

    def status(
        self, place: str | None = None, *, at: When = None, known_at: When = None, published_by: When = None,
        policy: str = "bayes", region: str | None = None, controller: str | None = None,
        only: Iterable[str] = (), brief: bool = False,
    ) -> Document:  # fmt: skip
        """Who controls a place, how sure that is and why; without a place, a table of all of them.

        `at` is the world's time, `known_at` bounds what had been recorded, `published_by` what had been
        published. `policy` is the rule that judges (`tracker.judgement.policies`). `region`, `controller` and
        `only` (held, contested, unknown, stale) filter the table; a `brief` one has rows without `context`
        and `would_change`, which take as long to find as all the rest.
        """
        with self._asking() as ask:
            if place is not None:
                return ask.status(place, at, known_at, published_by, policy)
            return ask.table(
                at, known_at, published_by, region=region, controller=controller, only=only, policy=policy,
                brief=brief,
            )  # fmt: skip

    def regions(
        self, area: str | None = None, *, kind: str | None = None, within: str | Path | None = None,
        at: When = None, known_at: When = None, published_by: When = None, policy: str = "bayes",
    ) -> Document:  # fmt: skip
        """Areas summed up: how many of their towns, and of their people, are whose, contested or unknown.

        Without an area those of one `kind`, else the governorates; `within` names a GeoJSON file
        with polygons to take instead.
        """
        with self._asking() as ask:
            file = None if within is None else str(within)
            return ask.regions(at, known_at, published_by, policy, area=area, kind=kind, within=file)

    def why(
        self, place: str, *, at: When = None, known_at: When = None, published_by: When = None,
        policy: str = "bayes",
    ) -> Document:  # fmt: skip
        """The status with every step of the belief: its reliability, echo and additive weight.

        By another rule: with what that rule did with each claim.
        """
        with self._asking() as ask:
            return ask.why(place, at, known_at, published_by, policy)

    def dossier(
        self, place: str, *, at: When = None, known_at: When = None, published_by: When = None,
        policy: str = "bayes",
    ) -> Document:  # fmt: skip
        """Everything about one place, as the page shows it: `why`, how control ran, and every claim."""
        with self._asking() as ask:
            return ask.dossier(place, at, known_at, published_by, policy)

    def history(
        self, place: str, *, start: When = None, end: When = None, knowledge: bool = False, at: When = None,
        known_at: When = None, published_by: When = None, policy: str = "bayes",
    ) -> Document:  # fmt: skip
        """Who held a place when, from `start` to `end`: spans of time in which the verdict read the same.

        `knowledge`: what was believed as reports came in, over the times of recording; with `at` always
        about that time, else each moment about itself.
        """
        with self._asking() as ask:
            return ask.history(
                place, at, known_at, published_by, policy, start=start, end=end, knowledge=knowledge
            )

    def map(
        self, *, start: When = None, end: When = None, region: str | None = None, known_at: When = None,
        published_by: When = None, policy: str = "bayes", svg: str | Path | None = None,
        png: str | Path | None = None, boundaries: str | Path | None = None, **look: Any,
    ) -> Document:  # fmt: skip
        """Every place that something is claimed about and how its verdict ran, from `start` to `end`.

        Columns, for drawing: places, the sides with their marks, and spans of time in which status, side and
        staleness stayed the same. Without `start` from the first claim on; the end is now. `region`: only
        places in it. `svg` and `png` name files that a map of the last moment is drawn into; `look`: `width`
        in pixels, `dark`, `title`, and the `scale` of a PNG. `boundaries` is a GeoJSON file with other lines.
        """
        files = self._files(svg, png, **look)
        with self._asking() as ask:
            found = ask.map(known_at, published_by, policy, start=start, end=end, region=region)
        if files:
            files.draw_map(found, None if boundaries is None else str(boundaries))
        return found

    def chart(
        self, *, start: When = None, end: When = None, region: str | None = None, count: str = "places",
        known_at: When = None, published_by: When = None, policy: str = "bayes",
        svg: str | Path | None = None, png: str | Path | None = None, **look: Any,
    ) -> Document:  # fmt: skip
        """How many places each side held over time, and how many were contested or unknown, at each change.

        With `count` as "population": how many people lived in them. Without `start` from the first claim on;
        the end is now. `svg`, `png` and `look` as in `map`.
        """
        from tracker.figures.course import chart_document

        files = self._files(svg, png, **look)
        with self._asking() as ask:
            found = ask.map(known_at, published_by, policy, start=start, end=end, region=region)
        told = chart_document(found, count)
        if files:
            files.draw_chart(told)
        return told

    def _files(self, svg: str | Path | None, png: str | Path | None, **look: Any) -> Files | None:
        """Where to draw; what cannot be drawn is refused before anything is worked out for it."""
        if svg is None and png is None:
            return None
        from tracker.figures.files import Files

        return Files(svg, png, **look)

    def diff(
        self, place: str | None = None, *, policy: Either = "bayes", at: Either = None,
        known_at: Either = None, published_by: Either = None,
    ) -> Document:  # fmt: skip
        """Two verdicts side by side, along the one axis that is a pair, and the claims that differ in them.

        Without a place: every place that is held otherwise, or by somebody else.
        """
        with self._asking() as ask:
            return ask.diff(place, at, known_at, published_by, policy)

    def evaluate(
        self, file: str | Path, *, policy: Sequence[str] = (), every: str = "1d", start: When = None,
        end: When = None, near: float = 14.0, known: bool = False, strict: bool = False,
        plot: str | Path | None = None,
    ) -> Document:  # fmt: skip
        """Rules scored against a file of outcomes: who really held which place from which time on.

        `policy`: some of the rules, else all. They are asked so often as `every` says, from `start` to `end`;
        `known`: each time with what had been recorded by then. `near`: so many days from a change are near.
        `strict` refuses a file with a row that cannot be used. `plot` names an SVG of the calibration.
        """
        from tracker.diagram import check_name, draw

        if plot is not None:
            check_name(str(plot))
        with self._asking() as ask:
            found = ask.evaluate(
                str(file), policy, every=every, start=start, end=end, near=near, known=known, strict=strict
            )
        if plot is not None:
            draw(str(plot), found["policies"])
        return found

    def claims(
        self, *, place: str | None = None, actor: str | None = None, source: str | None = None,
        origin: str | None = None, predicate: str | None = None, modality: str | None = None,
        standing: str | None = None, flag: str | None = None, since: When = None, until: When = None,
        text: str | None = None, at: When = None, known_at: When = None, published_by: When = None,
    ) -> Document:  # fmt: skip
        """The claims that pass every filter given, in order of event time, each with its standing."""
        with self._asking() as ask:
            return ask.claims(
                at, known_at, published_by, since=since, until=until, standing=standing, flag=flag,
                place=place, actor=actor, source=source, origin=origin, predicate=predicate,
                modality=modality, text=text,
            )  # fmt: skip

    def anything_said(self) -> bool:
        """Whether there is a claim at all, whatever became of it."""
        with self.reading() as reader:
            return reader.one("SELECT 1 FROM claims LIMIT 1") is not None

    def show(self, claim: str) -> Document:
        """One claim whole: its parts, its attribution chain, its standing, and everything that befell it."""
        with self._asking() as ask:
            return ask.show(claim)

    def log(
        self, *, after: int = 0, until: int | None = None, stream: str | None = None
    ) -> Iterator[Document]:
        """The events past position `after`, in order, each with its payload as recorded."""
        if until is not None and after > until:
            raise BadInput(
                what=f"--after {after} is beyond --until {until}: nothing lies between",
                try_=f"--after {until} --until {after}",
            )
        return self._log(after, until, stream)

    def cut_off(self) -> Document:
        """Up to where the record goes: the position of its last event, when that was recorded, its hash."""
        from tracker.views.log import cut_off

        with open_reader(self.where) as reader:
            return cut_off(reader)

    def _log(self, after: int, until: int | None, stream: str | None) -> Iterator[Document]:
        from tracker.views.log import events

        with self.reading() as reader:
            yield from events(reader, after, until, stream)

    # -- claims ----------------------------------------------------------------------------------

    def add_claim(
        self, sentence: str | None = None, *, dry_run: bool = False, create: bool = False,
        like: str | None = None, **told: Any,
    ) -> Document:  # fmt: skip
        """Record a claim; the same claim again answers with the first one and writes nothing.

        `told` are the fields of `tracker.desk.intake.Typed`: source, said_by, actor, predicate, place, at,
        reported, modality, confidence, … as a person types them. `like` copies what is left open from
        another claim. `create` brings in names that are not known yet; `dry_run` writes nothing.
        """
        from tracker.desk.keywords import typed_claim

        typed = typed_claim("add_claim", {"sentence": sentence, **told})
        return self._claiming().add(typed, dry_run=dry_run, create=create, like=like)

    def import_file(
        self, file: str | Path, *, file_format: str | None = None, profile: str | Path | None = None,
        encoding: str | None = None, dry_run: bool = False, strict: bool = False,
        rejected: str | Path | None = None,
        told: Callable[[Progress], None] = lambda _: None, min_population: int | None = None,
    ) -> Document:  # fmt: skip
        """Record the claims of a file, or its places; what is in the record already is not written again.

        `profile` says what the columns of a table mean: the name of one that comes with tracker, or a path.
        Rows that cannot be read are written to a CSV named by `rejected`, with the reason; with `strict`
        nothing is recorded if there are any. `dry_run` writes nothing and answers with the verdicts that
        would change. `told` is given the progress after each chunk. `min_population`: settlements of
        a gazetteer with fewer people are left out.
        """
        from tracker.desk.importing import Importing, log_in
        from tracker.importers.rejects import Rejects

        if profile is None and log_in(str(file), file_format):
            from tracker.desk.moving import moved

            return moved(self._recorder(), str(file), encoding=encoding, dry_run=dry_run, told=told)

        with Rejects(None if rejected is None or dry_run else str(rejected), str(file)) as bad:
            done = Importing(self._recorder()).run(
                str(file), file_format=file_format, profile=None if profile is None else str(profile),
                encoding=encoding, dry_run=dry_run, strict=strict, told=told, rejected=bad.take,
                min_population=min_population,
            )  # fmt: skip
        return {**done, "rejected_file": bad.path if bad.count else None}

    def export(
        self, what: str | None = None, *, out: str | Path | Open, file_format: str | None = None,
        **chosen: Any,
    ) -> Document:  # fmt: skip
        """Write `claims`, `status`, `places`, `log`, `template` or `map` to a file, whole or not at all.

        `out` may be an open file. Without a format it is told by the file's name. `chosen` are filters as
        those of `claims` (place, actor, source, origin, predicate, modality, since, until, text, at,
        known_at, published_by) and of `status` (region, controller, policy). `older_than` ("48h") holds back
        what was reported since then, `blur` puts places on a grid of so many kilometres.
        """
        from tracker.desk.exporting import check_chosen, log_content
        from tracker.exporters.content import LOG, MAP, PLACES, STATUS, TEMPLATE
        from tracker.exporters.formats import usual, written

        if what is None:
            what = usual(file_format, out)
        check_chosen(what, chosen)
        if what == LOG:
            with open_reader(self.where, views=False) as reader:
                return written(log_content(reader), out, file_format)
        with self._asking() as ask:
            told = {name: value for name, value in chosen.items() if value is not None}
            if what == TEMPLATE:
                return written(ask.template_to_write(), out, file_format)
            if what == PLACES:
                return written(ask.places_to_write(**told), out, file_format)
            if what == MAP:
                return written(ask.map_to_write(**told), out, file_format)
            content = ask.status_to_write(**told) if what == STATUS else ask.claims_to_write(**told)
            return written(content, out, file_format)

    def imports(self) -> Document:
        """The files that were imported, the latest first, with how many of their claims count."""
        from tracker.views.imports import imports

        with self.reading() as reader:
            return {"imports": imports(reader)}

    def import_undo(self, import_: str, *, reason: str | None = None, dry_run: bool = False) -> Document:
        """Nothing that an import brought counts any more; its claims stay in the log."""
        from tracker.desk.undoing import Undoing

        return Undoing(self._recorder()).undo(import_, reason, dry_run=dry_run)

    def import_restore(self, import_: str, *, reason: str | None = None, dry_run: bool = False) -> Document:
        """What an undone import brought counts as before."""
        from tracker.desk.undoing import Undoing

        return Undoing(self._recorder()).restore(import_, reason, dry_run=dry_run)

    def correct(
        self, claim: str, *, reason: str | None = None, dry_run: bool = False, **told: Any
    ) -> Document:
        """Our mistake: record what was really said in place of a claim; `told` names what differs."""
        from tracker.desk.keywords import typed_claim

        typed = typed_claim("correct", told)
        return self._claiming().correct(claim, typed, reason=reason, dry_run=dry_run)

    def retract(
        self, claim: str, *, reason: str | None = None, by: str | None = None, url: str | None = None,
        dry_run: bool = False,
    ) -> Document:  # fmt: skip
        """The source took the claim back: it no longer counts, and stays in the record."""
        return self._claiming().retract(claim, reason=reason, by=by, url=url, dry_run=dry_run)

    def confirm(self, claim: str, *, note: str | None = None, dry_run: bool = False) -> Document:
        """Somebody looked again and it is still true: renews the freshness, moves nothing."""
        return self._claiming().review(claim, "still-true", note=note, dry_run=dry_run)

    def review(self, claim: str, answer: str, *, note: str | None = None, dry_run: bool = False) -> Document:
        """Somebody looked at a claim again: it is still-true, changed, or he cannot-tell."""
        return self._claiming().review(claim, answer, note=note, dry_run=dry_run)

    def link(
        self, claim: str, other: str, *, link: str = "same-event", note: str | None = None,
        dry_run: bool = False,
    ) -> Document:  # fmt: skip
        """Two claims tell of the same event, or `claim` was derived from `other` (one origin then)."""
        return self._claiming().link(claim, other, link=link, note=note, dry_run=dry_run)

    def unlink(
        self, claim: str, other: str, *, link: str = "same-event", reason: str | None = None,
        dry_run: bool = False,
    ) -> Document:  # fmt: skip
        """The link was wrong: the two stand for themselves again; undoes `link`."""
        return self._claiming().unlink(claim, other, link=link, reason=reason, dry_run=dry_run)

    def check(
        self, claim: str, found: str, *, by: str | None = None, at: str | None = None,
        url: str | None = None, note: str | None = None, dry_run: bool = False,
    ) -> Document:  # fmt: skip
        """What a check found (confirmed, place-only, no-evidence, could-not-verify); moves nothing."""
        return self._claiming().check(claim, found, by=by, at=at, url=url, note=note, dry_run=dry_run)

    def weigh(
        self, claim: str, *, out: bool = False, factor: float | None = None, clear: bool = False,
        reason: str | None = None, dry_run: bool = False,
    ) -> Document:  # fmt: skip
        """An analyst leaves a claim `out`, weighs its log-odds by a `factor` (to 10), or takes that back."""
        from tracker.desk.weighing import factor_of

        chosen = factor_of(out=out, factor=factor, clear=clear)
        return self._claiming().weigh(claim, chosen, reason=reason, dry_run=dry_run)

    # -- what analysts judge ----------------------------------------------------------------------

    def assess(
        self, place: str | None = None, *, holder: Sequence[str] = (), likelihood: str | None = None,
        reason: str | None = None, at: When = None, until: When = None, pin: bool = False,
        clear: bool = False, id_: str | None = None, dry_run: bool = False,
    ) -> Document:  # fmt: skip
        """An analyst judges who holds a place at a time, until a time; `pin` makes that the answer itself.

        With `clear` one is taken back: the only one that counts, or the one with `id_`. With the place
        alone, or nothing, answers with what has been judged so far.
        """
        from tracker.desk.assessing import Assessing, Judged, refuse_together

        ends = plain_time(at), plain_time(until)
        judged = Judged(tuple(holder), likelihood, reason, *ends, pin)
        refuse_together(place, judged, clear=clear, id_=id_)
        if place is not None and clear:
            return Assessing(self._recorder()).clear(place, id_, reason, dry_run=dry_run)
        if place is not None and judged.said:
            return Assessing(self._recorder()).make(place, judged, dry_run=dry_run)
        with self._asking() as ask:
            return ask.assessments(place)

    def batches(self, source: str | None = None) -> Document:
        """What feeds turned over in a day, so that it is or was held back; of all sources, or of one."""
        with self._asking() as ask:
            return ask.batches(source)

    def batch_release(
        self, source: str, *, day: When = None, reason: str | None = None, dry_run: bool = False
    ) -> Document:
        """An analyst knows that a batch is genuine: it counts as if it had never been held back."""
        return self._batching().decide(source, "released", plain_time(day), reason, dry_run=dry_run)

    def batch_drop(
        self, source: str, *, day: When = None, reason: str | None = None, dry_run: bool = False
    ) -> Document:
        """An analyst knows that a batch is wrong: it never counts."""
        return self._batching().decide(source, "dropped", plain_time(day), reason, dry_run=dry_run)

    def batch_undo(
        self, source: str, *, day: When = None, reason: str | None = None, dry_run: bool = False
    ) -> Document:
        """What was decided of a batch is taken back: it is held back by the rules again."""
        return self._batching().undo(source, plain_time(day), reason, dry_run=dry_run)

    def _batching(self) -> Batching:
        from tracker.desk.batching import Batching

        return Batching(self._recorder())

    # -- places, actors, sources, documents --------------------------------------------------------

    def place_add(self, name: str, *, dry_run: bool = False, **told: Any) -> Document:
        """Register a place: kind, id_, lat, lon, parent, near, bearing, km, population, aliases."""
        return self._added("place", name, told, dry_run=dry_run)

    def actor_add(self, name: str, *, dry_run: bool = False, **told: Any) -> Document:
        """Register an actor: level, id_, part_of, aliases."""
        return self._added("actor", name, told, dry_run=dry_run)

    def source_add(self, name: str, *, dry_run: bool = False, **told: Any) -> Document:
        """Register a source: kind, id_, lean, grade, language, aliases."""
        return self._added("source", name, told, dry_run=dry_run)

    def place_describe(self, name: str, *, dry_run: bool = False, **told: Any) -> Document:
        """Tell more of a place: kind, lat, lon, parent, near, bearing, km, population; the rest stays."""
        return self._registering().describe("place", name, told, dry_run=dry_run)

    def actor_describe(self, name: str, *, dry_run: bool = False, **told: Any) -> Document:
        """Tell more of an actor: level, part_of (always)."""
        return self._registering().describe("actor", name, told, dry_run=dry_run)

    def source_describe(self, name: str, *, dry_run: bool = False, **told: Any) -> Document:
        """Tell more of a source: kind, lean (always), grade, language."""
        return self._registering().describe("source", name, told, dry_run=dry_run)

    def document_add(
        self, key: str, *, source: str | None = None, url: str | None = None, title: str | None = None,
        published: When = None, dry_run: bool = False,
    ) -> Document:  # fmt: skip
        """Register a document: `add_claim(document=key)` then takes from it what is left open."""
        return self._registering().document(
            key, source=source, url=url, title=title, published=plain_time(published), dry_run=dry_run
        )

    def alias(self, thing: str, name: str, aliases: Sequence[str], *, dry_run: bool = False) -> Document:
        """A place, actor or source is also called so."""
        facts = {"aliases": tuple(aliases)}
        return self._registering().change(thing_of(thing), "alias", name, facts, dry_run=dry_run)

    def unalias(
        self, thing: str, name: str, aliases: Sequence[str], *, reason: str | None = None,
        dry_run: bool = False,
    ) -> Document:  # fmt: skip
        """It is not called so after all; undoes `alias`. Claims typed with the name stay with it."""
        return self._registering().unalias(thing, name, aliases, reason, dry_run=dry_run)

    def rename(self, thing: str, name: str, to: str, *, dry_run: bool = False) -> Document:
        """The main name of a place, actor or source changes; the old one stays an alias."""
        return self._registering().change(thing_of(thing), "rename", name, {"name": to}, dry_run=dry_run)

    def merge(
        self, thing: str, name: str, into: str, *, reason: str | None = None, dry_run: bool = False
    ) -> Document:
        """Two of them are one: `name` is read as `into` from now on. Undone by `unmerge`."""
        return self._registering().merge(thing_of(thing), name, into, reason, dry_run=dry_run)

    def unmerge(self, thing: str, name: str, *, reason: str | None = None, dry_run: bool = False) -> Document:
        """The merge was wrong; `name` is the id that was merged away."""
        return self._registering().unmerge(thing_of(thing), name, reason, dry_run=dry_run)

    def actor_join(self, actor: str, parent: str, *, since: When, dry_run: bool = False) -> Document:
        """From `since` on the actor is part of the parent."""
        return self._registering().join(actor, parent, plain_time(since), dry_run=dry_run)

    def actor_leave(self, actor: str, *, since: When, dry_run: bool = False) -> Document:
        """From `since` on the actor stands for itself."""
        return self._registering().leave(actor, plain_time(since), dry_run=dry_run)

    def source_grade(
        self, source: str, grade: str, *, reason: str | None = None, dry_run: bool = False
    ) -> Document:
        """An analyst grades a source (Admiralty A-F)."""
        return self._registering().grade(source, grade, reason, dry_run=dry_run)

    def source_lean(
        self, source: str, *, side: str | None, since: When = None, dry_run: bool = False
    ) -> Document:
        """Whom a source speaks for or prefers, always or from `since` on; None: nobody."""
        return self._registering().lean(source, side, plain_time(since), dry_run=dry_run)

    def listed(self, thing: str, text: str | None = None) -> Document:
        """All places, actors, sources or documents, or those with a text in one of their names."""
        from tracker.views.catalogue import listed

        thing_of(thing, "document")
        with self.reading() as reader:
            return {f"{thing}s": listed(reader, thing, text)}

    def find(self, text: str, *, most: int = 20) -> Document:
        """What a text may be the name of: places, actors and sources, so many of each, the closest first."""
        from tracker.views.finding import found_document

        with self.reading() as reader:
            return found_document(reader, text, most)

    def show_thing(self, thing: str, name: str) -> Document:
        """One place, actor or source with its names and what it is tied to; a document with its claims."""
        thing_of(thing, "document")
        with self._asking() as ask:
            return ask.document(name) if thing == "document" else ask.thing(thing, name)

    def setting(
        self, key: str, value: str | float | None, *, place: str | None = None, dry_run: bool = False
    ) -> Document:
        """Change a setting for the tracker or for one place; None puts the default back."""
        return self._registering().setting(key, value, place, dry_run=dry_run)

    def settings(self) -> Document:
        """Every setting with its meaning, and the values that were changed."""
        from tracker.views.settings import settings_document

        with self.reading() as reader:
            return settings_document(reader)

    # -- the night -------------------------------------------------------------------------------

    def sweep(
        self, *, night: When | date = None, catch_up: str = "latest", targets: Sequence[str] = (),
        most: int | None = None, dry_run: bool = False,
    ) -> Document:  # fmt: skip
        """Do the nights that are due, or one by its day: flags raised and cleared, the report recorded.

        A night that is done is answered and not done again. `catch_up`: of missed nights the `latest` is done
        and covers the others, or `all` are, `most` so many by this call. `targets` names what the report is
        to be delivered to. Raises ClockBehind while the last night done lies ahead of the clock.
        """
        from tracker.night.shifts import looked_at, swept

        if dry_run:
            return looked_at(self, night)
        return swept(self, night, catch_up, targets, most)

    def report(self, *, night: When | date = None, since: When | date = None) -> Document:
        """The report of a night, else of the latest; `since`: of all that is new since an earlier night."""
        from tracker.night.shifts import reported

        return reported(self, night, since)

    def nights(self) -> Document:
        """The nights that were swept, the latest first, with what was counted in each."""
        from tracker.views.nights import nights_document

        with self.reading() as reader:
            return nights_document(reader)

    def report_page(
        self, *, night: When | date = None, since: When | date = None, boundaries: str | Path | None = None
    ) -> str:
        """The report of a night below the map of its cut-off, as one HTML file that needs no network."""
        from tracker.night.shifts import reported, reported_page

        return reported_page(
            self, reported(self, night, since), None if boundaries is None else str(boundaries)
        )

    def deliver(self, targets: Iterable[Target]) -> Document:
        """Deliver what reports are due to some targets (`tracker.night.targets`), each once."""
        from tracker.night.shifts import delivered

        return delivered(self, targets)

    def redeliver(self, night: When | date, target: str, *, targets: Iterable[Target] = ()) -> Document:
        """Let a night's report go to a target again, whatever became of it: at the next `deliver`."""
        from tracker.night.shifts import set_again

        return set_again(self, night, target, targets)

    def flags(self, *, place: str | None = None, rule: str | None = None, sleeping: bool = False) -> Document:
        """The open flags, of a place or a rule; those that sleep only if asked for."""
        with self._asking() as ask:
            return ask.flags(place, rule, sleeping=sleeping)

    def acknowledge(self, flag: str, *, why: str | None = None, dry_run: bool = False) -> Document:
        """A flag was seen: it is put away, and the same finding is not raised again."""
        from tracker.desk.flagging import Flagging

        return Flagging(self._recorder()).acknowledge(flag, why, dry_run=dry_run)

    def snooze(
        self, flag: str, *, until: When = None, note: str | None = None, dry_run: bool = False
    ) -> Document:
        """Not to be heard of before a time, a week from now if none is given, or before anything new."""
        from tracker.desk.flagging import Flagging

        return Flagging(self._recorder()).snooze(flag, plain_time(until), note, dry_run=dry_run)

    def shift(self) -> Document:
        """Where the night shift stands: the last night done, what is due, what is not delivered."""
        from tracker.night.standing import shift_document

        with self.reading() as reader:
            return shift_document(reader, self.clock())

    # -- the record ------------------------------------------------------------------------------

    def verify(self, *, against: str | None = None, views: bool = False) -> Document:
        """Check chain, order, hashes and where the views stand; `against` is a printed `position:hash`.

        With `views` they are built again beside, and compared row by row.
        """
        from tracker.record.upkeep import verify

        return verify(self.where, against, views=views)

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> Document:
        """Throw every view away and build it again from the log."""
        from tracker.record.follow import rebuild
        from tracker.record.store import Store

        with Store.open(self.where, self._waiting) as store:
            return {"position": rebuild(store, progress)}

    def doctor(self) -> Document:
        """Versions, settings and what is unsafe, as a list of checks."""
        from tracker.record.upkeep import doctor

        return doctor(self.where)

    def db_current(self) -> Document:
        """The schema revision of the database, and the one that this tracker writes."""
        from tracker.record.upkeep import current

        return current(self.where)

    def db_upgrade(self) -> Document:
        """Bring the database's lasting tables to this tracker's revision, and its views up to date."""
        from tracker.record.upkeep import upgrade

        return upgrade(self.where)

    # -- shared by the verbs ---------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """A read-only snapshot."""
        reader = open_reader(self.where)
        try:
            yield reader
            self.was_settled = reader.once("settled", lambda: True)  # unless somebody asked
        finally:
            reader.close()

    def zone(self, reader: Reader) -> str:
        """The zone in which typed times are read."""
        from tracker.views.settings import ZONE, all_settings

        self._zone_found = self._zone or all_settings(reader).get((ZONE, ""), "UTC")
        return self._zone_found

    def zone_shown(self) -> str:
        """The zone in which times are best shown: that of the last question, without asking again."""
        if self._zone_found is None:
            with self.reading() as reader:
                return self.zone(reader)
        return self._zone_found

    @contextmanager
    def _asking(self) -> Iterator[Asking]:
        from tracker.asking import Asking

        with self.reading() as reader:
            yield Asking(reader, self.clock, self.zone(reader))

    def _recorder(self) -> Recorder:
        from tracker.desk.recording import Recorder

        return Recorder(self.where, self.clock, self._zone, self.by, self._waiting)

    def _claiming(self) -> Claiming:
        from tracker.desk.claiming import Claiming

        return Claiming(self._recorder())

    def _added(self, thing: str, name: str, told: dict[str, Any], *, dry_run: bool) -> Document:
        from tracker.desk.keywords import only_known

        only_known(thing, told)
        return self._registering().add(thing, name, told, dry_run=dry_run)

    def _registering(self) -> Registering:
        from tracker.desk.registering import Registering

        return Registering(self._recorder())


__all__ = ["BadInput", "Conflict", "NotFound", "Tracker", "wall_clock"]
