"""Decides what is answered at each address, with each verb, and with what is asked wrongly."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import tracker
from tests.web.driven import NOW, Driven
from tracker import Tracker
from tracker.page.assets import assets
from tracker.web.reading import VIEWS
from tracker.web.safety import HEADERS
from tracker.web.static import address
from tracker.web.work import LONG, SHORT
from tracker.web.writing import WRITINGS
from tracker.zones import parse_iso

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
PARTS = {"place": "homs", "source": "reuters", "actor": "rebels", "date": "2024-12-08"}
PAGES = (
    "/places", "/claims", "/find", "/places/Hommms", "/sources/Reutters", "/actors/rebls", "/reports/never",
    "/claims/c-241207-00000000",
)  # fmt: skip
ALONE = ("/", "/map.json", "/outlines.json", "/about", "/healthz")


@pytest.fixture(scope="module")
def swept(story_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The story with a night; nobody writes to it."""
    where = tmp_path_factory.mktemp("swept") / "story.db"
    where.write_bytes(story_file.read_bytes())
    tracker("sweep", "--for", "2024-12-08", "--db", where, "--now", NOW)
    return str(where)


@pytest.fixture
def served(swept: str) -> Driven:
    return Driven(swept)


@pytest.fixture
def filled(swept: str) -> dict[str, str]:
    """What the parts of addresses stand for."""
    flag = Tracker(swept).flags()["flags"][0]["id"]
    claim = Tracker(swept).claims(place="homs")["claims"][0]["id"]
    return {**PARTS, "claim": claim, "flag": flag}


def reading(parts: dict[str, str]) -> list[str]:
    pages = [view.path.format(**parts) for view in VIEWS if view.page]
    return [*ALONE, *pages, *(f"{view.path.format(**parts)}.json" for view in VIEWS), address("server.js")]


def test_every_address_with_every_verb(swept: str, filled: dict[str, str]) -> None:
    """Only reading is answered; what could be written is refused as such, all else as no verb of it."""
    served = Driven(swept)
    writing = {one.path.format(**filled) for one in WRITINGS}
    for path in reading(filled):
        for verb in VERBS:
            found = served.ask(verb, path)
            if verb in ("GET", "HEAD"):
                assert found.status == 200, (verb, path, found.text)
                assert bool(found.raw) is (verb == "GET"), path
            elif verb == "POST" and path in writing:
                assert found.refusal == (403, "this server is only read", "tracker serve --write"), path
            else:
                allowed = "GET, HEAD, POST" if path in writing else "GET, HEAD"
                assert (found.status, found.headers["allow"]) == (405, allowed), (verb, path)
                assert found.json["exit"] == 2
    for path in writing - set(reading(filled)):
        assert [served.ask(verb, path).status for verb in VERBS] == [405, 405, 403] + [405] * 6
        assert served.ask("GET", path).headers["allow"] == "POST"


def test_every_answer_tells_a_browser_what_it_may_do(served: Driven, filled: dict[str, str]) -> None:
    refused = ["/nowhere", "/nowhere.json", "/places/Nowhere", "/places?at=never", "/claims/c-1.json"]
    for path in [*reading(filled), *refused]:
        for verb in ("GET", "HEAD", "POST", "PUT"):
            found = served.ask(verb, path).headers
            for name, value in HEADERS:
                assert found[name.lower()] == value, (verb, path)
            kept = path.startswith("/static") or path in ("/map.json", "/outlines.json", "/places.json")
            if not kept or verb not in ("GET", "HEAD"):
                assert found["cache-control"] == "no-store", path
    policy = dict(HEADERS)["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")


def test_head_tells_what_get_would(served: Driven, filled: dict[str, str]) -> None:
    for path in reading(filled):
        get, head = served.ask("GET", path), served.ask("HEAD", path)
        assert (head.raw, head.status) == (b"", 200)
        assert head.headers.keys() == get.headers.keys()
        assert head.headers["content-length"] == str(len(get.raw))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/places.json", "status"),
        ("/places.json?at=2024-12-07&known_at=2024-12-06", "status --at 2024-12-07 --known-at 2024-12-06"),
        ("/places.json?only=contested,unknown", "status --only contested,unknown"),
        ("/places.json?only=contested&only=unknown", "status --only contested,unknown"),
        ("/places.json?region=Deraa&controller=rebels", "status --region Deraa --controller rebels"),
        ("/places/homs/why.json", "why homs"),
        ("/places/Hims/why.json?policy=vote", "why Hims --policy vote"),
        ("/places/homs/history.json", "history homs"),
        ("/places/homs/history.json?from=2024-12-01&to=2024-12-07",
         "history homs --from 2024-12-01 --to 2024-12-07"),
        ("/places/homs/history.json?knowledge=1", "history homs --knowledge"),
        ("/flags.json", "flags"),
        ("/flags.json?place=homs&sleeping=1", "flags --place homs --sleeping"),
        ("/claims.json", "claims"),
        ("/claims.json?place=homs&standing=superseded&since=2024-12-01",
         "claims --place homs --standing superseded --since 2024-12-01"),
        ("/sources.json", "source list"),
        ("/sources/reuters.json", "source show reuters"),
        ("/actors.json", "actor list"),
        ("/actors/rebels.json", "actor show rebels"),
        ("/reports/2024-12-08.json", "report --for 2024-12-08"),
    ],
)  # fmt: skip
def test_a_document_is_that_of_the_command(served: Driven, swept: str, path: str, words: str) -> None:
    wanted = tracker(*words.split(), "--json", "--db", swept, "--now", NOW).json
    assert served.get(path).json == wanted


