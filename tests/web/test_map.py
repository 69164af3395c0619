"""The map in a real browser, on the story of December 2024: what it shows is what the command line says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.acceptance.prepared import begin
from tests.web.browsing import OpenPage, Traffic, axe
from tests.web.conftest import Serving
from tests.web.served import Served, process
from tracker import Tracker, phrases
from tracker.names import AREA_KINDS
from tracker.zones import instant_of, parse_iso, zone_of

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


def test_a_place_of_which_nothing_is_claimed_is_found_too(page: Page, story: Served) -> None:
    opened(page, story("/"))
    page.fill("#find", "Manbij")
    expect(page.locator("#found li")).to_contain_text("Manbij")
    page.press("#find", "Enter")
    expect(page.locator("#sentence")).to_contain_text("Manbij")


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


def test_who_walks_the_map_by_keyboard_sees_where(page: Page, story: Served) -> None:
    opened(page, story("/?at=2024-12-07"))
    page.focus("#map > canvas")
    page.keyboard.press("n")
    expect(page.locator("#tip")).to_be_visible()
    name = str(page.locator("#tip strong").text_content())
    expect(page.locator("#map [aria-live]")).to_contain_text(name)


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


def test_the_legend_counts_what_is_held(page: Page, story: Served, story_file: Path) -> None:
    """A contested place is counted as contested, and as nobody's: as in a picture and in the map document."""
    opened(page, story("/?at=2024-12-07T18:00"))
    told = Tracker(story_file).map(end="2024-12-07T18:00")
    last = dict(zip(told["spans"]["place"], told["spans"]["status"], strict=True))
    assert 1 in last.values()
    rows = [row.text_content() for row in page.locator("#legend li").all()]
    for actor in told["actors"]:
        assert f"{actor['name']}{actor['held']}" in rows
    assert f"hatched: contested{[*last.values()].count(1)}" in rows


# -- what is done fast, and what is answered late ------------------------------------------------------


def test_a_place_that_is_closed_while_time_runs_stays_closed(page: Page, story: Served) -> None:
    opened(page, story("/?at=2024-11-28&place=homs"))
    expect(page.locator("#sentence")).to_be_visible()
    page.click("button.play")
    page.wait_for_timeout(200)
    page.click("#side button.close")
    page.wait_for_timeout(500)
    expect(page.locator("#changes")).to_be_visible()
    expect(page.locator("#side .trouble")).to_have_count(0)


def test_knowledge_is_changed_while_time_runs(page: Page, story: Served) -> None:
    """What is known is asked for, though the place is asked for again with each step of time."""
    opened(page, story("/?at=2024-11-28&place=homs"))
    expect(page.locator("#sentence")).to_be_visible()
    page.click("button.play")
    with page.expect_response(lambda one: "/map.json" in one.url and "known_at" in one.url, timeout=3000):
        page.evaluate("""() => {
            const known = document.getElementById('known')
            known.value = 3
            known.dispatchEvent(new Event('input'))
        }""")
    page.click("button.play")


def test_an_answer_that_comes_late_is_not_shown(page: Page, story: Served, traffic: Traffic) -> None:
    """Neither as a place nor as a trouble: what was opened last is what is open."""
    traffic.expect("503")
    opened(page, story("/?at=2024-12-07"))
    held: list[Route] = []
    page.route("**/places/homs.json*", lambda route: held.append(route))
    pick(page, "Homs")
    until(page, lambda: bool(held))
    pick(page, "Hama")
    expect(page.locator("#sentence")).to_contain_text("Hama")
    held[0].fulfill(status=503, content_type="application/json", body='{"error": "late", "try": "no"}')
    page.wait_for_timeout(300)
    expect(page.locator("#sentence")).to_contain_text("Hama")
    expect(page.locator("#side .trouble")).to_have_count(0)


def pick(page: Page, name: str) -> None:
    page.fill("#find", name)
    page.press("#find", "Enter")


