"""Decides which words tracker knows, and what each of them does to control of a place.

A claim says *modality (predicate)*: "denies captured". `effect` reads that into one of the steps
that the belief knows (their names are the kinds of the published test cases), or into `PRESENT`,
`STRUCK` or `NONE`, which move nothing.
"""

from typing import Final, NamedTuple

PREDICATES: Final = {
    "captured": "took control of the place",
    "holds": "controls the place at the time stated",
    "lost": "no longer has the place; who has it is not said",
    "advanced": "moved in, to the edge of, near, within N km of, or toward the place",
    "besieges": "surrounds the place or cuts its supply",
    "fighting": "ground combat in or near the place",
    "present": "has forces, a base or a checkpoint there; control is not claimed",
    "struck": "the place was hit from the air, by fire, drone or demolition",
    "agreed": "a ceasefire, handover or freeze was announced, signed or rejected",
    "other": "anything else worth keeping: access, harm, surrender, talks, statement, realigned",
}

MODALITIES: Final = {
    "asserts": "says that it is so",
    "denies": "says that it is false",
    "expects": "says that it is not yet so: intends, orders, forecasts, fears",
    "silent": "was asked or bound to know, and neither confirmed nor denied it",
}

RELATIONS: Final = ("in", "edge-of", "near", "within", "toward")
EXTENTS: Final = ("all", "most", "part", "some", "unspecified")
MANNERS: Final = (
    "force", "handover", "unopposed", "uprising", "unknown",
    "withdrew", "repositioned", "expelled", "surrendered",
)  # fmt: skip
OUTCOMES: Final = ("ongoing", "repelled", "ended")
DETAILS: Final = (
    "manner", "framing", "from", "means", "figure", "what", "scope", "until", "kind", "low", "best", "high",
)  # fmt: skip
"""Details with a meaning of their own; any other word may be kept beside them."""
OTHER_KINDS: Final = ("access", "harm", "surrender", "talks", "statement", "realigned")
BASES: Final = ("witnessed", "told", "deduced", "unknown")
STANCES: Final = ("states", "relays", "confirms", "could-not-verify", "doubts")
CHECKS: Final = ("confirmed", "place-only", "no-evidence", "could-not-verify")
REVIEWS: Final = ("still-true", "changed", "cannot-tell")
LINKS: Final = ("same-event", "derived-from")

STANDINGS: Final = (
    "live", "corroborated", "contradicted", "superseded", "stale", "held", "retracted", "corrected",
)  # fmt: skip
FLAG_RULES: Final = ("overturned", "contradicted", "stale", "single-origin", "circular")
"""What deserves an eye, the most urgent first (`flags`)."""
FILTERS: Final = ("held", "contested", "unknown", "fresh", "ageing", "stale", "conflict")
"""What a table of verdicts can be narrowed to: its statuses, its freshness, and contradictions."""

PLACE_KINDS: Final = (
    "city", "town", "village", "district", "governorate", "region", "country",
    "base", "airport", "crossing", "bridge", "road", "dam", "other",
)  # fmt: skip
ACTOR_LEVELS: Final = ("umbrella", "side", "alliance", "faction", "unit", "state")
SOURCE_KINDS: Final = (
    "party", "official", "state-media", "wire", "media", "monitor", "witness", "analyst",
    "map", "encyclopaedia", "aggregator", "baseline", "anonymous", "unknown",
)  # fmt: skip
ASSESSORS: Final = frozenset({"map", "encyclopaedia", "aggregator", "baseline"})
"""Kinds of source that put together what others report: two of them are no two witnesses."""
GRADES: Final = ("A", "B", "C", "D", "E", "F")
BEARINGS: Final = (
    "N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW",
)  # fmt: skip

FOR: Final = "for"
LOST: Final = "lost"
CONTEST: Final = "contest"
INSIDE: Final = "inside"
AROUND: Final = "around"
DENY_GAIN: Final = "deny-gain"
DENY_LOST: Final = "deny-lost"
PRESENT: Final = "present"
STRUCK: Final = "struck"
NONE: Final = "none"

MOVING: Final = frozenset({FOR, LOST, CONTEST, INSIDE, DENY_GAIN, DENY_LOST})
"""The steps that say something about control; the others are remembered or shown, and move nothing."""

_PARTIAL: Final = ("part", "some")


def effect(
    predicate: str,
    modality: str = "asserts",
    *,
    relation: str | None = None,
    extent: str | None = None,
    outcome: str | None = None,
) -> str:
    """The step that a claim takes on the belief about its place.

    Only what is asserted or denied about control is a step; what is expected or met with silence
    informs (`NONE`). Part of a place never sets its holder: it is a contest.
    """
    if modality == "denies":
        return _denied(predicate, relation)
    if modality != "asserts":
        return NONE
    if predicate in ("captured", "holds"):
        return CONTEST if extent in _PARTIAL else FOR
    if predicate == "lost":
        return NONE if extent in _PARTIAL else LOST
    if predicate == "advanced":
        return INSIDE if relation == "in" else AROUND
    if predicate == "fighting":
        return _fought(relation, outcome)
    return {"besieges": AROUND, "present": PRESENT, "struck": STRUCK}.get(predicate, NONE)


