"""The map in a real browser, on the story of December 2024: what it shows is what the command line says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.prepared import begin
from tests.web.browsing import OpenPage, Traffic, axe
from tests.web.conftest import Serving
from tests.web.served import Served, process
from tracker import Tracker, phrases
from tracker.names import AREA_KINDS

DAY_STEP = "button[aria-label='A day on']"
READY = "html[data-ready]"


@pytest.fixture(scope="module")
def _story(story_file: Path) -> Iterator[Served]:
    with process(story_file) as one:
        yield one


@pytest.fixture
def story(_story: Served, traffic: Traffic) -> Served:
    """The story, served for reading: by one process for all tests that do no more."""
    traffic.homes.add(_story.home)
    return _story


def opened(page: Page, address: str) -> Page:
    """The map, once it is drawn."""
    page.goto(address)
    page.wait_for_selector(READY)
    return page


def why(where: Path | str, at: str, place: str = "homs", **more: Any) -> dict[str, Any]:
    """What the command line says."""
    return Tracker(where).why(place, at=at, **more)


def test_the_slider_goes_through_the_story_and_homs_is_told_as_on_the_command_line(
    page: Page, story: Served, story_file: Path
) -> None:
    """The whole way of a first look: the story, day by day, then Homs with its reasons."""
    opened(page, story("/?at=2024-11-27"))
    for day in range(28, 31):
        page.click(DAY_STEP)
        expect(page.locator("#moment")).to_contain_text(f"{day} Nov 2024, 23:59")
    for day in range(1, 12):
        page.click(DAY_STEP)
        expect(page.locator("#moment")).to_contain_text(f"{day} Dec 2024, 23:59")
    for _ in range(4):
        page.click("button[aria-label='A day back']")
    expect(page.locator("#moment")).to_contain_text("Sat, 7 Dec 2024, 23:59")

    page.fill("#find", "Homs")
    page.press("#find", "Enter")
    told = why(story_file, "2024-12-07")
    expect(page.locator("#sentence")).to_have_text(phrases.verdict("Homs", told))
    texts = {step["claim"]: step["text"] for step in told["steps"] if step["claim"]}
    for claim, text in texts.items():
        shown = page.locator(f"[data-claim='{claim}']")
        expect(shown.locator(".said")).to_have_text(text.rpartition(" (")[0])
    weights: dict[str, float] = {}
    for step in told["steps"]:
        if step["claim"]:
            weights[step["claim"]] = weights.get(step["claim"], 0.0) + step["weight"]
    for claim, weight in weights.items():
        if abs(weight) >= 0.005:
            sign = "+" if weight > 0 else "−"
            expect(page.locator(f"[data-claim='{claim}'] .weight")).to_have_text(f"{sign}{abs(weight):.2f}")
    conflicts = {tuple(one["claims"]) for one in told["conflicts"]}
    assert conflicts
    expect(page.locator("#conflicts .sides")).to_have_count(len(conflicts))
    assert "place=homs" in page.url
    assert "at=2024-12-07" in page.url


@pytest.mark.parametrize("typed", ["حمص", "Hims", "homs", "HOMS", "Хомс"])
def test_a_place_is_found_by_any_of_its_names(page: Page, story: Served, typed: str) -> None:
    opened(page, story("/"))
    page.fill("#find", typed)
    expect(page.locator("#found li").first).to_contain_text("Homs")
    page.press("#find", "Enter")
    expect(page.locator("#place")).to_have_text("Homs")


def test_a_name_that_is_no_place_is_answered(page: Page, story: Served) -> None:
    opened(page, story("/"))
    page.fill("#find", "Artouzz")
    expect(page.locator(".finder .none")).to_contain_text("No place is called Artouzz")


def test_a_permalink_opens_what_it_was_copied_from(open_page: OpenPage, story: Served) -> None:
    """Whoever gets the address sees the same: place, time, knowledge, comparison, table."""
    first = opened(open_page(), story("/?place=hama&at=2024-12-05&known_at=2024-12-06&since=2024-12-01"))
    expect(first.locator("#place")).to_have_text("Hama")
    sentence = first.locator("#sentence").text_content()
    expect(first.locator(".known output")).to_have_text("Fri, 6 Dec 2024")
    first.wait_for_function("() => location.search.includes('known_at')")
    other = opened(open_page(), first.url)
    expect(other.locator("#sentence")).to_have_text(str(sentence))
    expect(other.locator(".known output")).to_have_text("Fri, 6 Dec 2024")
    expect(other.locator("#since")).to_be_checked()


def test_as_known_on_takes_away_what_came_later(page: Page, story: Served, story_file: Path) -> None:
    opened(page, story("/?place=homs&at=2024-12-08"))
    now = why(story_file, "2024-12-08")
    expect(page.locator("#sentence")).to_have_text(phrases.verdict("Homs", now))
    page.focus("#known")
    page.press("#known", "Home")
    for _ in range(9):
        page.press("#known", "ArrowRight")
    expect(page.locator(".known output")).to_have_text("Fri, 6 Dec 2024")
    then = why(story_file, "2024-12-08", known_at="2024-12-06")
    assert phrases.verdict("Homs", then) != phrases.verdict("Homs", now)
    expect(page.locator("#sentence")).to_have_text(phrases.verdict("Homs", then))
    claims = {step["claim"] for step in then["steps"]} - {None}
    expect(page.locator("#side [data-claim]")).to_have_count(len(claims))


def test_what_changed_is_shown_alone(page: Page, story: Served) -> None:
    opened(page, story("/?at=2024-12-08&since=2024-12-06"))
    names = page.locator("#changes button bdi").all_text_contents()
    assert "Homs" in names
    assert "Latakia" not in names
    page.click("button:text-is('Table')")
    assert set(page.locator("#table tbody th bdi").all_text_contents()) <= set(names)
    assert page.locator("#table tbody tr").count() == len(names)


def test_everything_on_the_map_is_in_the_table(page: Page, story: Served, story_file: Path) -> None:
    opened(page, story("/?at=2024-12-07&table=1"))
    shown = {
        row.locator("th bdi").text_content(): row.locator("td").all_text_contents()
        for row in page.locator("#table tbody tr").all()
    }
    table = Tracker(story_file).status(at="2024-12-07", brief=True)["places"]
    for row in table:
        cells = shown[row["place"]["name"]]
        assert cells[1].split(",")[0] == row["status"]
        if row["status"] == "unknown":
            continue
        assert cells[2] == row["names"].get(row["controller"]["side"], row["controller"]["name"])
        sure = int(cells[3].removesuffix(" %"))
        # The map goes by a place's own claims; what lies across a front is reckoned with one place at a time.
        assert abs(sure - 100 * row["confidence"]) < (6 if row["front"] else 1)


def test_playing_goes_to_the_end_and_can_be_stopped(page: Page, story: Served) -> None:
    opened(page, story("/?at=2024-11-27"))
    before = page.locator("#moment").text_content()
    page.click("button.play")
    expect(page.locator("#moment")).not_to_have_text(str(before))
    page.click("button.play")
    expect(page.locator("button.play")).to_have_attribute("aria-pressed", "false")
    stopped = page.locator("#moment").text_content()
    page.wait_for_timeout(300)
    expect(page.locator("#moment")).to_have_text(str(stopped))


def test_the_keyboard_alone_does_everything(page: Page, story: Served) -> None:
    """Find, open, close, go through time, walk the map, show the table: without a pointer."""
    opened(page, story("/?at=2024-12-07"))
    page.keyboard.press("/")
    page.keyboard.type("hama")
    page.keyboard.press("Enter")
    expect(page.locator("#place")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#map > canvas")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("n")
    expect(page.locator("#map [aria-live]")).to_contain_text("Enter opens it")
    page.keyboard.press("Enter")
    expect(page.locator("#place")).to_be_visible()
    page.keyboard.press(",")
    expect(page.locator("#moment")).to_contain_text("6 Dec 2024, 23:59")
    page.focus("#time")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#moment")).to_contain_text("7 Dec 2024, 00:59")
    page.keyboard.press("PageUp")
    expect(page.locator("#moment")).to_contain_text("7 Dec 2024, 23:59")
    page.keyboard.press("t")
    expect(page.locator("#table")).to_be_visible()


def test_the_map_is_touched(page: Page, story: Served) -> None:
    """A click on a mark opens it; a drag does not."""
    opened(page, story("/?place=homs&at=2024-12-07"))
    box = page.locator("#map > canvas").bounding_box()
    assert box
    page.keyboard.press("Escape")
    page.mouse.move(box["x"] + 500, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 520, box["y"] + 310, steps=4)
    page.mouse.up()
    expect(page.locator("#place")).to_have_count(0)
    page.mouse.wheel(0, -300)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_nothing_stands_in_anybodys_way(open_page: OpenPage, story: Served, scheme: str, width: int) -> None:
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    opened(page, story("/?place=homs&at=2024-12-07"))
    expect(page.locator("#sentence")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    page.click("button:text-is('Table')")
    expect(page.locator("#table")).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_claim_is_added_and_the_verdict_changes(page: Page, serving: Serving, story_copy: str) -> None:
    opened(page, serving(story_copy, "--write").address)
    page.fill("#find", "Tartus")
    page.press("#find", "Enter")
    before = str(page.locator("#sentence").text_content())
    assert "Syrian government" in before
    form = page.locator("#add-claim")
    form.locator("[name=sentence]").fill("rebels captured Tartus")
    form.locator("[name=source]").fill("Reuters")
    form.locator("[name=at]").fill("2024-12-09")
    form.locator("button[name=try]").click()
    expect(page.locator("#claim-answer")).to_contain_text("Not recorded yet")
    assert not Tracker(story_copy).claims(place="tartus", text="rebels captured Tartus")["claims"]
    form.locator("button[type=submit]").click()
    expect(page.locator("#notice")).to_contain_text("Recorded: c-")
    expect(page.locator("#sentence")).not_to_have_text(before)
    expect(page.locator("#sentence")).to_contain_text("rebels")
    (claim,) = Tracker(story_copy).claims(place="tartus", text="rebels captured Tartus")["claims"]
    expect(page.locator(f"[data-claim='{claim['id']}']")).to_be_visible()


def test_what_cannot_be_recorded_is_told_and_nothing_typed_is_lost(
    page: Page, serving: Serving, story_copy: str, traffic: Traffic
) -> None:
    traffic.expect("404 (Not Found)")
    opened(page, f"{serving(story_copy, '--write').address}&place=tartus")
    form = page.locator("#add-claim")
    form.locator("[name=sentence]").fill("rebels captured Tartuzz")
    form.locator("[name=source]").fill("Reuters")
    form.locator("button[type=submit]").click()
    expect(page.locator("#claim-answer")).to_contain_text("Try:")
    expect(form.locator("[name=sentence]")).to_have_value("rebels captured Tartuzz")


def test_an_analyst_judges_and_answers_a_flag(page: Page, serving: Serving, story_copy: str) -> None:
    opened(page, f"{serving(story_copy, '--write').address}&place=tartus")
    form = page.locator("#assess")
    form.locator("[name=holder]").fill("rebels")
    form.locator("[name=likelihood]").fill("likely")
    form.locator("[name=reason]").fill("seen on film")
    form.locator("[name=by]").fill("Ada")
    form.locator("button[type=submit]").click()
    expect(page.locator("#assessments")).to_contain_text("seen on film")
    assert Tracker(story_copy).assess("tartus")["assessments"][-1]["reason"] == "seen on film"


@pytest.fixture
def handed(story_file: Path, tmp_path: Path) -> Path:
    """The page that is one file."""
    file = tmp_path / "map.html"
    Tracker(story_file).export("map", out=file, at="2024-12-11")
    return file


def test_the_file_asks_nobody(page: Page, handed: Path, story_file: Path, traffic: Traffic) -> None:
    opened(page, handed.as_uri())
    page.fill("#find", "حمص")
    page.press("#find", "Enter")
    told = why(story_file, "2024-12-11")
    expect(page.locator("#sentence")).to_have_text(phrases.verdict("Homs", told))
    claims = Tracker(story_file).claims(place="homs", at="2024-12-11")["claims"]
    expect(page.locator("#side [data-claim]")).to_have_count(len(claims))
    page.click("button[aria-label='A day back']")
    expect(page.locator("#moment")).to_contain_text("10 Dec 2024")
    assert traffic.beyond(handed.as_uri()) == []


def test_the_file_shows_what_the_server_shows(
    open_page: OpenPage, handed: Path, story: Served, story_file: Path
) -> None:
    """Day by day and as known on some days: the same table."""
    for hash_ in ("at=2024-11-30", "at=2024-12-07", "at=2024-12-10", "at=2024-12-08&known_at=2024-12-06"):
        tables = []
        for address in (f"{handed.as_uri()}#{hash_}&table=1", story(f"/?{hash_}&table=1")):
            page = opened(open_page(), address)
            if "known" in hash_:
                expect(page.locator(".known output")).to_have_text("Fri, 6 Dec 2024")
                page.wait_for_timeout(400)
            tables.append([cells(row) for row in page.locator("#table tbody tr").all()])
        for here, there in zip(*tables, strict=True):
            assert (here[:4], here[5:]) == (there[:4], there[5:]), hash_
            # Per cents are whole at both ends of a stretch, which ends with the file.
            assert abs(int(here[4] or 0) - int(there[4] or 0)) <= 1, hash_


def cells(row: Locator) -> list[str]:
    """What a row of the table says; how sure as a number alone."""
    told = row.locator("th, td").all_text_contents()
    return [one.strip().removesuffix(" %") for one in told]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_in_the_file_stands_in_anybodys_way(
    open_page: OpenPage, story_copy: str, tmp_path: Path, scheme: str
) -> None:
    """The night's report with the map above it."""
    tracker = Tracker(story_copy)
    file = tmp_path / "night.html"
    tracker.sweep(night="2024-12-08")
    file.write_text(tracker.report_page(night="2024-12-08"), encoding="utf-8")
    page = opened(open_page(color_scheme=scheme), file.as_uri())
    expect(page.locator("#report")).to_contain_text("Information cut-off")
    axe(page)