def test_the_map_is_that_of_the_verb(served: Driven, swept: str) -> None:
    made = Tracker(swept, clock=lambda: parse_iso(NOW))
    assert served.get("/map.json").json == json.loads(json.dumps(made.map()))
    wanted = made.map(start="2024-12-01", end="2024-12-07", known_at="2024-12-06", policy="vote")
    asked = "/map.json?from=2024-12-01&to=2024-12-07&known_at=2024-12-06&policy=vote"
    assert served.get(asked).json == json.loads(json.dumps(wanted))


def test_a_place_is_told_whole(served: Driven, swept: str) -> None:
    found = served.get("/places/homs.json?at=2024-12-07").json
    why = tracker("why", "homs", "--at", "2024-12-07", "--json", "--db", swept, "--now", NOW).json
    assert why.items() <= found.items()
    assert found["sentence"].startswith("Homs: ")
    assert found["spans"]
    assert {one["id"] for one in found["evidence"]} >= {one["claim"] for one in why["because"]}


def test_what_is_found_by_name(served: Driven) -> None:
    found = served.get("/find.json?q=حمص").json
    assert found["places"][0] == {"id": "homs", "name": "Homs", "kind": "city"}
    assert served.get("/find.json?q=reut").json["sources"][0]["name"] == "Reuters"
    assert served.get("/find.json?q=rebel").json["actors"][0]["id"] == "rebels"
    assert served.get("/find.json?q=Hommms").json == {
        "text": "Hommms", "places": [], "actors": [], "sources": [], "near": ["Homs", "Homs Governorate"],
    }  # fmt: skip
    assert len(served.get("/find.json?q=a&most=2").json["places"]) == 2
    assert served.get("/find.json").json["places"] == []


