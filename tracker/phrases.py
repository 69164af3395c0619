"""Decides how a claim, its attribution and a verdict are put into words.

Plain functions of plain values; names are given, never looked up. Nothing here is keyed to a place,
an actor or a story.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

NO_FLAG = (
    "no flag is open (tracker flags --sleeping: also those that sleep; tracker sweep looks for new ones)"
)
"""What is said where nothing deserves an eye."""
_EXTENTS = {"most": "most of ", "part": "part of ", "some": "some of "}
_LOST = {
    "withdrew": "withdrew from", "repositioned": "repositioned from", "expelled": "was driven out of",
    "surrendered": "surrendered", "handover": "handed over",
}  # fmt: skip


def joined(names: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def plural(name: str) -> bool:
    """Whether a party's name takes a plural verb, as far as its ending tells ("rebels", "X and Y")."""
    return (name.endswith("s") and not name.endswith(("ss", "is", "us"))) or " and " in name


def verb(name: str, one: str, many: str) -> str:
    """The form of a verb that goes with a party's name."""
    return many if plural(name) else one


def proposition(claim: Mapping[str, Any]) -> str:
    """What a claim says, without who says it: "rebels captured Sanamayn", "denied: rebels entered Homs".

    Reads the keys predicate, modality, actors and against (names), place (name), relation, km, extent,
    outcome and details.
    """
    said = _said(claim)
    return {
        "denies": f"denied: {said}",
        "expects": f"not yet, but expected: {said}",
        "silent": f"neither confirmed nor denied: {said}",
    }.get(str(claim.get("modality")), said)


def _said(claim: Mapping[str, Any]) -> str:
    who = joined(claim.get("actors") or ()) or "somebody"
    where = claim.get("place") or ""
    part = _EXTENTS.get(claim.get("extent") or "", "")
    details = claim.get("details") or {}
    predicate = claim["predicate"]
    if predicate == "captured":
        return f"{who} captured {part}{where}"
    if predicate == "holds":
        return f"{who} {verb(who, 'holds', 'hold')} {part}{where}"
    if predicate == "lost":
        words = f"{who} {_LOST.get(str(details.get('manner')), 'lost')} {part}{where}"
        return words + (f' ("{details["framing"]}")' if details.get("framing") else "")
    if predicate == "advanced":
        return _advanced(who, where, claim)
    if predicate == "fighting":
        return _fighting(who, where, claim)
    if predicate == "besieges":
        return f"{who} {verb(who, 'besieges', 'besiege')} {where}"
    if predicate == "present":
        return f"{who} {verb(who, 'has', 'have')} forces at {where}"
    if predicate == "struck":
        means = f" ({details['means']})" if details.get("means") else ""
        return f"{who} struck {where}{means}"
    return _spoken(who, where, predicate, details)


def _advanced(who: str, where: str, claim: Mapping[str, Any]) -> str:
    if claim.get("relation") == "within":
        return f"{who} came within {_number(claim.get('km'))} km of {where}"
    how = {
        "in": "entered",
        "edge-of": "reached the edge of",
        "near": "advanced near",
        "toward": "advanced toward",
    }
    return f"{who} {how.get(str(claim.get('relation')), 'advanced toward')} {where}"


def _fighting(who: str, where: str, claim: Mapping[str, Any]) -> str:
    against = joined(claim.get("against") or ())
    relation = {"in": "in", "edge-of": "at the edge of", "within": "near", "toward": "near"}.get(
        str(claim.get("relation")), "near" if claim.get("relation") else "at"
    )
    if claim.get("outcome") == "repelled":
        return f"{against or 'the defenders'} repelled {who} {relation} {where}"
    foe = f" {against}" if against else ""
    return f"{who} fought{foe} {relation} {where}"


def _spoken(who: str, where: str, predicate: str, details: Mapping[str, Any]) -> str:
    about = f" about {where}" if where else ""
    what = details.get("what") or details.get("verb") or details.get("kind") or predicate
    kind = f"{details['kind']}: " if details.get("kind") and details.get("kind") != what else ""
    return f"{who}: {kind}{'agreed: ' if predicate == 'agreed' else ''}{what}{about}"


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else "some"