# -- with little, and in trouble ----------------------------------------------------------------------


def test_an_empty_tracker_says_what_to_do(page: Page, serving: Serving, tmp_path: Path) -> None:
    opened(page, serving(begin(str(tmp_path / "empty.db"), starter=False)).address)
    expect(page.locator("#map .empty")).to_contain_text("tracker add-claim")
    axe(page)


def one_place(where: str, **told: Any) -> str:
    """A tracker with one claim about one place."""
    tracker = Tracker.create(where)
    tracker.actor_add("Blue", level="side")
    tracker.source_add("Wire", kind="wire")
    tracker.place_add("Oneton", kind="town", **told)
    tracker.add_claim("Blue captured Oneton", source="Wire", at="2024-12-01")
    return where


def test_one_place_is_enough(page: Page, serving: Serving, tmp_path: Path) -> None:
    opened(page, serving(one_place(str(tmp_path / "one.db"), lat=10.0, lon=20.0)).address)
    expect(page.locator("#changes")).to_contain_text("Oneton")
    axe(page)


def test_without_coordinates_there_is_the_table(page: Page, serving: Serving, tmp_path: Path) -> None:
    opened(page, serving(one_place(str(tmp_path / "nowhere.db"))).address)
    expect(page.locator("#map .empty")).to_contain_text("none has coordinates")
    page.click("button:text-is('Table')")
    expect(page.locator("#table tbody")).to_contain_text("Oneton")


