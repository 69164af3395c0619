"""Decides how verdicts and claims are told to people: the lines of `status`, `why`, `add-claim`, `demo`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tracker import phrases
from tracker.cli.output import Lines
from tracker.errors import typed
from tracker.zones import DAY, parse_iso, show

Document = Mapping[str, Any]
LONG_AGO = 2 * DAY
LEAST = 0.005
"""A lead that is less than this is none."""
CONFLICTS = 5
"""So many contradictions are told, the latest: a place in the news has hundreds."""
_UTC = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC")


def when(text: str | None, zone: str) -> str:
    """A time of the JSON contract, for people."""
    if text is None:
        return ""
    return show(parse_iso(text), zone)


def status(out: Lines, one: Document, zone: str, *, reasons: int = 5) -> None:
    """The verdict on one place."""
    place = one["place"]
    where = ", ".join(part for part in (place["kind"], place["region"]) if part)
    out.title(phrases.verdict(place["name"], one), one["status"])
    out.item("", f"{where}; as of {when(one['at'], zone)}{axes(one, zone)}", "quiet")
    if one.get("summary"):
        out.item("in it", one["summary"])
    if one["pin"]:
        pin(out, one["pin"], zone)
    if one["since"]:
        out.item("since", _since(one["since"], zone))
    if one["freshness"]:
        stale = f", stale from {when(one['stale_at'], zone)}" if one["freshness"] != "stale" else ""
        out.item("freshness", f"{one['freshness']}: last word {when(one['last_report'], zone)}{stale}")
    if _has_likelihood(one):
        out.item("likelihood", _likelihood(one))
    if one["front"]:
        told = (
            phrases.across(one["across"]) if one.get("across") else "another side holds a place within 10 km"
        )
        out.item("front", f"{told}, so it is read as less sure")
    _beside(out, one)
    decided = {row["claim"]: row for row in one["decided"]}
    for held in one["held_back"]:
        until = f"until {when(held['until'], zone)}" if held["until"] else "its source has taken it back"
        if held["claim"] in decided:
            continue
        out.item("held back", f"{held['text']}  {held['claim']}  ({until}: a batch that turns much over)")
    for row in decided.values():
        out.item(row["decided"], f"{row['text']}  {row['claim']}  ({batch_by(row)})")
    if one["inferred"]:
        out.item("inferred", _inferred(one["inferred"]))
    if reasons and one["because"]:
        _signs(out, one)
    for reason in one["because"][:reasons]:
        worth = f"{reason['weight']:+.2f}" if reason["weight"] is not None else f"{reason['step']}:"
        out.item("because", f"{worth}  {reason['text']} ({reason['attribution']})  {reason['claim']}")
    if 0 < reasons < len(one["because"]):
        out.item("", f"and {len(one['because']) - reasons} more: tracker why {place['id']}", "quiet")
    for weighed in one.get("weighed", ()):
        out.item(*_weighed(weighed))
    for context in one["context"][:reasons]:
        out.item("context", f"{context['text']}  {context['claim']}")
    if one["claims"]:
        out.item("counted", f"{_count(one['claims'], 'claim')} of {_count(one['origins'], 'origin')}")
    out.item("would change", zoned(one["would_change"], zone))


def pin(out: Lines, one: Document, zone: str) -> None:
    """An analyst's pin, and what the claims say to it."""
    told = f"{zoned(one['text'], zone)}; {one['reason']}  {one['assessment']}"
    out.item("pinned", told, "contested" if one["disagrees"] else None)


def zoned(text: str, zone: str) -> str:
    """A sentence with its times in a zone."""
    return _UTC.sub(lambda told: when(f"{told[1]}T{told[2]}Z", zone), text)


def _weighed(one: Document) -> tuple[str, str]:
    """A claim that an analyst left out or weighs otherwise: the label, and what is told of it."""
    return (
        "left out" if one["factor"] == 0 else "weighed",
        f"{weighed_by(one)}: {one['text']}  {one['claim']}",
    )


def weighed_by(how: Document) -> str:
    """How an analyst weighs a claim, who and why: "left out by ana: a parody"."""
    done = "left out" if how["factor"] == 0 else f"x{how['factor']:g}"
    return f"{done} by {how['by']}" + (f" ({how['reason']})" if how["reason"] else "")


def batch_by(how: Document) -> str:
    """What an analyst decided of the batch a claim is part of: "a batch dropped by ana: …"."""
    return f"a batch {how['decided']} by {how['by']}: {how['reason']}"