def until(page: Page, is_so: Callable[[], bool]) -> None:
    for _ in range(100):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come")


def test_who_stops_and_plays_again_does_not_go_twice_as_fast(open_page: OpenPage, story: Served) -> None:
    page = opened(open_page(reduced_motion="reduce"), story("/?at=2024-11-27"))
    for _ in range(5):
        page.click("button.play")
    expect(page.locator("button.play")).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(700)
    told = str(page.locator("#moment").text_content())
    page.wait_for_timeout(1100)
    day, later = (int(text.split()[1]) for text in (told, str(page.locator("#moment").text_content())))
    assert (later - day) % 30 <= 2


def test_a_trouble_that_is_over_is_not_told_any_more(page: Page, story: Served, traffic: Traffic) -> None:
    traffic.expect("503")
    opened(page, story("/?at=2024-12-07"))
    broken = {"status": 503, "content_type": "application/json", "body": '{"error": "away", "try": "again"}'}
    page.route("**/map.json*", lambda route: route.fulfill(**broken), times=1)
    page.focus("#known")
    page.press("#known", "Home")
    expect(page.locator("#map .trouble")).to_contain_text("away")
    page.press("#known", "ArrowRight")
    expect(page.locator("#map .trouble")).to_have_count(0)


def test_again_asks_again_where_nothing_was_answered_yet(page: Page, story: Served, traffic: Traffic) -> None:
    traffic.expect("503")
    broken = {"status": 503, "content_type": "application/json", "body": '{"error": "away", "try": "again"}'}
    page.route("**/map.json*", lambda route: route.fulfill(**broken), times=1)
    page.goto(story("/?at=2024-12-07&known_at=2024-12-09T00:00:00Z"))
    expect(page.locator("#map .trouble")).to_contain_text("away")
    page.keyboard.press(".")  # there is no time to step through yet
    page.click("#map .trouble button")
    expect(page.locator("#moment")).to_contain_text("7 Dec 2024, 23:59")
    expect(page.locator("#map .trouble")).to_have_count(0)


def test_before_anything_was_known_there_is_a_way_back(page: Page, story: Served) -> None:
    """It is not said that the tracker is empty, and the address's time and place are kept."""
    opened(page, story("/?at=2024-12-07&place=homs&known_at=2024-11-01T00:00:00Z"))
    expect(page.locator("#map .empty")).to_contain_text("As known on Fri, 1 Nov 2024")
    expect(page.locator("#map .empty")).not_to_contain_text("add-claim")
    expect(page.locator("#sentence")).to_contain_text("Homs")
    axe(page)
    page.click("#map .empty button")
    expect(page.locator("#moment")).to_contain_text("7 Dec 2024, 23:59")
    expect(page.locator(".known output")).to_have_text("everything recorded")
    expect(page.locator("#map .empty")).to_have_count(0)
    expect(page.locator("#sentence")).to_contain_text("contested")


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
    expect(page.locator("#assessments .chip")).to_have_text("in force")
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


def test_the_panel_of_a_file_is_as_sure_as_its_table(page: Page, story_file: Path, tmp_path: Path) -> None:
    """Belief fades up to the cut-off, though the slider ends some days after the last report."""
    file = tmp_path / "late.html"
    Tracker(story_file).export("map", out=file, at="2025-03-01")
    opened(page, file.as_uri() + "#place=latakia&table=1&at=2024-12-13")
    expect(page.locator("#moment")).to_contain_text("13 Dec 2024")
    row = page.locator("#table tbody tr", has_text="Latakia").first
    sure = row.locator("td").nth(3).text_content()
    expect(page.locator("#sentence")).to_contain_text(f"({sure}")