@pytest.mark.parametrize(
    ("path", "status", "error", "step"),
    [
        ("/places/Hommms.json", 404, "no place is called 'Hommms'", "did you mean Homs"),
        ("/places/Hommms/why.json", 404, "no place is called", "did you mean Homs"),
        ("/claims.json?actor=SDFF", 404, "no actor is called", "did you mean"),
        ("/claims/c-241207-00000000.json", 404, "no claim has the id", "tracker claims"),
        ("/sources/Reutters.json", 404, "no source is called", "Reuters"),
        ("/actors/rebls.json", 404, "no actor is called 'rebls'", "did you mean rebels"),
        ("/reports/2024-12-01.json", 404, "was not swept", "2024-12-08"),
        ("/reports/never.json", 400, "cannot read 'never' as a time", "2024-12-06"),
        ("/places.json?at=yesteryear", 400, "cannot read 'yesteryear' as a time", "2024-12-06"),
        ("/places.json?only=contestd", 400, "contestd", "did you mean contested"),
        ("/places.json?policy=votes", 400, "'votes' is no policy", "did you mean vote"),
        ("/places.json?polcy=vote", 400, "'polcy' is nothing that can be asked", "did you mean policy"),
        ("/places.json?page=2", 400, "'page' is nothing", "at, known_at"),
        ("/places.json?at=2024&at=2023", 400, "at is given twice", "one of them"),
        ("/places.json?brief=perhaps", 400, "neither on nor off", "brief=1"),
        ("/find.json?q=a&most=no", 400, "is no number", "most=20"),
        ("/find.json?q=a&most=" + "9" * 5000, 400, "is no number", "most=20"),
        ("/claims.json?since=2024-12-08&until=2024-12-01", 400, "nothing lies between", "--since"),
        ("/places/homs/history.json?at=2024-12-07&to=2024-12-08", 400, "both say where it ends", "one"),
        ("/outlines.json?bounds=1,2,3", 400, "no part of the map", "west, south"),
        ("/outlines.json?bounds=1,2,3,nan", 400, "no bounds", "west, south"),
        ("/outlines.json?bounds=-1e308,-90,1e308,90", 400, "no bounds", "west, south"),
        ("/outlines.json?bounds=-1e305,-90,1e305,90", 400, "no bounds", "west, south"),
        ("/outlines.json?bounds=-inf,-90,inf,90", 400, "no bounds", "west, south"),
        ("/map.json?at=2024-12-07", 400, "'at' is nothing", "from, to"),
        ("/plases.json", 404, "there is nothing at /plases.json", ""),
        ("/places/a/b.json", 404, "there is nothing at", "/"),
        ("/places.json?at=%00", 400, "NUL", "without"),
        ("/places/%00.json", 400, "NUL", "without"),
        ("/places.json?at=%ff%fe", 400, "cannot read", ""),
        ("/places.json?at=" + "9" * 9000, 414, "too long", "filters"),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
def test_what_is_asked_wrongly(served: Driven, path: str, status: int, error: str, step: str) -> None:
    found = served.get(path)
    assert found.status == status
    assert error in found.refusal[1]
    assert step in found.refusal[2]
    heard = "%00" not in path and status != 414
    if heard and path.partition(".json")[0] in PAGES and "page=2" not in path:
        page = served.get(path.replace(".json", ""))
        assert (page.status, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert "<h1>This cannot be shown</h1>" in page.text


def test_a_form_that_is_left_empty_asks_for_everything(served: Driven) -> None:
    assert served.get("/claims.json?place=&since=&text=+").json == served.get("/claims.json").json


def test_an_unknown_address_names_the_nearest(served: Driven) -> None:
    assert "/places" in served.get("/place").text
    assert served.get("/place").status == 404
    assert served.ask("POST", "/place").refusal[0] == 404


# -- what is kept, packed, and kept by browsers --------------------------------------------------------


def test_the_map_is_reckoned_once_and_not_sent_again(fresh: str, monkeypatch: pytest.MonkeyPatch) -> None:
    served, reckon = Driven(fresh), Tracker.map
    asked: list[dict[str, Any]] = []

    def counted(self: Tracker, **told: Any) -> dict[str, Any]:
        asked.append(told)
        return reckon(self, **told)

    monkeypatch.setattr(Tracker, "map", counted)
    first = served.get("/map.json", accept_encoding="gzip, br")
    assert first.headers["cache-control"] == "private, no-cache"
    assert served.get("/map.json").json == first.json
    mark = first.headers["etag"]
    again = served.get("/map.json", if_none_match=f'"other", {mark}')
    assert (again.status, again.raw, len(asked)) == (304, b"", 1)
    served.get("/map.json?known_at=2024-12-06")
    assert len(asked) == 2
    tracker("add-claim", "rebels captured Homs", "--source", "Reuters", "--db", fresh, "--now", NOW)
    changed = served.get("/map.json", if_none_match=mark)
    assert (changed.status, len(asked)) == (200, 3)
    assert changed.json["places"]["id"] == ["homs"]


def test_a_long_table_is_reckoned_once_for_all_its_leaves(
    story_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served, status = Driven(story_file), Tracker.status
    asked: list[dict[str, Any]] = []

    def counted(self: Tracker, **told: Any) -> dict[str, Any]:
        asked.append(told)
        return status(self, **told)

    monkeypatch.setattr(Tracker, "status", counted)
    monkeypatch.setattr("tracker.web.reading.LEAF", 5)
    first, second = served.page("/places"), served.page("/places?page=2")
    assert first != second
    assert [one["brief"] for one in asked] == [True]
    mark = served.get("/places.json").headers["etag"]
    assert served.get("/places.json", if_none_match=mark).status == 304
    assert len(asked) == 2
    served.page("/places?at=2024-12-07")
    assert len(asked) == 3


def test_two_who_ask_for_the_same_wait_for_one_answer(fresh: str, monkeypatch: pytest.MonkeyPatch) -> None:
    served, reckon = Driven(fresh), Tracker.map
    asked: list[dict[str, Any]] = []
    both = threading.Barrier(2, timeout=30)

    def slowly(self: Tracker, **told: Any) -> dict[str, Any]:
        asked.append(told)
        both.wait()  # the other has asked too
        return reckon(self, **told)

    monkeypatch.setattr(Tracker, "map", slowly)
    answers: list[int] = []
    one = threading.Thread(target=lambda: answers.append(served.get("/map.json").status))
    other = threading.Thread(target=lambda: answers.append(served.get("/map.json").status))
    one.start()
    other.start()
    both.wait()
    one.join()
    other.join()
    assert (answers, len(asked)) == ([200, 200], 1)


@pytest.mark.parametrize(
    ("path", "verb"), [("/claims.json", "claims"), ("/claims", "claims"), ("/find.json?q=a", "find")]
)
def test_many_who_ask_for_much_leave_room_for_others(
    swept: str, monkeypatch: pytest.MonkeyPatch, path: str, verb: str
) -> None:
    """What goes through the whole record takes turns, and never every thread."""
    served, ask = Driven(swept), getattr(Tracker, verb)
    inside, most, answers, lock = 0, 0, list[int](), threading.Lock()

    def slowly(self: Tracker, *told: Any, **more: Any) -> Any:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.2)
        with lock:
            inside -= 1
        return ask(self, *told, **more)

    monkeypatch.setattr(Tracker, verb, slowly)
    many = [
        threading.Thread(target=lambda: answers.append(served.get(path).status)) for _ in range(SHORT + 1)
    ]
    for one in many:
        one.start()
    for one in many:
        one.join()
    assert answers == [200] * (SHORT + 1)
    assert 0 < most <= LONG


def test_what_cannot_be_reckoned_is_not_kept(fresh: str, monkeypatch: pytest.MonkeyPatch) -> None:
    served, reckon, troubles = Driven(fresh), Tracker.map, [OSError("no memory")]

    def once(self: Tracker, **told: Any) -> dict[str, Any]:
        if troubles:
            raise troubles.pop()
        return reckon(self, **told)

    monkeypatch.setattr(Tracker, "map", once)
    assert served.get("/map.json").status == 500
    assert served.get("/map.json").status == 200


@pytest.mark.parametrize(
    ("takes", "packed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("*", True), ("gzip;q=0", False), ("br", False), ("", False)],
)
def test_answers_are_packed_for_those_who_can_unpack_them(served: Driven, takes: str, packed: bool) -> None:
    for path in ("/claims.json", "/claims", address("app.js"), "/map.json"):
        found = served.get(path, accept_encoding=takes)
        assert (found.headers.get("content-encoding") == "gzip") is packed, path
        assert found.headers["vary"] == "Accept-Encoding"
        assert found.headers["content-length"] == str(len(found.raw))
        assert len(found.body) > 1000
    assert "content-encoding" not in served.get("/healthz", accept_encoding=takes).headers


def test_files_are_those_of_the_list_and_are_kept_for_ever(served: Driven) -> None:
    for name, one in assets().items():
        found = served.get(address(name))
        assert (found.status, found.body) == (200, one.content)
        assert found.headers["content-type"] == one.media_type
        assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
        old = served.get(f"/static/0123456789abcdef/{name}")
        assert (old.status, old.headers["cache-control"]) == (200, "no-store"), (
            "a page from before an upgrade"
        )


@pytest.mark.parametrize(
    "name",
    ["../assets.py", "..%2fassets.py", "%2e%2e/assets.py", "..%5cassets.py", "%2e%2e%2f%2e%2e%2ftracker.py",
     "/etc/passwd", "%2fetc%2fpasswd", "app.js/", "app.js%00", "App.js", "", ".", "..", "app.js%20",
     "....//assets.py", "%252e%252e%252fassets.py", "file:app.js", "app.js::$DATA"],
)  # fmt: skip
def test_there_is_no_way_out_of_the_list(served: Driven, name: str) -> None:
    folder = address("app.js").rpartition("/")[0]
    for path in (f"{folder}/{name}", f"/static/{name}", f"/static/../{name}"):
        found = served.get(path)
        assert found.status in (400, 404), path
        assert b"from __future__" not in found.body
        assert b"root:" not in found.body


def test_outlines_are_those_of_the_part_that_is_shown(served: Driven) -> None:
    found = served.get("/outlines.json?bounds=35.5,32.3,42.4,37.4")
    assert found.json["coast"]
    assert found.json["caution"]
    assert (
        served.get("/outlines.json?bounds=35.5,32.3,42.4,37.4", if_none_match=found.headers["etag"]).status
        == 304
    )


def test_health_tells_where_the_record_ends(served: Driven, swept: str) -> None:
    found = served.get("/healthz").json
    checked = tracker("verify", "--db", swept, "--json").json
    assert found["ok"] is True
    assert (found["position"], found["chain_hash"]) == (checked["position"], checked["chain_hash"])


def test_nights_are_listed_the_latest_first(served: Driven) -> None:
    found = served.get("/reports.json").json["nights"]
    assert [one["night"] for one in found] == sorted((one["night"] for one in found), reverse=True)
    assert "2024-12-08" in [one["night"] for one in found]