def test_a_database_that_goes_away_is_told_of_and_comes_back(
    page: Page, serving: Serving, story_copy: str, traffic: Traffic
) -> None:
    traffic.expect("503")
    opened(page, serving(story_copy)("/?at=2024-12-07"))
    shutil.move(story_copy, f"{story_copy}.away")
    page.fill("#find", "Homs")
    page.press("#find", "Enter")
    expect(page.locator("#side .trouble")).to_contain_text("Try:")
    shutil.move(f"{story_copy}.away", story_copy)
    page.fill("#find", "Hama")
    page.press("#find", "Enter")
    expect(page.locator("#sentence")).to_contain_text("Hama")


def test_a_server_that_ends_is_told_of(
    page: Page, serving: Serving, story_file: Path, traffic: Traffic
) -> None:
    traffic.expect("ERR_CONNECTION_REFUSED")
    served = serving(story_file)
    opened(page, served("/?at=2024-12-07"))
    page.route("**/places/**", lambda route: route.abort("connectionrefused"))
    page.fill("#find", "Homs")
    page.press("#find", "Enter")
    expect(page.locator("#side .trouble")).to_contain_text("does not answer")


def test_the_address_may_say_nonsense(page: Page, story: Served) -> None:
    """A time that cannot be read is told of: another moment than was meant is shown."""
    opened(page, story("/?at=yesterdayish&since=never&known_at=2024-99-99"))
    expect(page.locator("#side .trouble")).to_contain_text(
        "at=yesterdayish, since=never, known_at=2024-99-99"
    )
    expect(page.locator("#moment")).to_contain_text("Dec 2024")
    page.click("button[aria-label='A day back']")
    expect(page.locator("#side .trouble")).to_have_count(0)