def _denied(predicate: str, relation: str | None) -> str:
    if predicate in ("captured", "holds"):
        return DENY_GAIN
    if predicate == "advanced" and relation in (None, "in"):
        return DENY_GAIN
    return DENY_LOST if predicate == "lost" else NONE


def _fought(relation: str | None, outcome: str | None) -> str:
    if outcome == "repelled":
        return FOR
    if outcome == "ended":
        return NONE
    return CONTEST if relation == "in" else AROUND


class Verb(NamedTuple):
    """How a typed verb is read: the predicate and the attributes it settles."""

    predicate: str
    attributes: tuple[tuple[str, str], ...] = ()
    modality: str = "asserts"


def _verb(predicate: str, modality: str = "asserts", **attributes: str) -> Verb:
    return Verb(predicate, tuple(attributes.items()), modality)


_PHRASES: Final = (
    (
        _verb("captured"),
        "captured | capture | captures | seized | seize | took | take | takes | took control of | "
        "taken | gained | recaptured | retook | overran | conquered | occupied | took over | taken "
        "over | taken control of | took full control of | taken full control of | retaken | overrun",
    ),
    (
        _verb("captured", manner="force"),
        "liberated | stormed and took",
    ),
    (
        _verb("captured", manner="handover"),
        "was handed | were handed | received",
    ),
    (
        _verb("holds"),
        "holds | hold | held | controls | control | controlled | still holds | still hold | still "
        "controls | still control | retains | retain | in control of | is in control of | are in "
        "control of | kept | keeps",
    ),
    (
        _verb("lost"),
        "lost | loses | lost control of | no longer holds | no longer hold | no longer controls | no "
        "longer control",
    ),
    (
        _verb("lost", manner="withdrew"),
        "withdrew from | withdraws from | pulled out of | left | abandoned | retreated from | "
        "fled | fled from | evacuated | withdrawn from | pulled back from | pulled out from",
    ),
    (
        _verb("lost", manner="repositioned"),
        "repositioned from | redeployed from | is repositioning from | are repositioning from | "
        "is redeploying from | are redeploying from",
    ),
    (
        _verb("lost", manner="expelled"),
        "was expelled from | were expelled from | was driven out of | were driven out of",
    ),
    (
        _verb("lost", manner="surrendered"),
        "surrendered | handed over | gave up",
    ),
    (
        _verb("advanced", relation="in"),
        "entered | enter | enters | advanced into | advanced in | pushed into | broke into | moved into",
    ),
    (
        _verb("advanced", relation="edge-of"),
        "reached the edge of | advanced to the edge of | reached the outskirts of | is at the "
        "edge of | are at the edge of | reached the walls of | is at the gates of | are at the "
        "gates of",
    ),
    (
        _verb("advanced", relation="near"),
        "advanced near | approached | neared | advanced close to | closed in on",
    ),
    (
        _verb("advanced", relation="toward"),
        "advanced toward | advanced towards | advanced on | advances on | headed for | moved "
        "toward | moved towards | pushed toward | pushed towards",
    ),
    (
        _verb("advanced", relation="within"),
        "advanced within | came within | got within | is within | are within",
    ),
    (
        _verb("besieges"),
        "besieges | besiege | besieged | surrounded | surrounds | surround | encircled | "
        "encircles | encircle | cut off",
    ),
    (
        _verb("fighting", relation="in"),
        "fighting in | is fighting in | are fighting in | fights in | fought in | clashed in | clashes in",
    ),
    (
        _verb("fighting", relation="near"),
        "fighting near | is fighting near | are fighting near | fought near | clashed near | clashes near",
    ),
    (
        _verb("present"),
        "is present in | are present in | present in | is in | are in | deployed to | deployed in "
        "| reinforced | sent forces to | has forces in | have forces in | has troops in | have troops in "
        "| has a base in | have a base in | has a base at | have a base at",
    ),
    (
        _verb("struck"),
        "struck | strikes | bombed | bombs | shelled | shells | hit | attacked from the air",
    ),
    (
        _verb("captured", "expects"),
        "expects to capture | expect to capture | will capture | threatens | threaten | is about "
        "to capture | are about to capture",
    ),
    (
        _verb("captured", "denies"),
        "did not capture | has not captured | have not captured | did not take | did not seize",
    ),
    (
        _verb("advanced", "denies", relation="in"),
        "did not enter | has not entered | have not entered",
    ),
    (
        _verb("lost", "denies"),
        "did not withdraw from | has not withdrawn from | have not withdrawn from | did not leave "
        "| has not left | have not left | did not lose | has not lost | have not lost",
    ),
)

VERBS: Final[dict[str, Verb]] = {
    phrase.strip(): verb for verb, phrases in _PHRASES for phrase in phrases.split("|")
}
"""What people type for each predicate, longest phrase first when read."""
