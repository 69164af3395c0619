"""Decides how what is in the record is typed again: a claim to copy or correct, its document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tracker.desk.attribution import UNNAMED
from tracker.desk.intake import Typed
from tracker.errors import NotFound, UnknownClaim
from tracker.reader import Reader
from tracker.record import events
from tracker.views.catalogue import document, near_documents
from tracker.views.claims import claim_documents, near_claims
from tracker.views.judgements import place_judged

Document = dict[str, Any]


def known_claim(reader: Reader, claim: str) -> Document:
    """The claim with an id; UnknownClaim with proposals."""
    found = claim_documents(reader, [claim.strip()])
    if claim.strip() not in found:
        if (place := place_judged(reader, claim.strip())) is not None:
            raise UnknownClaim(claim=claim, try_=f"tracker assess {place}, as it is an assessment")
        near = near_claims(reader, claim)
        asked = f"did you mean {' or '.join(near)}? " if near else ""
        raise UnknownClaim(claim=claim, try_=f"{asked}tracker claims lists them")
    return found[claim.strip()]


def typed_again(claim: Document) -> Typed:
    """A recorded claim as somebody would have typed it."""
    hops = claim["chain"]
    details = dict(claim["details"])
    if claim["taken_from"]:
        details["from"] = ", ".join(claim["taken_from"])
    own_voice = len(hops) == 1
    return Typed(
        actor=tuple(claim["actors"]), predicate=claim["predicate"], place=claim["place"],
        source=hop_text(hops[-1], apart=("stance", "basis", "channel") if own_voice else ("stance",)),
        said_by=tuple(hop_text(hop, apart=("basis", "channel") if n == 0 else ())
                      for n, hop in enumerate(hops[:-1])),
        against=tuple(claim["against"]), modality=claim["modality"], basis=hops[0].get("basis"),
        stance=hops[-1].get("stance"), channel=hops[0].get("channel"), at=span_text(claim["occurred"]),
        reported=span_text(claim["reported"]) if claim["reported"]["text"] else None,
        extent=claim["extent"], relation=claim["relation"], km=claim["km"], bearing=claim["bearing"],
        outcome=claim["outcome"], details=details, confidence=claim["confidence_text"], quote=claim["quote"],
        note=claim["note"], url=claim["url"],
        document=None if claim["document"] == claim["url"] else claim["document"],
    )  # fmt: skip


def copied(claim: Document, typed: Typed) -> Typed:
    """A claim to be copied; where a sentence is typed, what that says is not taken from the claim."""
    again = typed_again(claim)
    if typed.sentence is None:
        return again
    return again._replace(
        actor=(), predicate=None, place=None, modality=None, relation=None, km=None, bearing=None,
        extent=None, outcome=None, against=(), details={}, quote=None, note=None,
    )  # fmt: skip


_HOP_FACTS: Final = (
    ("n", "n"), ("basis", "basis"), ("stance", "stance"), ("channel", "channel"), ("said_at", "said-at"),
)  # fmt: skip


def hop_text(hop: Document, *, apart: tuple[str, ...] = ()) -> str:
    """One step of a chain as it is typed, but for what is said `apart`, in options of its own."""
    name = str(hop["who"]) if hop.get("who") else f"{UNNAMED} {hop.get('named')}"
    facts = [f"{typed}={hop[key]}" for key, typed in _HOP_FACTS if hop.get(key) and key not in apart]
    return "; ".join([name, *facts])


def span_text(moment: Document) -> str | None:
    """A moment of the record as a typed range."""
    if moment["earliest"] is None and moment["latest"] is None:
        return None
    return f"{moment['earliest'] or '..'}/{moment['latest'] or '..'}"


def as_written(event: events.ClaimRecorded, old: Document, typed: Typed) -> events.ClaimRecorded:
    """The claim with the words in which the times and the place that were not typed again had been typed."""
    kept: dict[str, Any] = {}
    if typed.place is None:
        kept |= {key: old[key] for key in ("place_text", "level_not_stated")}
    for name, again in (("occurred", typed.at), ("reported", typed.reported)):
        if again is None:
            moment: events.Moment = getattr(event, name)
            words = {
                "text": old[name]["text"] or "",
                "precision": old[name]["precision"].replace("unknown", ""),
            }
            kept[name] = moment.model_copy(update=words)
    return event.model_copy(update=kept)


def reworded(event: events.ClaimRecorded, worded: Mapping[str, Any]) -> events.ClaimRecorded:
    """A claim with the words in which it had been typed elsewhere: nothing that its id depends on.

    Of a time that is its precision and text; where it was not typed, nothing.
    """
    changed = dict(worded)
    for name in ("occurred", "reported"):
        if name in changed:
            changed[name] = getattr(event, name).model_copy(update=changed[name])
    if changed.keys() & {"sentence", "place_text"}:  # somebody else's text, which has to be one
        return event.model_validate({**event.model_dump(), **changed})
    return event.model_copy(update=changed)


def with_document(reader: Reader, typed: Typed) -> tuple[Typed, list[str]]:
    """A claim with the gaps that its registered document fills: who reported it, when, where; and a note."""
    if not typed.document:
        return typed, []
    found = document(reader, typed.document)
    if found is None:
        return typed, _not_registered(reader, typed.document, typed.source)
    told = {"source": found["source"], "reported": found["published"], "url": found["url"]}
    filled = {key: value for key, value in told.items() if value and getattr(typed, key) is None}
    if not filled:
        return typed, []
    note = f"from document {found['id']}: {', '.join(f'{key} {value}' for key, value in filled.items())}"
    return typed.over(Typed(**filled)), [note]


def _not_registered(reader: Reader, key: str, source: str | None) -> list[str]:
    """What to say of a document that fills no gap: one may be named that nobody has registered.

    NotFound where it should have said who reported it.
    """
    near = near_documents(reader, key)
    asked = f"did you mean {' or '.join(near)}?" if near else ""
    if not source:
        step = f"{asked or 'tracker document list shows those that are,'} or --source NAME"
        raise NotFound(what=f"no document has the key {key!r}, so who reported it is missing", try_=step)
    return [f"no document has the key {key}, so nothing is taken from it; {asked}"] if near else []
