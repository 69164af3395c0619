"""Decides what a typed name means: the key it is looked up under, what it binds to, what is only proposed.

Pure text: the caller asks the record for the rows, and nothing here knows of any place or language list
beyond the Arabic article. A near hit is never bound (``Artouz`` is 77 % ``Tartous``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tracker.errors import AmbiguousName, BadInput, UnknownName

THINGS = ("place", "actor", "source")
"""What has names."""
AREA_KINDS = frozenset({"governorate", "region", "district", "country"})
SETTLEMENT_KINDS = frozenset({"city", "town", "village"})

_QUOTES = "`´‘’‛′‵ʹʻʼʽʾʿˀˁˈˊˋ΄᾽᾿῾׳ꞌ＇"
_APOSTROPHES = dict.fromkeys(map(ord, _QUOTES), "'")
_VARIANTS = {
    "l": "ł",
    "o": "ø",
    "d": "đð",
    "h": "ħ",
    "i": "ı",
    "t": "ŧ",
    "th": "þ",
    "ae": "æ",
    "oe": "œ",
    "ا": "ٱ",
    "ي": "ىیې",
    "ك": "کڪ",
    "ه": "ةہھە",
    "": "ـء",
    "'": _QUOTES,
}
_LETTER_OF = {variant: letter for letter, variants in _VARIANTS.items() for variant in variants}
# The lam of the article is written as it is, or as the sun letter that it turns into in speech.
_SUN_LETTERS = ("d", "dh", "n", "r", "s", "sh", "t", "th", "z")
_ARTICLES = {"al", "el", "il", "ul", "ال"} | {vowel + letter for vowel in "ae" for letter in _SUN_LETTERS}
_JOINED_ARTICLE = r"(?<!\w)(?:([ae]l)'(?=\w\w)|([ae](dh|d|n|r|sh|s|th|t|z))'(?=\3))"
_LONGEST = 80


def thing_of(thing: str, *more: str) -> str:
    """One of the kinds of things that have names, or one of some more; BadInput for another word."""
    if thing not in (known := (*THINGS, *more)):
        raise BadInput(what=f"{thing!r} is no kind of thing", try_=f"one of {', '.join(known)}")
    return thing


class Named(NamedTuple):
    """One row of the alias table: something with an id, and one of the names it goes by.

    `kind` is the kind of a place, or ``"actor"`` or ``"source"``; `alias` is the name as it was given,
    `folded` its key; `region` is the name of the area a place lies in, for telling namesakes apart.
    """

    id: str
    name: str
    kind: str
    folded: str
    alias: str
    region: str | None = None


class Resolved(NamedTuple):
    """What a typed name is bound to, and what the person who typed it should be told.

    `id` is what it is read as. `named` is whose name it is, where that was merged into another: a claim
    records it, so that it stays with what was named if the merge is undone.
    """

    id: str
    name: str
    note: str | None = None
    level_not_stated: bool = False
    named: str | None = None

    @property
    def recorded(self) -> str:
        """The id that a claim keeps."""
        return self.named or self.id


# --- the key -----------------------------------------------------------------------------------------


class _Letters(dict[int, str]):
    """What becomes of each decomposed, casefolded character in a key; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        self[code] = kept = _kept(chr(code))
        return kept


def _kept(char: str) -> str:
    if char in _LETTER_OF:
        return _LETTER_OF[char]
    if char.isascii():
        return char if char.isalnum() or char == "'" else " "
    import unicodedata

    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(char)
    if category == "Cf" or unicodedata.combining(char) or "VARIATION SELECTOR" in unicodedata.name(char, ""):
        return ""
    # Vowel signs of the Indic scripts are marks that combine with nothing, and letters to their readers.
    return char if char.isalnum() or category[0] == "M" else " "


_LETTERS = _Letters()


def _plain(text: str) -> str:
    """`text` in one case, with every composed character taken apart."""
    if text.isascii():
        return text.casefold()
    from unicodedata import normalize

    return normalize("NFKD", normalize("NFKD", text).casefold())


def fold(text: str) -> str:
    """Return the key under which a name is looked up; two spellings of one name share it.

    Folded away: case, diacritics, apostrophes, hamza, harakat, tatweel and the Arabic article in either
    script (never the whole name). One for another: alef, yeh and kaf variants, digits of any script,
    anything that is neither letter nor digit for a space. Other scripts stay in their own letters.
    ``fold(fold(x)) == fold(x)``; only blank text has an empty key.

    >>> fold("As-Suwayda"), fold("Deir ez-Zor"), fold("Dar‘a")
    ('suwayda', 'deir zor', 'dara')
    """
    return _key(text, _words(text))


def _key(text: str, spelled: Sequence[str]) -> str:
    words = [_without_prefix(word) for word in spelled]
    last = len(words) - 1
    kept = [word for at, word in enumerate(words) if at == last or word not in _ARTICLES]
    return " ".join(kept) or " ".join(_plain(text).split())


