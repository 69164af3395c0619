"""Decides how a question is put to the record: names bound, times read, and which view answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tracker.errors import BadInput, NotFound, UnknownClaim, typed
from tracker.judgement.vocabulary import FILTERS, FLAG_RULES, MODALITIES, PREDICATES, STANDINGS
from tracker.names import AREA_KINDS, Resolved
from tracker.reader import Reader, position_at
from tracker.views.names import areas, find, find_then
from tracker.zones import When, iso, plain_time

if TYPE_CHECKING:
    from tracker.exporters.content import Content
    from tracker.views.claims import Filter
    from tracker.views.places import Place
    from tracker.views.situation import Question

Either = When | tuple[When, When]
"""One value for both verdicts, or one for each."""
Document = dict[str, Any]
BAYES = "bayes"


class Asking:
    """Questions to one snapshot; `clock` is "now" in typed times, `zone` where naive ones are read."""

    def __init__(self, reader: Reader, clock: Callable[[], int], zone: str) -> None:
        self._reader = reader
        self._clock = clock
        self._zone = zone

    def status(
        self, place: str, at: When, known_at: When, published_by: When, policy: str = BAYES
    ) -> Document:
        """The verdict on one place."""
        from tracker.views.documents import status_document

        question = self._question(at, known_at, published_by, policy)
        bound = self._bound(place, question)
        found = self._place(bound.id, question)
        return {
            **status_document(self._reader, found, question),
            **self._summed(found, question), **_noted(bound),
        }  # fmt: skip

    def table(
        self, at: When, known_at: When, published_by: When, *, region: str | None, controller: str | None,
        only: Iterable[str], policy: str = BAYES, brief: bool = False,
    ) -> Document:  # fmt: skip
        """The verdicts on all places, or on those that pass every filter given.

        `brief`: without what stands beside each verdict.
        """
        from tracker.views.documents import table_documents, verdict_documents
        from tracker.views.places import within
        from tracker.views.verdicts import passes

        reader = self._reader
        question = self._question(at, known_at, published_by, policy)
        known = position_at(reader, question.known_at)
        area = self._area(region, known) if region else None
        documents = verdict_documents if brief else table_documents
        rows = documents(reader, question, within(reader, area, known) | {area} if area else None)
        side = self._id("actor", controller, known)
        words = tuple(only)
        _require("filter of verdicts", words, FILTERS)
        return {"at": iso(question.at), "places": [row for row in rows if passes(row, side, words)]}

    def regions(
        self, at: When, known_at: When, published_by: When, policy: str = BAYES, *, area: str | None,
        kind: str | None, within: str | None,
    ) -> Document:  # fmt: skip
        """The areas of one level, one area in detail, or the polygons of a file: their places counted."""
        from tracker.views.regions import area_document, counts, level_document, polygons_document

        asked = {"AREA": area, "--kind": kind, "--within": within}
        if len(told := [name for name, value in asked.items() if value is not None]) > 1:
            raise BadInput(what=f"{' and '.join(told)} choose different areas", try_="one of them")
        _require("kind of area", (kind,), AREA_KINDS)
        question = self._question(at, known_at, published_by, policy)
        if within is not None:
            from tracker.geometry import read_areas

            return polygons_document(self._reader, question, read_areas(within), within)
        if area is None:
            return level_document(self._reader, question, kind)
        known = position_at(self._reader, question.known_at)
        found = self._place(self._area(area, known), question)
        told_of = area_document(self._reader, question, found)
        if found.kind not in AREA_KINDS and not counts(told_of):
            raise BadInput(
                what=f"{found.name} is no area, but a {found.kind}", try_=f"tracker status {typed(found.id)}"
            )
        return told_of

    def why(self, place: str, at: When, known_at: When, published_by: When, policy: str = BAYES) -> Document:
        """The verdict on one place, step by step."""
        from tracker.views.documents import why_document

        question = self._question(at, known_at, published_by, policy)
        bound = self._bound(place, question)
        return {**why_document(self._reader, self._place(bound.id, question), question), **_noted(bound)}

    def dossier(
        self, place: str, at: When, known_at: When, published_by: When, policy: str = BAYES
    ) -> Document:
        """Everything about one place."""
        from tracker.views.dossier import dossier_document
        from tracker.views.evidence import merged
        from tracker.views.judgements import assessments

        question = self._question(at, known_at, published_by, policy)
        bound = self._bound(place, question)
        found = self._place(bound.id, question)
        known = position_at(self._reader, question.known_at)
        into = [one for one, root in merged(self._reader, known).items() if root == found.id]
        return {
            **dossier_document(self._reader, found, question, known),
            "assessments": assessments(
                self._reader,
                question.at,
                [found.id, *into],
                known=known,
                published_by=question.published_by,
            ),
            **_noted(bound),
        }

    def history(
        self, place: str, at: When, known_at: When, published_by: When, policy: str, *, start: When,
        end: When, knowledge: bool,
    ) -> Document:  # fmt: skip
        """The verdict on one place over the world's time, or what was believed over the record's."""
        from tracker.views.history import history_document, knowledge_document

        if not knowledge and at is not None and end is not None:
            raise BadInput(
                what="--at and --to both say where it ends", try_="one of them; with --knowledge they differ"
            )
        last = at if end is None and not knowledge else end
        question = self._question(at if knowledge else last, known_at, published_by, policy)
        first, until = self._beginning(start), self._instant(last)
        until = self._clock() if until is None else until
        if first is not None and first > until:
            raise BadInput(
                what=f"--from {_when(start)} is after {_ending(at, end, knowledge)}, where it ends:"
                " nothing lies between",
                try_="an earlier --from, or a later --to",
            )
        bound = self._bound(place, question)
        where = self._place(bound.id, question)
        if knowledge:
            known = question.known_at
            found = knowledge_document(
                self._reader, where, question, first, until if known is None else min(known, until),
                fixed=at is not None,
            )  # fmt: skip
        else:
            found = history_document(self._reader, where, question, first)
        return {**found, **_noted(bound)}

    def map(
        self, known_at: When, published_by: When, policy: str, *, start: When, end: When,
        region: str | None = None,
    ) -> Document:  # fmt: skip
        """Every place that something is claimed about, or those in a region, and how its verdict ran."""
        from tracker.views.atlas import map_document

        question = self._question(end, known_at, published_by, policy)
        first = self._beginning(start)
        if first is not None and first > question.at:
            raise BadInput(
                what=f"--from {_when(start)} is after {_ending(None, end, False)}, where it ends:"
                " nothing lies between",
                try_="an earlier --from, or a later --to",
            )
        found = map_document(self._reader, question, first, self._zone)
        if region is None:
            return found
        from tracker.views.places import within
        from tracker.views.section import section

        known = position_at(self._reader, question.known_at)
        area = self._place(self._area(region, known), question)
        inside = within(self._reader, area.id, known) | {area.id}
        return section(found, inside, {"id": area.id, "name": area.name})

    def diff(
        self, place: str | None, at: Either, known_at: Either, published_by: Either, policy: Either
    ) -> Document:
        """Two verdicts along the one axis that has two values; the others are the same for both."""
        from tracker.views.diff import diff_document

        now = self._clock()  # once: the wall's clock goes on between two questions
        axes = {
            "at": now if at is None else at, "known_at": known_at, "published_by": published_by,
            "policy": policy,
        }  # fmt: skip
        axis, (first, last) = _axis(axes)
        one, other = (self._along(axes, i) for i in (0, 1))
        if getattr(one, axis) == getattr(other, axis):
            raise BadInput(
                what=f"{_option(axis)}: {_when(first)} and {_when(last)} are the same, so nothing can differ",
                try_="two different ones",
            )
        bound = self._bound(place, other) if place is not None else None
        found = diff_document(self._reader, axis, one, other, bound.id if bound else None)
        return {**found, **(_noted(bound) if bound else {})}

    def evaluate(
        self, file: str, policies: Sequence[str], *, every: str, start: When, end: When, near: float,
        known: bool, strict: bool,
    ) -> Document:  # fmt: skip
        """Rules scored against the outcomes in a file."""
        from tracker.judgement.policies import NAMES
        from tracker.outcomes import read_outcomes
        from tracker.views.evaluation import Asked, evaluation_document, read_days, read_every
        from tracker.views.truth import told_truth, truth_of

        _require("policy", policies, NAMES)
        now, zone = self._clock(), self._zone
        first, last = self._beginning(start), self._instant(end)
        if first is not None and last is not None and first > last:
            raise BadInput(
                what=f"--from {_when(start)} is after --to {_when(end)}: nothing lies between",
                try_=f"--from {_typed(end)} --to {_typed(start)}",
            )
        asked = Asked(
            tuple(dict.fromkeys(policies)) or NAMES, read_every(every), first, last, read_days(near), known,
            now, zone,
        )  # fmt: skip
        table = read_outcomes(file)
        truth = truth_of(self._reader, table, now, zone)
        told = told_truth(file, table, truth, strict=strict)
        return {**told, **evaluation_document(self._reader, truth, asked)}

    def claims(
        self, at: When, known_at: When, published_by: When, *, place: str | None, actor: str | None,
        source: str | None, origin: str | None, predicate: str | None, modality: str | None,
        standing: str | None, flag: str | None, since: When, until: When, text: str | None,
    ) -> Document:  # fmt: skip
        """The claims that pass every filter given."""
        from tracker.views.claims import listed
        from tracker.views.standing import with_standings

        _require("standing", (standing,), STANDINGS)
        _require("rule of flags", (flag,), FLAG_RULES)
        reader = self._reader
        question = self._question(at, known_at, published_by)
        known = position_at(reader, question.known_at)
        wanted = self._filter(
            question, known, at, place=place, actor=actor, source=source, origin=origin, predicate=predicate,
            modality=modality, since=since, until=until, text=text,
        )  # fmt: skip
        rows = with_standings(reader, question, listed(reader, wanted, known))
        if flag is not None:
            from tracker.views.flags import flagged

            resting = flagged(reader, flag, known)
            rows = [row for row in rows if row["id"] in resting]
        return {"claims": [row for row in rows if standing is None or row["standing"] == standing]}

    def claims_to_write(
        self, at: When = None, known_at: When = None, published_by: When = None,
        older_than: str | None = None, blur: float | None = None, **chosen: Any,
    ) -> Content:  # fmt: skip
        """The claims that count and pass every filter given, as they are exported."""
        from tracker.desk.exporting import claims_content
        from tracker.exporters.coarse import check_size

        question = self._question(at, known_at, self._held_back(published_by, older_than))
        known = position_at(self._reader, question.known_at)
        wanted = self._filter(question, known, at, **chosen)
        return claims_content(self._reader, wanted, known, self._zone, check_size(blur))

    def status_to_write(
        self, at: When = None, known_at: When = None, published_by: When = None, policy: str = BAYES,
        older_than: str | None = None, blur: float | None = None, region: str | None = None,
        controller: str | None = None,
    ) -> Content:  # fmt: skip
        """The verdicts on all places, as they are exported."""
        from tracker.desk.exporting import status_content
        from tracker.exporters.coarse import check_size

        size, published = check_size(blur), self._held_back(published_by, older_than)
        table = self.table(
            at, known_at, published, region=region, controller=controller, only=(), policy=policy,
            brief=True,
        )  # fmt: skip
        return status_content(table["places"], size)

    def places_to_write(self, known_at: When = None, blur: float | None = None) -> Content:
        """Every place, as it is exported."""
        from tracker.desk.exporting import places_content
        from tracker.exporters.coarse import check_size

        known = position_at(self._reader, self._instant(known_at))
        return places_content(self._reader, known, check_size(blur))

    def map_to_write(
        self, at: When = None, known_at: When = None, published_by: When = None, policy: str = BAYES,
        older_than: str | None = None, blur: float | None = None, boundaries: str | None = None,
    ) -> Content:  # fmt: skip
        """The page that is one file."""
        from tracker.desk.paging import page
        from tracker.exporters.coarse import check_size
        from tracker.exporters.content import MAP, Content

        size, published = check_size(blur), self._held_back(published_by, older_than)
        question = self._question(at, known_at, published, policy)
        known = position_at(self._reader, question.known_at)
        text, places = page(self._reader, question, known, self._zone, boundaries=boundaries, blur=size)
        return Content(MAP, range(places), {"text": text, "blur": size})

    def template_to_write(self) -> Content:
        """A sheet of claims to fill in."""
        from tracker.desk.exporting import template_content

        return template_content(self._reader)

    def _held_back(self, published_by: When, older_than: str | None) -> When:
        """Until when something must have been published: so long ago, and by the time that is given."""
        if older_than is None:
            return published_by
        from tracker.views.evaluation import read_every

        given, then = self._instant(published_by), self._clock() - read_every(older_than)
        return then if given is None else min(given, then)

    def _filter(
        self, question: Question, known: int, at: When, *, place: str | None = None, actor: str | None = None,
        source: str | None = None, origin: str | None = None, predicate: str | None = None,
        modality: str | None = None, since: When = None, until: When = None, text: str | None = None,
    ) -> Filter:  # fmt: skip
        """Which claims are asked for: names bound, times read."""
        from tracker.views.claims import Filter

        _require("predicate", (predicate,), PREDICATES)
        _require("modality", (modality,), MODALITIES)
        first, last = self._beginning(since), self._instant(until)
        if first is not None and last is not None and first > last:
            raise BadInput(
                what=f"--since {_when(since)} is after --until {_when(until)}: nothing lies between",
                try_=f"--since {_typed(until)} --until {_typed(since)}",
            )
        return Filter(
            place=self._id("place", place, known),
            actor=self._id("actor", actor, known),
            source=self._id("source", source, known),
            origin=self._id("source", origin, known),
            predicate=predicate,
            modality=modality,
            since=first,
            until=last,
            text=text,
            published_by=question.published_by,
            happened_by=None if at is None else question.at,
        )

    def show(self, claim: str) -> Document:
        """One claim whole."""
        from tracker.views.claims import near_claims
        from tracker.views.standing import whole

        if self._reader.one("SELECT 1 FROM claims WHERE id = :claim", claim=claim) is None:
            from tracker.views.judgements import place_judged

            if (place := place_judged(self._reader, claim)) is not None:
                raise UnknownClaim(claim=claim, try_=f"tracker assess {place}, as it is an assessment")
            raise UnknownClaim(
                claim=claim, try_=f"{_asked(near_claims(self._reader, claim))}tracker claims lists them"
            )
        return whole(self._reader, self._question(None, None, None), claim)

    def flags(self, place: str | None, rule: str | None, *, sleeping: bool) -> Document:
        """The open flags."""
        from tracker.views.flags import flag_documents

        _require("rule of flags", (rule,), FLAG_RULES)
        bound = None if place is None else find(self._reader, "place", place)
        where = None if bound is None else bound.id
        told = flag_documents(self._reader, self._clock(), place=where, rule=rule, sleeping=sleeping)
        return {"flags": told, **(_noted(bound) if bound else {})}

    def assessments(self, place: str | None) -> Document:
        """What analysts have judged, of one place or of all."""
        from tracker.views.evidence import merged
        from tracker.views.judgements import assessments

        if place is None:
            return {"assessments": assessments(self._reader, self._clock())}
        bound = find(self._reader, "place", place)
        ids = [bound.id, *(one for one, root in merged(self._reader).items() if root == bound.id)]
        found = assessments(self._reader, self._clock(), ids)
        return {"place": {"id": bound.id, "name": bound.name}, "assessments": found, **_noted(bound)}

    def batches(self, source: str | None) -> Document:
        """What feeds turned over in a day, all of them or one."""
        from tracker.views.batches import batches

        bound = None if source is None else find(self._reader, "source", source)
        found = batches(self._reader, self._clock(), bound.id if bound else None)
        return {"batches": found, **(_noted(bound) if bound else {})}

    def thing(self, thing: str, name: str) -> Document:
        """One place, actor or source with its names and what it is tied to."""
        from tracker.views.catalogue import entry

        bound = find(self._reader, thing, name)
        found = entry(self._reader, thing, bound.id)
        if thing == "source":
            from tracker.views.track import track_record

            found["record"] = track_record(
                self._reader, bound.id, self._clock(), position_at(self._reader, None)
            )
        return {**found, **_noted(bound)}

    def document(self, key: str) -> Document:
        """One registered document with the claims that were read in it."""
        from tracker.views.catalogue import document, near_documents
        from tracker.views.claims import Filter, listed
        from tracker.views.standing import with_standings

        found = document(self._reader, key.strip())
        if found is None:
            raise NotFound(
                what=f"no document has the key {key!r}",
                try_=f"{_asked(near_documents(self._reader, key))}tracker document list shows them,"
                " tracker document add makes a new one",
            )
        read_in = Filter(documents=tuple(part for part in (found["id"], found["url"]) if part))
        question = self._question(None, None, None)
        return {
            **found,
            "claims": with_standings(self._reader, question, listed(self._reader, read_in)),
        }

    # -- names and times -------------------------------------------------------------------------

    def _question(self, at: When, known_at: When, published_by: When, policy: str = BAYES) -> Question:
        from tracker.views.situation import Question

        if policy != BAYES:
            from tracker.judgement.policies import NAMES

            _require("policy", (policy,), NAMES)
        instant = self._instant(at)
        return Question(
            at=self._clock() if instant is None else instant,
            known_at=self._instant(known_at),
            published_by=self._instant(published_by),
            policy=policy,
        )

    def _along(self, axes: Mapping[str, Either], i: int) -> Question:
        """The question on one end of an axis."""
        at, known_at, published_by, policy = (
            told[i] if isinstance(told, tuple) else told for told in axes.values()
        )
        return self._question(at, known_at, published_by, str(policy))

    def _instant(self, when: When) -> int | None:
        when = plain_time(when)
        if when is None or isinstance(when, int):
            return when
        from tracker.times import read_instant

        return read_instant(when, now=self._clock(), zone=self._zone)

    def _beginning(self, when: When) -> int | None:
        when = plain_time(when)
        if when is None or isinstance(when, int):
            return when
        from tracker.times import read_span

        return read_span(when, now=self._clock(), zone=self._zone).earliest

    def _bound(self, place: str, question: Question) -> Resolved:
        return find_then(self._reader, "place", place, position_at(self._reader, question.known_at))

    def _id(self, thing: str, name: str | None, known: int) -> str | None:
        return find_then(self._reader, thing, name, known).id if name else None

    def _place(self, id_: str, question: Question) -> Place:
        """The place as it was known then; one that came later as it is known now."""
        from tracker.views.places import places

        known = position_at(self._reader, question.known_at)
        return places(self._reader, [id_], known).get(id_) or places(self._reader, [id_])[id_]

    def _summed(self, place: Place, question: Question) -> Document:
        """Beside the verdict of an area, how many of its towns are whose: neither follows from the other."""
        if place.kind not in AREA_KINDS:
            return {}
        from tracker.views.regions import summary_of

        return {"summary": summary_of(self._reader, question, place)}

    def _area(self, text: str, known: int) -> str:
        """The area meant by a name: `--region Homs` is the governorate, not the city."""
        found = areas(self._reader, text, known) or areas(self._reader, text, merged_at=known)
        return found[0] if len(found) == 1 else find_then(self._reader, "place", text, known).id


def _axis(axes: Mapping[str, Either]) -> tuple[str, tuple[When, When]]:
    """The one axis along which two verdicts are compared, and its two ends."""
    two = [(name, told) for name, told in axes.items() if isinstance(told, tuple)]
    if len(two) == 1 and len(two[0][1]) == 2:
        return two[0]
    told = " and ".join(f"{_option(name)} with two values" for name, _ in two) or "no option has two values"
    raise BadInput(
        what=f"{told}: two verdicts are compared along exactly one axis",
        try_="PLACE first, then --policy A B, --at T1 T2, --known-at T1 T2 or --published-by T1 T2;"
        " the others take one value",
    )


def _ending(at: When, end: When, knowledge: bool) -> str:
    """Where a history ends, as it was typed."""
    if end is not None:
        return f"--to {_when(end)}"
    return "now" if at is None or knowledge else f"--at {_when(at)}"


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _when(when: When) -> str:
    """A time of a question, as it was typed."""
    plain = plain_time(when)
    return iso(plain) if isinstance(plain, int) else str(plain)


def _typed(when: When) -> str:
    return typed(_when(when))


def _require(name: str, words: Iterable[str | None], allowed: Collection[str]) -> None:
    """Refuse a word that would only find nothing."""
    for word in words:
        if word is not None and word not in allowed:
            from tracker.desk.words import require

            require(name, word, allowed)


def _asked(near: Iterable[str]) -> str:
    told = " or ".join(near)
    return f"did you mean {told}? " if told else ""


def _noted(bound: Resolved) -> Document:
    return {"note": bound.note} if bound.note else {}