def attribution(hops: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    """ "rebels, via Reuters": the origin, then who passed it on; hops run from the origin on."""
    told = [_hop(hop, names) for hop in hops]
    return told[0] + (f", via {', '.join(told[1:])}" if len(told) > 1 else "")


def _hop(hop: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if hop.get("who"):
        return names.get(hop["who"], hop["who"])
    return f"{hop.get('named') or 'somebody'} (unnamed)"


def per_cent(p: float) -> str:
    """A probability for people, never 100 % or 0 %."""
    return f"{min(99, max(1, round(100 * p)))} %"


def across(found: Mapping[str, Any]) -> str:
    """Who lies across a front, and where: "rebels hold Talbiseh, 9.8 km away"."""
    who = found["side_name"]
    away = f", {found['km']:g} km away" if found["km"] else ""  # of some it is only known that they are near
    return f"{who} {verb(who, 'holds', 'hold')} {found['name']}{away}"


def _left(status: Mapping[str, Any], who: str, sure: str) -> str:
    """Who is said to have left, and who is most likely there; of the same side, one thing."""
    if status.get("denied"):
        denied = status["names"][status["denied"]]
        return f"; that {denied} {verb(denied, 'has', 'have')} it is denied"
    gone = status["names"][status["vacated_by"]] if status["vacated_by"] else ""
    if gone and gone == who:
        return f"; {gone}, said to have left, may still be there ({sure})"
    left = f"; {gone} {verb(gone, 'is', 'are')} said to have left" if gone else ""
    return left + (f"; most likely {who} ({sure})" if who else "")


def verdict(place: str, status: Mapping[str, Any]) -> str:
    """The verdict in one sentence, from the document of `status --json`."""
    holder = status["controller"]
    who = joined([holder["name"], *(one["name"] for one in holder["with"])]) if holder else ""
    sure = per_cent(status["confidence"])
    if status["status"] == "unknown":
        if not status["claims"] and not holder:
            return f"{place}: nobody has said who holds it."
        return f"{place}: who holds it is not known{_left(status, who, sure)}."
    pin = status.get("pin")
    basis = f"pinned by {pin['by']}" if pin else {
        "claimed": "claimed, not independently reported",
        "assessed": "independently reported",
        "analyst": "an analyst's judgement",
    }.get(status["basis"], "inferred")  # fmt: skip
    partly = "partly " if status["partly"] else ""
    claimants = [one["name"] for one in status.get("claimed_by", ())]
    if len(claimants) > 1:
        return f"{place}: contested; claimed by {joined(claimants)}."
    if status["status"] == "contested":
        named = f"; {who} {verb(who, 'holds', 'hold')} it most likely ({sure}, {basis})" if who else ""
        return f"{place}: contested{named}."
    return f"{place}: {partly}held by {who} ({sure}, {basis})."


def pinned(
    by: str,
    until: str | None,
    pin: Mapping[str, Any] | None,
    shadow: Mapping[str, Any] | None,
    *,
    disagrees: bool,
) -> str:
    """Whose pin it is, until when, for whom, and what the claims say to it.

    `pin` is the controller that was pinned, `shadow` what the claims say: status, controller, confidence.
    """
    ends = f" until {until[:16].replace('T', ' ')} UTC" if until else ""
    told = f"pinned by {by}{ends}: {_party(pin)}"
    if shadow is None or not disagrees:
        return f"{told}; the claims say nothing else"
    who, sure = _party(shadow["controller"]), per_cent(shadow["confidence"])
    if shadow["status"] == "unknown":
        said = f"do not tell who holds it{f' (most likely {who}, {sure})' if who else ''}"
    elif shadow["status"] == "contested":
        said = f"say contested{f', most likely {who} ({sure})' if who else ''}"
    else:
        said = f"say {who} ({sure})"
    return f"{told}; the claims {said}"


def _party(controller: Mapping[str, Any] | None) -> str:
    return joined([controller["name"], *(one["name"] for one in controller["with"])]) if controller else ""