def test_a_place_that_became_another_is_none_in_the_file_either(
    page: Page, story_copy: str, tmp_path: Path
) -> None:
    """But where it was known as one of its own."""
    tracker, file = Tracker(story_copy), tmp_path / "merged.html"
    tracker.merge("place", "nayrab-military-airport", "aleppo-international-airport")
    tracker.export("map", out=file, at="2024-12-11")
    opened(page, f"{file.as_uri()}#table=1")
    rows = page.locator("#table tbody tr")
    expect(rows).to_have_count(len(tracker.map(end="2024-12-11")["places"]["id"]))
    expect(rows.filter(has_text="Nayrab")).to_have_count(0)
    page.focus("#known")
    page.press("#known", "ArrowLeft")
    expect(rows.filter(has_text="Nayrab")).to_have_count(1)


@pytest.mark.parametrize(
    ("place", "at"), [("homs", "2024-12-11"), ("homs", "2024-12-07T18:00"), ("deraa", "2024-12-07T20:00")]
)
def test_a_file_tells_when_each_claim_was_as_the_server_does(
    open_page: OpenPage, handed: Path, story: Served, place: str, at: str
) -> None:
    """Which there were by then, in order, and when each is said to have happened; of whole days, too."""
    told = []
    for address in (f"{handed.as_uri()}#place={place}&at={at}", story(f"/?at={at}&place={place}")):
        page = opened(open_page(), address)
        expect(page.locator("#sentence")).to_be_visible()
        # Where it stands and what it was taken for is in a file as of the file's own moment.
        told.append(
            page.evaluate(
                """() => [...document.querySelectorAll('#side .meta')].map(one => [...one.childNodes]
                    .filter(part => !part.classList?.contains('chip')).map(part => part.textContent.trim())
                    .join(' ').trim()).sort()"""
            )
        )
    assert told[0] == told[1]


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


def test_twenty_years_of_knowledge_are_gone_through(page: Page, serving: Serving, tmp_path: Path) -> None:
    """In steps of more than a day, up to the last of them."""
    where, clock = str(tmp_path / "long.db"), ["2004-01-01T00:00:00Z"]
    tracker = Tracker.create(where, clock=lambda: parse_iso(clock[0]))
    tracker.actor_add("Blue", level="side")
    tracker.source_add("Wire", kind="wire")
    tracker.place_add("Oneton", kind="town", lat=10.0, lon=20.0)
    tracker.add_claim("Blue captured Oneton", source="Wire", at="2003-12-31")
    clock[0] = "2024-12-01T00:00:00Z"
    tracker.add_claim("Blue captured Oneton", source="Wire", at="2024-11-30")
    opened(page, serving(where).address)
    assert int(str(page.get_attribute("#known", "max"))) <= 4001
    page.focus("#known")
    page.press("#known", "End")
    page.press("#known", "ArrowLeft")
    expect(page.locator(".known output")).to_contain_text("Nov 2024")


ZONES = (
    "Asia/Damascus", "Asia/Amman", "Asia/Gaza", "America/Havana", "America/Santiago", "America/Sao_Paulo",
    "Atlantic/Azores", "Europe/London", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia",
)  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_days_begin_where_they_do_on_the_command_line(page: Page, story: Served, zone: str) -> None:
    """Where clocks leave out midnight, or show it twice, too: each day of two years."""
    opened(page, story("/"))
    days = [date(2016, 1, 1) + timedelta(days=i) for i in range(800)]
    where = zone_of(zone)
    there = page.evaluate(
        """async ([zone, days]) => {
            const { src } = document.querySelector('script[type=module]')
            const { Zone } = await import(src.replace('server.js', 'moments.js'))
            const one = new Zone(zone)
            const first = days.map(day => one.midnight(...day))
            return first.map(at => [at, one.read(one.typed(at))])
        }""",
        [zone, [[day.year, day.month, day.day] for day in days]],
    )
    here = [instant_of(datetime.combine(day, time()), where) for day in days]
    assert [first for first, _ in there] == here
    assert [again for _, again in there] == here, "an address leads to the instant it was made of"


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