def _inferred(found: Document) -> str:
    near = ", ".join(f"{one['name']} ({one['km']:g} km)" for one in found["from"])
    return f"{found['name']} {phrases.per_cent(found['p'])}, from what is believed of {near}"


def pairs(conflicts: Sequence[Document]) -> dict[tuple[str, str], list[str]]:
    """The kinds in which each two claims contradict each other."""
    found: dict[tuple[str, str], list[str]] = {}
    for conflict in conflicts:
        first, second = conflict["claims"]
        found.setdefault((first, second), []).append(conflict["kind"])
    return found


def axes(one: Document, zone: str) -> str:
    """What was asked about beside the instant."""
    known = f", as known on {when(one['known_at'], zone)}" if one["known_at"] else ""
    published = (
        f", from what was published by {when(one['published_by'], zone)}" if one["published_by"] else ""
    )
    rule = f", by the rule {one['policy']}" if one["policy"] != "bayes" else ""
    return known + published + rule


def _since(since: Document, zone: str) -> str:
    latest = when(since["latest"], zone)
    return f"{when(since['earliest'], zone)} to {latest}" if since["earliest"] else f"at the latest {latest}"


def _has_likelihood(one: Document) -> bool:
    """Whether some side is likelier than another, which may be so where nobody is named."""
    p = [row["p"] for row in one["probabilities"]]
    if len(p) < 2 or one["controller"]:
        return len(p) > 1
    shared = one["policy"] in ("bayes", "vote", "decayed-vote")  # of votes it is the tally
    believed = shared and one["status"] == "unknown" and bool(one["claims"])
    return believed and p[0] - p[-1] > LEAST


def _signs(out: Lines, one: Document) -> None:
    """For whom a plus speaks, where that is not the holder of the first line."""
    side = one.get("because_for")
    if side is None or (one["controller"] and not one["pin"]):
        return
    whose = "those of the claims, not the pin's: " if one["pin"] else ""
    likeliest = "" if one["pin"] else f", {_likeliest([row['p'] for row in one['probabilities']])}"
    out.item("signs", f"{whose}plus speaks for {side['name']}{likeliest}, minus against", "quiet")


def _likeliest(p: list[float]) -> str:
    """What the first of some sides is, by their probabilities, the greatest first."""
    equal = p.count(p[0])
    return "the likeliest" if equal == 1 else f"one of {equal} equally likely"


def _likelihood(status: Document) -> str:
    names, probabilities = status["names"], status["probabilities"]
    told = [
        f"{names[one['actor']]} {phrases.per_cent(one['p'])}" for one in probabilities if one["p"] >= 0.05
    ]
    return ", ".join(told[:4])


def _beside(out: Lines, one: Document) -> None:
    texts = {row["claim"]: row["text"] for row in one.get("beside", ())}
    for pressure in one["pressure"]:
        out.item("pressure", f"{texts.get(pressure['claim'], pressure['kind'])}  {pressure['claim']}")
    for present in one["present"]:
        out.item("present", f"{texts.get(present['claim'], present['actor'])}  {present['claim']}")
    for flag in one["flags"]:
        out.item("flag", f"{flag['rule']}: {flag['why']}", "contested")
    found = list(pairs(one["conflicts"]).items())
    for (first, second), kinds in found[-CONFLICTS:]:  # they come in order of time
        told = f"{texts.get(first, first)}  {first}  against  {texts.get(second, second)}  {second}"
        out.item("conflict", f"{', '.join(kinds)}: {told}", "contested")
    _and_more(out, len(found) - CONFLICTS)


def _and_more(out: Lines, more: int) -> None:
    if more > 0:
        out.item("", f"and {more} earlier; --json tells them all", "quiet")


def table(out: Lines, rows: Sequence[Document], zone: str) -> None:
    """The verdicts on many places."""
    cells = []
    for one in rows:
        holder = one["controller"]
        who = (
            phrases.joined([holder["name"], *(other["name"] for other in holder["with"])]) if holder else "-"
        )
        sure = phrases.per_cent(one["confidence"]) if holder else "-"
        cells.append(
            (one["place"]["name"], one["status"], who, sure, one["basis"], one["freshness"] or "-",
             when(one["last_report"], zone)[:10] or "-", _remarks(one))
        )  # fmt: skip
    out.table(("place", "status", "controller", "sure", "basis", "freshness", "last word", ""), cells)