def _words(text: str) -> list[str]:
    key = _plain(text.translate(_APOSTROPHES)).translate(_LETTERS)
    return (_without_apostrophes(key) if "'" in key else key).split()


def _letters(text: str) -> str:
    return " ".join(text.casefold().split())


def _alike(text: str) -> str:
    """The letters of a name, every apostrophe as the same one."""
    return _letters(text.translate(_APOSTROPHES))


def _marked(text: str) -> list[str]:
    """The words of a name, every article as the same one: "El Bab" is how somebody else writes "al-Bab"."""
    marked: list[str] = []
    for word in _words(text):
        bare = _without_prefix(word)
        marked += ["al", bare] if bare != word else ["al" if word in _ARTICLES else word]
    return marked


def _without_apostrophes(key: str) -> str:
    """Close the gap, except where the apostrophe stands for the hyphen after an article (``ar'Raqqa``)."""
    import re

    return re.sub(_JOINED_ARTICLE, r"\1\2 ", key).replace("'", "")


def _without_prefix(word: str) -> str:
    while word.startswith("ال") and len(word) > 3:
        word = word[2:]
    return word


# --- binding -----------------------------------------------------------------------------------------


def resolve(
    text: str,
    candidates: Sequence[Named],
    *,
    kind: str = "place",
    names: Iterable[str | tuple[str, str]] = (),
) -> Resolved:
    """Bind a typed name to one of the rows whose id is `text` or whose key is ``fold(text)``.

    `kind` is what was asked for (place, actor, source), for the message of an error. `names` is read only
    when nothing matches, for proposals as in `propose`: give a generator.

    An id beats every name, and a name that is spelled so one that only folds alike: by its apostrophes and
    accents (`wp:Lukyanivka` is another code than `wp:Luk’yanivka`), by an article ("Fasher" may be another
    place than "El Fasher"). A settlement beats the areas that share its name, and a facility that
    has been given the very same one; the answer then says so and carries `level_not_stated`. Anything else
    that fits twice raises `AmbiguousName`, nothing at all `UnknownName`.
    """
    typed = text.strip()
    by_id = by_ids(candidates)
    if typed in by_id:
        return Resolved(typed, by_id[typed][0].name)
    if not by_id:
        raise _unknown(typed, kind, names)
    if len(by_id) > 1:
        by_id = as_spelled(typed, by_id)
    if len(by_id) == 1:
        ((found, *_),) = by_id.values()
        return Resolved(found.id, found.name)
    town = _settlement_meant(by_id)
    if town is None:
        raise _ambiguous(typed, kind, [rows[0] for rows in by_id.values()])
    others = [rows[0] for rows in by_id.values() if rows[0].id != town.id]
    return Resolved(town.id, town.name, _note(town, others), level_not_stated=True)


