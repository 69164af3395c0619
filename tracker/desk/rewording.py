"""Decides what is proposed for a sentence that says more than `[ACTOR] VERB [words] PLACE` can hold.

Who said it, that it is denied, how sure it is, how much of a place, where beside it: each has an option of
its own. Nothing is read here, only proposed: whoever typed the sentence decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from tracker.desk.proposal import Proposal, Step, one
from tracker.errors import NotFound, quoted, typed
from tracker.judgement.vocabulary import BEARINGS, PLACE_KINDS, VERBS, Verb
from tracker.names import Resolved

Bind = Callable[[str], Resolved]


def _any(words: str) -> str:
    return "(?:" + "|".join(word.strip().replace(" ", r"\s+") for word in words.split("|")) + ")"


# -- the whole sentence ------------------------------------------------------------------------------

_SAID: Final = _any(
    "says | said | say | reports | reported | report | claims | claimed | claim | announces | announced |"
    " announce | states | stated | confirms | confirmed | confirm | insists | insisted | admits | admitted |"
    " admit | acknowledges | acknowledged | declares | declared | writes | wrote | adds | added | warns |"
    " warned"
)
_DENIED: Final = _any(
    "denies | denied | deny | rejects | rejected | reject | disputes | disputed | dispute | refutes | refuted"
)
_DAY: Final = r"(?:\s+(?:on\s+)?(?P<day>(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today)\b)?"
_SPEECH: Final = (
    re.compile(
        rf"^(?P<who>.+?)\s+(?:(?:has|have|had)\s+)?{_SAID}{_DAY}(?:\s+that\b|,|:)?\s+(?P<said>.+)$", re.I
    ),
    re.compile(r"^(?P<who>[^:]{2,60}):\s+(?P<said>.+)$"),
    re.compile(r"^according\s+to\s+(?P<who>[^,]+),\s*(?P<said>.+)$", re.I),
    re.compile(rf"^(?P<said>.+?),?\s+(?:according\s+to|{_SAID})\s+(?P<who>[^,]+)$", re.I),
)
_DENIAL: Final = re.compile(
    rf"^(?P<who>.+?)\s+(?:(?:has|have|had)\s+)?{_DENIED}(?:\s+(?:reports|claims|that|of)\b)*\s+(?P<said>.+)$",
    re.I,
)
_ITSELF: Final = re.compile(r"^(?:it|they|he|she|we|its forces|their forces)\s+", re.I)
_OF_THEM: Final = re.compile(r"\s(?:is|are|was|were)$", re.I)
_ARTICLE: Final = r"(?:the\s+)?(?:full\s+)?"
_TAKING: Final = re.compile(rf"^{_ARTICLE}(?:capture|seizure|takeover|liberation|fall)\s+of\s+", re.I)
_NOUNS: Final = (
    (re.compile(rf"^{_ARTICLE}control\s+(?:of|over)\s+", re.I), "holds"),
    (re.compile(rf"^{_ARTICLE}loss\s+of\s+", re.I), "lost"),
    (re.compile(rf"^{_ARTICLE}(?:withdrawal|retreat)\s+from\s+", re.I), "withdrew from"),
    (_TAKING, "captured"),
)
_CROWD: Final = re.compile(
    r"^(?:(?:a|an|one|two|three|four|five|six|several|some|many|local|unnamed|\d+)\s.+|.*\b(?:sources?|residents"
    r"|witness(?:es)?|activists?|officials?|locals|people|reports|media|analysts?|civilians|observers))$",
    re.I,
)
_LOW, _LIKELY, _EXPECTS = "--confidence low", "--confidence likely", "--modality expects"
_UNNAMED: Final = '--said-by "unnamed: reports"'
_HAVE: Final = r"\s+(?:to\s+)?(?:have|has|be)\b"
_HEDGES: Final = (
    (rf"(?:(?:is|are|was|were)\s+)?(?:said|reported|rumou?red|understood){_HAVE}", _UNNAMED),
    (rf"(?:(?:is|are|was|were)\s+)?alleged{_HAVE}", "--stance could-not-verify"),
    (rf"(?:(?:(?:is|are|was|were)\s+)?(?:believed|thought)|appears?|seems?){_HAVE}", _LIKELY),
    (r"must\s+have\b", _LIKELY),
    (r"(?:may|might|could)\s+(?:well\s+)?have\b", _LOW),
    (r"(?:may|might|could|would|should)\b", _EXPECTS),
    (r"(?:plans?|planned|intends?|wants?|hopes?|vows?|vowed|prepar(?:e|es|ed|ing)"
     r"|(?:(?:is|are)\s+)?(?:expected|likely|set|about|preparing))\s+to\b", _EXPECTS),
    (r"reportedly\b", _UNNAMED),
    (r"(?:allegedly|supposedly|purportedly)\b", "--stance could-not-verify"),
    (r"(?:apparently|likely|probably|presumably|seemingly)\b", _LIKELY),
    (r"(?:possibly|perhaps|maybe)\b", _LOW),
)  # fmt: skip
_HEDGE: Final = tuple((re.compile(rf"(?:^|\s+){pattern}", re.I), option) for pattern, option in _HEDGES)
_FOUGHT: Final = re.compile(
    r"^(?P<who>.+?)\s+(?:clash(?:ed|es|ing)?|fought|fights?|fighting|battl(?:ed|es|ing))(?:\s+(?:with|against))?"
    r"\s+(?P<other>.+?)\s+(?P<where>in|inside|at|near|around|outside)\s+(?P<place>.+)$",
    re.I,
)
_UNCLEAR: Final = (
    (_any("attacked | attacks | attack | assaulted | assaults | raided | raids | targeted | targets | stormed"
          " | storms"),
     (("struck", "from afar: by fire, drone or from the air"), ("fought in", "on the ground"))),
    (_any("secured | secures | cleared | clears | cleansed"),
     (("captured", "took it"), ("holds", "had it before"))),
    (_any("defended | defends | defend"), (("holds", "still has it"), ("fought in", "it is fought over"))),
)  # fmt: skip
"""Verbs that say too little, each with the words that say one thing, and when."""


def sentence(text: str, reads: Callable[[str], bool]) -> Proposal | None:
    """What to type for a sentence that names a speaker, a denial, a doubt, an enemy, or too vague a verb.

    `reads` tells whether a text can be cut into [ACTOR] VERB PLACE with an actor.
    """
    return (
        _denial(text, reads) or _speech(text, reads) or _hedged(text, reads) or _enemy(text) or _unclear(text)
    )


def _speech(text: str, reads: Callable[[str], bool]) -> Proposal | None:
    for pattern in _SPEECH:
        match = pattern.match(text)
        if match and (_OF_THEM.search(match["who"]) or match["said"].startswith("to ")):
            continue  # "are said to have": by whom is not said
        said = match and _in_full(match["said"], match["who"], reads)
        if match and said:
            day = match.groupdict().get("day")
            options = f"{_said_by(match['who'])}{f' --reported {day}' if day else ''}"
            return one("who said it does not belong into the sentence", said, options)
    return None


def _denial(text: str, reads: Callable[[str], bool]) -> Proposal | None:
    match = _DENIAL.match(text)
    if match is None:
        return None
    who, said = match["who"], match["said"]
    why, options = "a denial is told by options", f"--modality denies {_said_by(who)}"
    if taking := _TAKING.match(said):
        place, _, taker = said[taking.end() :].partition(" to ")
        taken = f"{taker or 'ACTOR'} captured {place}"
        of_whom = "" if taker else ", with the ACTOR of whom it is denied"
        return one(why, taken, options, of_whom)
    full = _without_gerund(said, who) or _in_full(said, who, reads)
    return one(why, full, options) if full else None


def _in_full(said: str, who: str, reads: Callable[[str], bool]) -> str | None:
    """What was said as a sentence of its own, whoever said it in place of "it"; None: it is none."""
    if itself := _ITSELF.match(said):
        said = f"{who} {said[itself.end() :]}"
    for noun, verb in _NOUNS:
        if match := noun.match(said):
            return f"{who} {_agreeing(who, verb)} {said[match.end() :]}"
    return said if reads(said) else None


def _without_gerund(said: str, who: str) -> str | None:
    """ "losing Homs" -> "rebels loses Homs", in whatever form the vocabulary has; "having lost" -> "lost"."""
    words = said.split()
    if words[0].lower() == "having":
        return f"{who} {' '.join(words[1:])}" if len(words) > 2 else None
    if not words[0].lower().endswith("ing"):
        return None
    stem = words[0].lower()[:-3]
    for end in range(1, len(words)):
        after = words[1:end]
        for form in (stem, f"{stem}e", f"{stem}ed", f"{stem}d", f"{stem}s", f"{stem}es", stem[:-1]):
            verb = VERBS.get(" ".join([form, *after]))
            if verb is not None and verb.modality == "asserts":
                return f"{who} {' '.join([_past(verb.predicate, form, after), *words[end:]])}"
    return None


def _past(predicate: str, form: str, after: Sequence[str]) -> str:
    """The plainest words for a verb: those of its predicate, where it settles nothing else."""
    phrase = " ".join([form, *after])
    plain = VERBS.get(predicate)
    return predicate if plain == VERBS[phrase] else phrase


def _agreeing(who: str, verb: str) -> str:
    """ "rebels hold", "SDF holds": whichever sounds right to most."""
    return "hold" if verb == "holds" and who.endswith("s") else verb


def _said_by(who: str) -> str:
    """The option that names a speaker; a crowd has no name."""
    return (
        f'--said-by "unnamed: {who}"' if _CROWD.match(who) and '"' not in who else f"--said-by {typed(who)}"
    )


def _hedged(text: str, reads: Callable[[str], bool]) -> Proposal | None:
    for pattern, option in _HEDGE:
        shorter = pattern.sub("", text, count=1).strip()
        if shorter != text and reads(shorter):
            what = "that it is still to come" if option == _EXPECTS else "how sure it is"
            return one(f"{what} does not belong into the sentence", shorter, option)
    return None


def _enemy(text: str) -> Proposal | None:
    match = _FOUGHT.match(text)
    if match is None:
        return None
    where, against = match["where"].lower(), f"--against {typed(match['other'])}"
    why = "the other side has an option of its own"
    if where != "at":
        verb = "fought in" if where in ("in", "inside") else "fought near"
        return one(why, f"{match['who']} {verb} {match['place']}", against)
    steps = tuple(
        Step(f"{match['who']} {verb} {match['place']}", against, remark)
        for verb, remark in (("fought in", " (inside it)"), ("fought near", " (outside it)"))
    )
    return Proposal(f"{why}, and 'at' does not say whether inside the place", steps, " or ")


def _unclear(text: str) -> Proposal | None:
    for words, choices in _UNCLEAR:
        match = re.match(rf"^(?P<who>.+?)\s+(?P<verb>{words})\s+(?P<place>.+)$", text, re.I)
        if match:
            told = tuple(_choices(match, choices))
            return Proposal(f"{match['verb']!r} does not say which it was", told, " or ")
    return None


def _choices(match: re.Match[str], choices: Sequence[tuple[str, str]]) -> Iterator[Step]:
    for verb, when in choices:
        told = f"{match['who']} {_agreeing(match['who'], verb)} {match['place']}"
        yield Step(told, remark=f" ({when})")


# -- the place ---------------------------------------------------------------------------------------

_SHARE: Final = re.compile(
    r"^(?:(?:more than|over|about|around|nearly|almost|roughly|at least|up to)\s+)?"
    r"(?P<share>\d+(?:[.,]\d+)?)\s?(?:%|per\s?cent)\s+of\s+(?:the\s+)?(?P<place>.+)$",
    re.I,
)
_POINTS: Final = {"north": "N", "east": "E", "south": "S", "west": "W"}
_POINT: Final = r"(?P<point>(?:north|south)?[\s-]?(?:east|west)|north|south)"
_KINDS: Final = "|".join(kind for kind in PLACE_KINDS if kind != "other")
_BESIDE: Final = re.compile(
    rf"^(?:(?:an?|the|one|some|several|many|\d+)\s+)?(?:(?P<kind>{_KINDS}|area|position)(?:s|es)?\s+)?"
    rf"(?:(?P<km>\d+(?:[.,]\d+)?)\s?(?:km|kilomet(?:er|re)s?)\s+)?(?:to\s+the\s+)?"
    rf"(?:{_POINT}(?:ern)?\s+of|(?P<near>near|outside|around|close\s+to)|(?P<edge>(?:on\s+)?(?:the\s+)?(?:outskirts|edge"
    rf"|suburbs)\s+of)|(?P<inside>in|inside|within))\s+(?P<place>.+)$",
    re.I,
)
_SIDE: Final = re.compile(rf"^(?:the\s+)?{_POINT}(?:ern)?\s+(?:parts?\s+of\s+|of\s+)?(?P<place>.+)$", re.I)
_TOWN: Final = re.compile(r"^(?:the\s+)?(?P<place>.+?)\s+(?:city|town|village|proper)$", re.I)
_AREA: Final = re.compile(
    r"^(?:the\s+)?(?P<place>.+?)\s+(?:province|governorate|region|district|area)$", re.I
)
_EDGE: Final = re.compile(r"^(?:the\s+)?(?P<place>.+?)(?:'s)?\s+(?:outskirts|suburbs)$", re.I)
_AROUND: Final = re.compile(r"^(?P<place>.+?)(?:'s)?\s+(?:countryside|surroundings|hinterland)$", re.I)
_LIES: Final = "how it lies to a place has an option of its own"
_AREA_KINDS: Final = ("governorate", "province", "district", "region")
_BETWEEN: Final = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*", re.I)


_CONTROL: Final = frozenset({"captured", "holds", "lost"})
"""Of these a relation changes nothing: who takes the outskirts would have the town."""


class Cut(NamedTuple):
    """A sentence cut at its verb: who, all before the place, what stands where the place should."""

    who: str
    before: str
    rest: str
    verb: Verb

    def at(self, where: str, options: str = "") -> Step:
        """The sentence with another place."""
        return Step(f"{self.before} {where}".strip(), options)


def place(cut: Cut, bind: Bind) -> Proposal | None:
    """What to type for what stands where the place should."""
    rest, verb = cut.rest, cut.verb
    if (match := _SHARE.match(rest)) and (name := _named(match["place"], bind)):
        share = float(match["share"].replace(",", "."))
        extent = "all" if share >= 100 else "most" if share >= 50 else "part"
        options = f"--extent {extent} --detail figure={match['share']}%"
        return Proposal("how much of it has an option of its own", (cut.at(name, options),))
    parts = [part for part in _BETWEEN.split(rest) if part]
    if len(parts) > 1 and all(_named(part, bind) for part in parts):
        steps = tuple(map(cut.at, parts))
        return Proposal(f"it names {len(parts)} places, and a claim is about one", steps)
    if (match := _BESIDE.match(rest)) and (proposal := _beside(match, bind, cut)):
        return proposal
    if (match := _TOWN.match(rest)) and (town := _bound(match["place"], bind)):
        return Proposal("what kind of place it is does not belong to its name", (cut.at(town.id),))
    if match := _AREA.match(rest):
        for kind in _AREA_KINDS:
            if area := _bound(f"{match['place']} {kind}", bind):
                return Proposal("that area goes by another name", (cut.at(area.id),))
    if (match := _EDGE.match(rest)) and (name := _named(match["place"], bind)):
        return Proposal(_LIES, (cut.at(name, _lying("edge-of", verb)),))
    if (match := _AROUND.match(rest)) and (name := _named(match["place"], bind)):
        if verb.predicate not in _CONTROL:
            return Proposal(_LIES, (cut.at(name, _lying("near", verb)),))
        return _of_its_own(match[0], name, "region", cut)
    if (match := _SIDE.match(rest)) and (name := _named(match["place"], bind)):
        return Proposal("how much of it has an option of its own", (cut.at(name, "--extent part"),))
    return _behind(cut, bind)


_BEHIND: Final = re.compile(
    r"\s(?:(?P<in>of|over|in|inside|within|at|on)|(?P<near>near|outside|around|beside|behind|by|from|towards?"
    r"|north|south|east|west|off))\s+(?:of\s+)?",
    re.I,
)
_HOLD: Final = re.compile(
    r"^(?:the\s+)?(?:(?P<part>partial|limited)|full|complete|total|firm|sole)?\s*(?:control|charge)$", re.I
)


def _behind(cut: Cut, bind: Bind) -> Proposal | None:
    """What to type where a known place stands behind other words: with --create all of it would be a name."""
    for match in _BEHIND.finditer(f" {cut.rest}"):
        name = _named(f" {cut.rest}"[match.end() :], bind)
        if name is None:
            continue
        head = cut.rest[: max(match.start() - 1, 0)].strip()
        why = f"{cut.rest!r} is no place, {name} is one"
        if (hold := _HOLD.match(head)) and cut.verb.predicate == "present":
            extent = "--extent part" if hold["part"] else ""
            return one(why, f"{cut.who} {_agreeing(cut.who, 'holds')} {name}", extent)
        if hold and cut.verb.predicate in _CONTROL:
            return Proposal(why, (cut.at(name, "--extent part" if hold["part"] else ""),))
        if match["in"]:
            return Proposal(why, (cut.at(name, _lying("in", cut.verb)),))
        if cut.verb.predicate in _CONTROL:
            return _of_its_own(cut.rest if head else f"unnamed area {cut.rest}", name, "other", cut)
        return Proposal(why, (cut.at(name, _lying("near", cut.verb)),))
    return None


def _of_its_own(name: str, near: str, kind: str, cut: Cut, where: str = "") -> Proposal:
    """The proposal of a place that lies beside a known one, and has to be made first."""
    made = f"tracker place add {quoted(name)} --kind {kind} --near {typed(near)}{where}"
    return Proposal("what lies around a place is another place", (made, cut.at(name)))


def _beside(match: re.Match[str], bind: Bind, cut: Cut) -> Proposal | None:
    name = _named(match["place"], bind)
    if name is None:
        return None
    kind, point = (match["kind"] or "").lower(), _bearing(match["point"])
    km = f" --km {match['km'].replace(',', '.')}" if match["km"] else ""
    where = f"{f' --bearing {point}' if point else ''}{km}"
    if kind in PLACE_KINDS or (kind and not (match["inside"] or match["edge"])):
        lies = f"{point} of" if point else "in" if match["inside"] else "near"
        registered = kind if kind in PLACE_KINDS else "other"
        proposal = _of_its_own(f"unnamed {kind} {lies} {name}", name, registered, cut, where)
        return proposal._replace(why="a place without a name is described first")
    if match["inside"]:
        return Proposal(_LIES, (cut.at(name, _lying("in", cut.verb)),))
    if match["edge"]:
        return Proposal(_LIES, (cut.at(name, _lying("edge-of", cut.verb)),))
    if cut.verb.predicate in _CONTROL:
        lies = f"{point} of" if point else "near"
        return _of_its_own(f"unnamed area {lies} {name}", name, "other", cut, where)
    return Proposal(_LIES, (cut.at(name, f"{_lying('near', cut.verb)}{where}".strip()),))


def _lying(relation: str, verb: Verb) -> str:
    """The option for how something lies to a place, unless the verb itself says it ("advanced toward")."""
    if verb.predicate in _CONTROL:
        return "--extent part"
    return "" if "relation" in dict(verb.attributes) else f"--relation {relation}"


def _bearing(words: str | None) -> str | None:
    if words is None:
        return None
    letters = "".join(_POINTS[one.lower()] for one in re.findall("north|south|east|west", words, re.I))
    return letters if letters in BEARINGS else None


def _bound(name: str, bind: Bind) -> Resolved | None:
    try:
        return bind(name)
    except NotFound:
        return None


_OF: Final = re.compile(
    r"^(?:the\s+)?(?:(?:city|town|village|capital|province)\s+of\s+|(?:city|town)$)", re.I
)


def _named(name: str, bind: Bind) -> str | None:
    """A name that is known, without what only says of which kind it is."""
    plain = _OF.sub("", name)
    return plain if plain and _bound(plain, bind) else None