def _remarks(one: Document) -> str:
    left = f"vacated by {one['names'][one['vacated_by']]}" if one["vacated_by"] else ""
    denied = f"denied: {one['names'][one['denied']]}" if one["denied"] else ""
    kinds = ", ".join(dict.fromkeys(conflict["kind"] for conflict in one["conflicts"]))
    pressing = (one["names"][pressure["actor"]] for pressure in one["pressure"] if pressure["actor"])
    pressed = ", ".join(dict.fromkeys(pressing))
    pinned = f"pinned by {one['pin']['by']}" if one["pin"] else ""
    if one["pin"] and one["pin"]["disagrees"]:
        pinned = one["pin"]["text"].partition("; ")[2]
        pinned = f"pinned by {one['pin']['by']}, {pinned}"
    told = [
        pinned,
        left,
        denied,
        f"conflict: {kinds}" if kinds else "",
        f"pressed by {pressed}" if pressed else "",
    ]
    return "; ".join(part for part in told if part)


def claim_line(one: Document, zone: str) -> tuple[str, str, str, str]:
    """A claim as a row: id, when it was so, where it stands, what it says and who said it."""
    return (
        one["id"],
        occurred(one["occurred"], zone) or "-",
        one["standing"] + _aside(one["weighed"]) + (f", {one['batch']['decided']}" if one["batch"] else ""),
        f"{one['text']} ({one['attribution']})",
    )


def _aside(weighed: Document | None) -> str:
    if weighed is None:
        return ""
    return ", left out" if weighed["factor"] == 0 else f", x{weighed['factor']:g}"


def occurred(moment: Document, zone: str) -> str:
    """A span of the JSON contract, as short as its precision allows."""
    if moment["latest"] is None and moment["earliest"] is None:
        return ""
    if moment["earliest"] is None:
        return f"by {when(moment['latest'], zone)}"
    start, end = when(moment["earliest"], zone), when(moment["latest"], zone) or "…"
    if moment["precision"] == "day" or start[:10] == end[:10]:
        return start[:10]
    return f"{start[:10]}/{end[:10]}"


def change(out: Lines, answer: Document, zone: str) -> None:
    """What a write did to a verdict: before, after, contradictions."""
    before, after = answer.get("before"), answer.get("after")
    if after is None:
        out.item("verdict", "no place, so no verdict changes", "quiet")
        return
    name = after["place"]["name"]
    told_after = phrases.verdict(name, after)
    told_before = phrases.verdict(name, before) if before else "nothing was known of it."
    if told_before == told_after:
        out.item("unchanged", told_after, after["status"])
    else:
        out.item("before", told_before)
        out.item("after", told_after, after["status"])
    _today(out, answer, zone)
    texts = {row["claim"]: row["text"] for row in after.get("beside", ())}
    found = [
        (claim, kinds)
        for ends, kinds in pairs(answer.get("conflicts", ())).items()
        for claim in ends
        if claim != answer.get("claim")
    ]
    for claim, kinds in found[-CONFLICTS:]:
        out.item("contradicts", f"{', '.join(kinds)}: {texts.get(claim, '')}  {claim}", "contested")
    _and_more(out, len(found) - CONFLICTS)


def _today(out: Lines, answer: Document, zone: str) -> None:
    """Before and after are of now; whoever fills in the past wants to know of then."""
    told, at = answer.get("told", {}), answer["after"]["at"]
    latest = told.get("occurred", {}).get("latest") or told.get("reported", {}).get("latest")
    if latest is not None and parse_iso(at) - parse_iso(latest) > LONG_AGO:
        place, then = typed(answer["after"]["place"]["name"]), when(latest, zone)[:10]
        out.item("", f"as of {when(at, zone)}; of then: tracker status {place} --at {then}", "quiet")


def changes(out: Lines, answer: Document) -> None:
    """The verdicts that read differently after a change of the parties, the names or the settings."""
    nothing = "read as another place" if answer["event"] == "place-merged" else "no claims of its own"
    unmerged = answer["event"] == "place-unmerged"
    for one in answer["changes"]:
        name, before, after = one["place"]["name"], one["before"], one["after"]
        none = "read as another place" if unmerged else "no claims of its own"
        out.item("before", phrases.verdict(name, before) if before else f"{name}: {none}.")
        out.item(
            "after",
            phrases.verdict(name, after) if after else f"{name}: {nothing}.",
            after["status"] if after else None,
        )
    if answer["dry_run"] and not answer["changes"]:
        out.item("changes", "no verdict would read differently")


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