def by_ids(rows: Iterable[Named]) -> dict[str, Sequence[Named]]:
    """The rows of each."""
    found: dict[str, list[Named]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    return {**found}


def as_spelled(typed: str, by_id: Mapping[str, Sequence[Named]]) -> dict[str, Sequence[Named]]:
    """Without those that bear the name in another spelling, where others of their class bear it in this one.

    The very same letters come before those that differ by the form of an apostrophe, and these before what
    differs by none but an article. Areas are a class of their own: whether they or a settlement are meant is
    not told by a spelling.
    """
    left = dict(by_id)
    for spelled in (_letters, _alike, _marked):
        wanted = spelled(typed)
        exact = {id_ for id_, rows in left.items() if any(spelled(row.alias) == wanted for row in rows)}
        classes = {left[id_][0].kind in AREA_KINDS for id_ in exact}
        left = {
            id_: rows
            for id_, rows in left.items()
            if id_ in exact or (rows[0].kind in AREA_KINDS) not in classes
        }
    return left


def _settlement_meant(by_id: Mapping[str, Sequence[Named]]) -> Named | None:
    """The one settlement among namesakes, if everything else is an area or bears exactly its name."""
    towns = [rows for rows in by_id.values() if rows[0].kind in SETTLEMENT_KINDS]
    if len(towns) != 1:
        return None
    own = {_letters(row.alias) for row in towns[0]}
    for rows in by_id.values():
        is_area = rows[0].kind in AREA_KINDS
        if rows is not towns[0] and not is_area and own.isdisjoint(_letters(row.alias) for row in rows):
            return None
    return towns[0][0]


def _note(town: Named, others: Sequence[Named]) -> str:
    ways = ", ".join(f"for the {other.kind} write {other.id}" for other in sorted(others, key=lambda o: o.id))
    return f"{safe(town.name)}: the {town.kind} is meant; {ways}"


def _ambiguous(typed: str, kind: str, rows: Sequence[Named]) -> AmbiguousName:
    rows = sorted(rows, key=lambda row: row.id)
    told = ", ".join(f"{row.id} ({_told_apart(row)})" for row in rows)
    return AmbiguousName(
        name=_short(typed), kind=kind, candidates=told, try_=" or ".join(row.id for row in rows)
    )


def _told_apart(row: Named) -> str:
    what = row.name if row.kind in ("actor", "source") else row.kind
    return safe(f"{what}, {row.region}" if row.region else what)


def _unknown(typed: str, kind: str, names: Iterable[str | tuple[str, str]]) -> UnknownName:
    near = [safe(name) for name in propose(typed, names)]
    asked = f"did you mean {' or '.join(near)}? Otherwise " if near else ""
    step = f"{asked}tracker {kind} list shows those that are known, tracker {kind} add makes a new one"
    return UnknownName(kind=kind, name=_short(typed), try_=step)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


# --- did you mean ------------------------------------------------------------------------------------

_UNHEARD = str.maketrans("qc", "kk", "aeiouyw اويأ")
_NEAR_ENOUGH, _SAME_CONSONANTS, _SHARED_WORD, _BEGINS_SO, _MAIN_NAME = 0.7, 0.2, 0.75, 1.0, 0.1


def propose(text: str, names: Iterable[str | tuple[str, str]], limit: int = 3) -> list[str]:
    """Return up to `limit` of `names` that may have been meant, likeliest first: to be asked, never bound.

    Each is a name, or an alias with the name to propose in its stead. Near means alike letter by letter,
    the same consonants in the same order (a transcribed vowel is a guess: Hims, Homs), a word of the one
    being the whole of the other, or, before all else, a name that begins so.
    """
    spelled = _words(text[:_LONGEST])
    wanted = _key(text[:_LONGEST], spelled)
    if not wanted:
        return []
    pairs = ((name, name) if isinstance(name, str) else name for name in names)
    ranked = sorted(
        _scores(wanted, " ".join(spelled), pairs), key=lambda scored: (-scored[0], len(scored[1]))
    )
    proposed: dict[str, str] = {}
    for _, name in ranked:
        proposed.setdefault(fold(name), name)
    return list(proposed.values())[:limit]


def _scores(
    wanted: str, begun: str, names: Iterable[tuple[str, str]]
) -> Iterator[tuple[float, str]]:  # fmt: skip
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(wanted)  # the side difflib prepares once
    bones, words = _consonants(wanted), set(wanted.split())
    for alias, name in names:
        spelled = _words(alias[:_LONGEST])
        key = _key(alias[:_LONGEST], spelled)
        if len(wanted) > 2 and (key.startswith(wanted) or (begun and " ".join(spelled).startswith(begun))):
            yield _BEGINS_SO + (_MAIN_NAME if alias == name else 0.0), name
            continue
        same = len(bones) > 1 and _consonants(key) == bones
        shared = len(wanted) > 2 and (wanted in key.split() or key in words)
        likeness = 0.0
        matcher.set_seq1(key)
        if same or (matcher.real_quick_ratio() >= _NEAR_ENOUGH and matcher.quick_ratio() >= _NEAR_ENOUGH):
            likeness = matcher.ratio()
        if same or shared or likeness >= _NEAR_ENOUGH:
            bonus = _SAME_CONSONANTS if same else 0.0
            yield max(likeness + bonus, _SHARED_WORD if shared else 0.0), name


def _consonants(key: str) -> str:
    """What is left of a key without what transcription varies: vowels, doubling, q for k, spaces."""
    heard = key.translate(_UNHEARD)
    return "".join(char for at, char in enumerate(heard) if not at or char != heard[at - 1])


# --- ids, and text from outside ----------------------------------------------------------------------


def slug(name: str) -> str:
    """Return an id made from a name: ASCII words joined by hyphens (``Deir ez-Zor`` -> ``deir-ez-zor``).

    Nothing is transliterated: a name with a letter outside the Latin script gets a short stable hash,
    ``p-`` and ten digits. The caller sees to it that the id is free.
    """
    letters = _plain(name.translate(_APOSTROPHES)).translate(_LETTERS).replace("'", "")
    words = letters.split()
    made = "-".join(words)
    if not made.isascii() or not made:
        return f"p-{_digest(name)}"
    return made if len(made) <= _LONGEST else f"{made[: _LONGEST - 11].rstrip('-')}-{_digest(name)}"


def _digest(name: str) -> str:
    from hashlib import blake2b

    return blake2b(_plain(name).encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()


def safe(text: str) -> str:
    r"""Return text from a claim made safe for a terminal, the unsafe characters spelled out.

    Control characters, line and paragraph separators, bidirectional and zero-width controls and lone
    surrogates become ``\x1b`` or ``\u202e``; letters of right-to-left scripts stay as they are.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(char: str) -> str:
    if char.isprintable():
        return char
    from unicodedata import category

    if category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