def test_a_moment_that_is_still_to_come_is_told_of(page: Page, story: Served) -> None:
    opened(page, story("/?at=2999-01-01"))
    expect(page.locator("#side .trouble")).to_contain_text("still to come")


def test_the_legend_counts_as_the_pictures_do(page: Page, story: Served, story_file: Path) -> None:
    """Held by each side, contested, unknown: places that are no areas, each once."""
    opened(page, story("/?at=2024-12-07"))
    told = {
        str(row.locator("span").first.text_content()): int(str(row.locator(".number").text_content()))
        for row in page.locator("#legend > ul > li").all()
    }
    rows = Tracker(story_file).status(at="2024-12-07", brief=True)["places"]
    rows = [row for row in rows if row["place"]["kind"] not in AREA_KINDS]
    for status, name in (("contested", "hatched: contested"), ("unknown", "small: unknown")):
        assert told[name] == sum(row["status"] == status for row in rows)
    held = [row["controller"]["side"] for row in rows if row["status"] == "held"]
    assert told["rebels"] == held.count("rebels")
    assert told["Syrian government"] == held.count("government")


def test_a_flag_is_answered_on_the_page_of_flags(page: Page, serving: Serving, story_copy: str) -> None:
    tracker = Tracker(story_copy)
    tracker.sweep(night="2024-12-08")
    flags = tracker.flags()["flags"]
    assert flags
    served = serving(story_copy, "--write")
    page.goto(served.address)
    page.goto(served("/flags"))
    page.locator("ul.flags > li").first.locator("button:text-is('Seen')").click()
    expect(page.locator("ul.flags > li.answered")).to_have_count(1)
    assert len(tracker.flags()["flags"]) == len(flags) - 1


def test_what_is_told_is_json(story: Served) -> None:
    """Behind the map is a document that anybody may take."""
    from urllib.request import urlopen

    with urlopen(story("/map.json")) as answer:
        told = json.load(answer)
    assert len(told["places"]["id"]) == len(told["places"]["lat"])
