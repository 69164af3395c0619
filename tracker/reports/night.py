"""Decides what the report of a night says, in one document: news first, and what did not change in a line.

It depends on the log up to the night's end and on nothing else, so any night's report can be made again,
byte for byte. Only what changed is told: an open flag is told once, when it is raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tracker.judgement.flags import CIRCULAR, CONTRADICTED, OVERTURNED, SINGLE_ORIGIN, STALE, STATUS
from tracker.reader import Reader
from tracker.record import canonical
from tracker.views.assessments import assessed_places
from tracker.views.claims import texts
from tracker.views.evidence import merged
from tracker.views.flags import FlagRow, changed_between, flags_of, woken
from tracker.views.nights import Night, ended_at
from tracker.views.parties import TRUE
from tracker.views.places import Place, containing, places
from tracker.zones import iso, local_of, zone_of

Document = dict[str, Any]
HIGHLIGHTS: Final = 5
LISTED: Final = 40
"""So many findings of one heading are told; of more, how many there are."""
_THIN: Final = {CIRCULAR: SINGLE_ORIGIN}
"""Two rules that tell of the same: that a holder rests on one origin."""
METHOD: Final = (
    "Who holds a place is never entered; it is derived from claims: who said what, through whom, when."
    " Origins count once, whoever repeats them; a side's word in its own favour weighs less, and against"
    " itself more. Confidence falls when nobody speaks. Every verdict can be taken apart: tracker why PLACE."
)


def night_document(reader: Reader, night: Night, *, since: Night | None = None) -> Document:
    """Everything that the report of a night says; `since`: what is new since an earlier one than the last."""
    return _Night(reader, night, since).document()


def night_report(reader: Reader, night: Night) -> bytes:
    """The same as canonical JSON: the bytes that the ledger has a hash of."""
    return canonical.dumps(night_document(reader, night)).encode()


class _Night:
    def __init__(self, reader: Reader, night: Night, since: Night | None) -> None:
        self._reader = reader
        self._night = night
        self._before = since or ended_at(reader, night.after)
        self._known = night.position
        self._after = self._before.position if self._before else 0
        self._raised, self._cleared = changed_between(reader, self._after, night.position)
        self._woken = woken(reader, self._before, night) if self._before else []
        self._into = merged(reader, self._known)
        if since is not None:
            self._raised += self._changes_meanwhile(since)
        ids = [one.place for one in (*self._raised, *self._cleared, *self._woken)]
        self._places = self._found([*ids, *night.tomorrow.split(), *night.nobodys.split()])
        said = {id_ for one in (*self._raised, *self._woken) for id_ in one.claims.split()}
        self._texts = texts(reader, said, self._known)

    def document(self) -> Document:
        night, before = self._night, self._before
        by_rule: dict[str, list[FlagRow]] = {}
        for one in sorted(self._raised, key=self._weight):
            by_rule.setdefault(STATUS if one.kind == STATUS else one.rule, []).append(one)
        corrected, retracted = self._withdrawn()
        news, settled = self._news(), self._settled()
        touched = self._counted(
            {self._root(one.place) for one in (*self._raised, *self._cleared, *self._woken)}
        )
        counts = {
            "places": night.held + night.contested + night.unknown,
            "held": night.held, "contested": night.contested, "unknown": night.unknown,
            "new_claims": news, "raised": len(self._raised), "cleared": len(self._cleared),
        }  # fmt: skip
        return {
            "night": night.night, "zone": night.zone,
            "cut_off": iso(night.at),
            "since": None if before is None else iso(before.at),
            "covers": night.covers.split(),
            "position": night.cut_off, "chain_hash": self._chain_hash(),
            "counts": counts,
            "quiet": not (self._raised or self._woken or settled or corrected or retracted),
            "highlights": self._highlights(by_rule),
            "changed": self._told(by_rule.get(OVERTURNED, [])),
            "contradicted": self._told(by_rule.get(CONTRADICTED, [])),
            "status_changed": self._told(by_rule.get(STATUS, [])),
            "stale": self._told(by_rule.get(STALE, [])),
            "due_tomorrow": {"count": night.due_tomorrow, "places": self._names(night.tomorrow)},
            "single_origin": self._told([*by_rule.get(SINGLE_ORIGIN, []), *by_rule.get(CIRCULAR, [])]),
            "unknown": {"count": night.unknown, "places": self._names(night.nobodys)},
            "awake_again": self._told(sorted(self._woken, key=self._weight)),
            "settled": settled,
            "corrections": corrected, "retractions": retracted,
            "unchanged": counts["places"] - len(touched),
            "method": METHOD,
        }  # fmt: skip

    # -- findings --------------------------------------------------------------------------------

    def _highlights(self, by_rule: Mapping[str, list[FlagRow]]) -> list[str]:
        rules = (OVERTURNED, CONTRADICTED, STATUS, STALE)
        return [self._highlight(one) for rule in rules for one in by_rule.get(rule, [])][:HIGHLIGHTS]

    def _highlight(self, one: FlagRow) -> str:
        """A finding in a line; whose words it rests on stands below."""
        if one.rule != CONTRADICTED:
            told = one.why.partition(f": {self._claim(one.claims)['text']} (")[0]
            return self._dated(one, told.removesuffix(".") + ".")
        said = [self._claim(id_)["text"] for id_ in one.claims.split()[:2]]
        return f"{self._name(one.place)}: {' / '.join(said)}."

    def _told(self, flags: list[FlagRow]) -> Document:
        return {"count": len(flags), "flags": [self._flag(one) for one in flags[:LISTED]]}

    def _flag(self, one: FlagRow) -> Document:
        place = self._places.get(one.place)
        regions = containing(self._reader, place, self._known) if place else []
        return {
            "flag": one.id, "rule": one.rule, "kind": one.kind,
            "place": self._root(one.place), "name": place.name if place else one.place,
            "region": regions[0].name if regions else None,
            "why": self._dated(one, one.why), "clears": one.clears,
            "since": None if one.since is None else iso(one.since),
            "claims": [self._claim(id_) for id_ in one.claims.split()[:LISTED]],
        }  # fmt: skip

    def _claim(self, id_: str) -> Document:
        told = self._texts.get(id_)
        if told is None:
            return {"claim": id_, "text": id_, "attribution": None, "url": None}
        return {
            "claim": id_, "text": told["text"], "attribution": told["attribution"], "url": told.get("url"),
        }  # fmt: skip

    def _changes_meanwhile(self, since: Night) -> list[FlagRow]:
        """Of each place the last change of control since a night, though a later night has cleared it."""
        found = [one for one in self._cleared if one.rule == OVERTURNED and one.at > since.at]
        latest = {self._root(one.place): one for one in sorted(found, key=lambda one: (one.at, one.id))}
        now = {self._root(one.place) for one in self._raised if one.rule == OVERTURNED}
        return [one for place, one in latest.items() if place not in now]

    def _dated(self, one: FlagRow, text: str) -> str:
        """A change that an earlier night has found was not found `now`."""
        if one.rule != OVERTURNED or one.at == self._night.at:
            return text
        return f"Night of {local_of(one.at, zone_of(self._night.zone)).date()}: {text}"

    def _settled(self) -> list[Document]:
        """What was contradicted, stale or thinly founded, and is so no more.

        A change is over by itself. What is so again, in another way, is not settled; nor is how well the
        holder's word stood, where it holds the place no more.
        """
        places_ = {self._root(one.place) for one in self._cleared}
        ids = [*places_, *(id_ for id_, root in self._into.items() if root in places_)]
        still = {
            (self._root(one.place), _THIN.get(one.rule, one.rule))
            for one in flags_of(self._reader, ids, self._known)
        }
        changed = {self._root(one.place) for one in self._raised if one.rule == OVERTURNED}
        cleared = [
            one
            for one in self._cleared
            if one.rule != OVERTURNED
            and (self._root(one.place), _THIN.get(one.rule, one.rule)) not in still
            and (one.rule == CONTRADICTED or self._root(one.place) not in changed)
        ]
        return [
            {"flag": one.id, "rule": one.rule, "place": self._root(one.place), "name": self._name(one.place)}
            for one in sorted(cleared, key=lambda one: (self._name(one.place), one.rule, one.id))[:LISTED]
        ]

    def _weight(self, one: FlagRow) -> tuple[int, str, str]:
        """The larger place first, then by name."""
        place = self._places.get(one.place)
        return -((place.population if place else None) or 0), self._name(one.place), one.id

    # -- what was recorded -----------------------------------------------------------------------

    def _withdrawn(self) -> tuple[list[Document], list[Document]]:
        """What was put right by us and taken back by sources since the night before."""
        found: dict[str, list[Document]] = {"corrected": [], "retracted": []}
        rows = self._reader.rows(
            "SELECT id, fact, fact_reason, replaced_by FROM claims WHERE fact IN ('corrected', 'retracted')"
            " AND from_pos > :after AND from_pos <= :until ORDER BY from_pos, id",
            after=self._after, until=self._night.cut_off,
        )  # fmt: skip
        told = texts(self._reader, {row[0] for row in rows}, self._known)
        for id_, fact, reason, replaced_by in rows:
            text = told.get(id_, {"text": id_, "attribution": None})
            found[fact].append(
                {"claim": id_, "text": text["text"], "attribution": text["attribution"], "reason": reason,
                 "replaced_by": replaced_by}
            )  # fmt: skip
        return found["corrected"], found["retracted"]

    def _news(self) -> int:
        row = self._reader.one(
            "SELECT count(*) FROM events WHERE kind = 'claim-recorded'"
            " AND position > :after AND position <= :until",
            after=self._after, until=self._night.cut_off,
        )  # fmt: skip
        return int(row[0]) if row else 0

    def _chain_hash(self) -> str:
        row = self._reader.one(
            "SELECT chain_hash FROM events WHERE position = :position", position=self._night.cut_off
        )
        return bytes(row[0]).hex() if row else bytes(32).hex()

    # -- places ----------------------------------------------------------------------------------

    def _counted(self, touched: set[str]) -> set[str]:
        """Of some places those that count: of which anything is claimed or judged at the night's instant."""
        ids = {*touched, *(id_ for id_, root in self._into.items() if root in touched)}
        claimed = self._reader.among(
            "SELECT DISTINCT place FROM claims WHERE place IN (:wanted) AND effect <> 'none'"
            f" AND event_at <= :at AND {TRUE}",
            ids, known=self._known, at=self._night.at,
        )  # fmt: skip
        judged = assessed_places(self._reader, self._night.at, self._known, None)
        return touched & {self._root(id_) for id_ in (*(row[0] for row in claimed), *judged)}

    def _found(self, ids: Iterable[str]) -> dict[str, Place]:
        wanted = {id_: self._root(id_) for id_ in ids}
        known = places(self._reader, wanted.values(), self._known)
        return {id_: known[root] for id_, root in wanted.items() if root in known}

    def _root(self, id_: str) -> str:
        return self._into.get(id_, id_)

    def _name(self, id_: str) -> str:
        return self._places[id_].name if id_ in self._places else id_

    def _names(self, ids: str) -> list[Document]:
        return [{"place": self._root(id_), "name": self._name(id_)} for id_ in ids.split()]
