"""Decides what a profile makes of the rows of a table that others have made."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.errors import BadInput
from tracker.importers.claims import LeftOut, Told
from tracker.importers.profile import Profile, read_profile
from tracker.resources import folder

SHIPPED = sorted(path.stem for path in (folder("fixtures") / "profiles").glob("*.toml"))


def profile(text: str) -> Profile:
    return Profile.model_validate(tomllib.loads('title = "a test"\n' + text))


def said(one: Profile, **fields: str) -> list[dict[str, Any] | str]:
    """What a row tells: of claims what was typed, else why it is left."""
    found: list[dict[str, Any] | str] = []
    for told in one.told(fields):
        if isinstance(told, LeftOut):
            found.append(told.why)
        else:
            typed = told.typed._asdict()
            found.append({name: value for name, value in typed.items() if value not in (None, (), {})})
    return found


# -- the language ------------------------------------------------------------------------------------

PLAIN = """
[say]
predicate = "holds"
actors = "{who|sides}"
place = "{town,village}"
source = "list"
"details.link" = "{url}"
[words.sides]
RU = "russia"
"de facto UA" = "ukraine"
"""


def test_a_column_is_filled_from_the_first_that_has_anything() -> None:
    assert said(profile(PLAIN), who="ru", village="B", url="x") == [
        {"predicate": "holds", "actor": ("russia",), "place": "B", "source": "list", "details": {"link": "x"}}
    ]
    assert said(profile(PLAIN), who="De Facto UA", town="A", village="B") == [
        {"predicate": "holds", "actor": ("ukraine",), "place": "A", "source": "list"}
    ]


def test_a_word_that_stands_for_nothing_is_told() -> None:
    with pytest.raises(BadInput, match="who '30 May 2022' stands for nothing in this profile"):
        said(profile(PLAIN), who="30 May 2022", town="A")


BLOCKS = """
say = { source = "list", place = "{place}" }
[[claim]]
when = { kind = ["", "talks"] }
leave = "it says nothing of control"
[[claim]]
when = { kind = "joint", second = "*" }
say = { predicate = "holds", actors = "{first}" }
also = true
[[claim]]
when.kind = ["joint", "alone"]
say = { predicate = "lost", actors = "{second,first}" }
"""


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"kind": "Talks"}, ["it says nothing of control"]), ({}, ["it says nothing of control"]),
        ({"kind": "other"}, ["no claim of the profile fits it"]),
        ({"kind": "alone", "first": "A"}, [("lost", "A")]),
        ({"kind": "joint", "first": "A", "second": "B"}, [("holds", "A"), ("lost", "B")]),
        ({"kind": "joint", "first": "A"}, [("lost", "A")]),
    ],
)  # fmt: skip
def test_the_first_claim_that_fits_decides(row: dict[str, str], told: list[Any]) -> None:
    found = [
        one if isinstance(one, str) else (one["predicate"], one["actor"][0])
        for one in said(profile(BLOCKS), place="P", **row)
    ]
    assert found == told


UNLESS = """
say = { source = "list", place = "{place}", predicate = "holds", at = "{on|day}" }
[[claim]]
when.who = "*"
unless = { who = ["NA", "talks"], note = "*" }
say = { actors = "{who|sides}" }
[words.sides]
A = "army"
"""


def test_a_claim_does_not_fit_a_row_with_words_that_it_rules_out() -> None:
    one = profile(UNLESS)
    (found,) = said(one, place="P", who="A", on="20241206")
    assert isinstance(found, dict)
    assert (found["actor"], found["at"]) == (("army",), "2024-12-06")
    for row in ({"who": "na"}, {"who": "A", "note": "x"}, {}):
        assert said(one, place="P", **row) == ["no claim of the profile fits it"]
    with pytest.raises(BadInput, match="who 'B' stands for nothing in this profile"):
        said(one, place="P", who="B")


@pytest.mark.parametrize("day", ["2024-12-06", "6 December 2024", "202412", "٢٠٢٤١٢٠٦", "2024120618"])
def test_only_eight_digits_are_read_as_a_day_without_hyphens(day: str) -> None:
    (found,) = said(profile(UNLESS), place="P", who="A", on=day)
    assert isinstance(found, dict)
    assert found["at"] == day


def test_coordinates_are_told_where_there_are_any() -> None:
    one = profile('say = { place = "{p}" }\n[near]\nlat = "Lat"\nlon = "long"\nkm = 5\nmake = "town"')
    (told,) = one.told({"p": "A", "lat": "48.5", "long": "35"})
    assert isinstance(told, Told)
    assert told.near == (48.5, 35.0, 5.0, "town")
    for lat in ("", "north", "91"):
        (told,) = one.told({"p": "A", "lat": lat, "long": "35"})
        assert isinstance(told, Told)
        assert told.near is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("say = 5", "say: Input should be a valid dictionary"), ("sya = {}", "sya: Extra inputs"),
        ('say = { predicat = "holds" }', "a claim has no 'predicat'"),
        ('say = { actors = "{who|sides}" }', "there is no list 'sides'"),
        ('near = { lat = "a", lon = "b", make = "hut" }', "a place is one of city"),
        ('say = { url = "{link" }', "url has a brace without the other"),
        ('say = { url = "link}" }', "url has a brace without the other"),
        ("title", "cannot be read"), ("[[claim]]\nlaeve = 'x'", "claim.0.laeve: Extra inputs"),
    ],
)  # fmt: skip
def test_a_profile_that_is_wrong_is_refused_with_the_place(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'title = "mine"\n{text}\n', encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        read_profile(str(path))
    assert told in refused.value.message
    assert refused.value.next_step


def test_a_misspelt_word_is_told_before_the_one_that_is_missing_by_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('titel = "mine"\n', encoding="utf-8")
    with pytest.raises(BadInput, match="titel: Extra inputs"):
        read_profile(str(path))


def test_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no profile acledd") as refused:
        read_profile("acledd")
    assert refused.value.next_step.startswith("one of acled, ")
    with pytest.raises(BadInput, match="cannot be read"):
        read_profile(str(tmp_path))


# -- those that come along ---------------------------------------------------------------------------


def test_each_that_comes_along_says_what_it_cannot_answer() -> None:
    assert SHIPPED == ["acled", "control-states", "ucdp-ged", "viina-control", "wikipedia-cities"]
    told = (Path(__file__).parents[2] / "docs" / "import.md").read_text("utf-8")
    for name in SHIPPED:
        called, one = read_profile(name)
        assert (called, len(one.about) > 100) == (name, True)
        assert f"`{name}`" in told


ACLED = {
    "event_id_cnty": "SYR1", "event_date": "2024-12-07", "time_precision": "1", "actor1": "HTS",
    "inter1": "Rebel group", "actor2": "Military Forces of Syria", "inter2": "State forces",
    "location": "Hama", "latitude": "35.13", "longitude": "36.75", "geo_precision": "1",
    "source": "SOHR; AFP", "notes": "x", "fatalities": "3",
    "sub_event_type": "Non-state actor overtakes territory",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, ("captured", "HTS", "Military Forces of Syria")),
        ({"inter1": "1", "inter2": "2"}, ("captured", "Military Forces of Syria", "HTS")),
        ({"sub_event_type": "Government regains territory"}, ("captured", "Military Forces of Syria", "HTS")),
        ({"inter2": "Rebel group"}, "which of the two actors gained it is not in the columns"),
        ({"inter2": "", "actor2": ""}, ("captured", "HTS", None)),
        (
            {"sub_event_type": "Non-violent transfer of territory"},
            "which of the two actors gained it is not in",
        ),
        ({"sub_event_type": "Non-violent transfer of territory", "actor2": ""}, ("captured", "HTS", None)),
        ({"sub_event_type": "Headquarters or base established"}, ("present", "HTS", None)),
        ({"sub_event_type": "Peaceful protest"}, "such an event says nothing of control"),
        ({"geo_precision": "3"}, "it is placed by region only"),
        ({"time_precision": "3"}, "only its month is known"),
    ],
)
def test_acled_tells_a_change_of_control_only_where_its_columns_do(
    changes: dict[str, str], told: Any
) -> None:
    _, one = read_profile("acled")
    row = {key: value for key, value in {**ACLED, **changes}.items() if value}
    (found,) = said(one, **row)
    if isinstance(found, str):
        assert found.startswith(told)
    else:
        assert (found["predicate"], *found["actor"], found["details"].get("from")) == told


def test_ucdp_tells_of_fighting_with_its_dead_and_of_nobody_s_control() -> None:
    _, one = read_profile("ucdp-ged")
    row = {
        "id": "9", "type_of_violence": "1", "side_a": "Government of Syria", "side_b": "HTS",
        "where_prec": "1", "where_coordinates": "Hama", "latitude": "35.1", "longitude": "36.7",
        "date_start": "2024-12-04", "date_end": "2024-12-05", "best": "12", "low": "8", "high": "20",
        "source_original": "SOHR",
    }  # fmt: skip
    (found,) = said(one, **row)
    assert isinstance(found, dict)
    assert (found["predicate"], found["at"], found["said_by"]) == (
        "fighting", "2024-12-04/2024-12-05", ("unnamed: SOHR",),
    )  # fmt: skip
    assert found["details"] == {"best": 12, "low": 8, "high": 20, "ged": 9}
    assert said(one, **{**row, "where_prec": "6"}) == ["it is placed by region or country only"]
    (harm,) = said(one, **{**row, "type_of_violence": "3"})
    assert isinstance(harm, dict)
    assert (harm["predicate"], harm["details"]["kind"]) == ("other", "harm")


VIINA = {"geonameid": "706448", "date": "20220301"}


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (
            {"wiki": "UA", "boost": "RU", "dsm": "CONTESTED", "isw": "RU", "": "RU"},
            [
                ("holds", "wikipedia", ("ukraine",)),
                ("holds", "viina", ("russia",)),
                ("fighting", "deepstatemap", None),
                ("holds", "isw", ("russia",)),
            ],
        ),
        ({"wiki": "UA", "dsm": "NA", "isw": "", "": "UA"}, [("holds", "wikipedia", ("ukraine",))]),
        ({"dsm": "RU", "": "RU"}, [("holds", "deepstatemap", ("russia",))]),
        ({"wiki": "NA", "boost": "NA", "dsm": "NA", "isw": "NA", "": "NA"}, ["no map has a verdict on it"]),
        ({"": "UA"}, ["no map has a verdict on it"]),
    ],
)
def test_viina_tells_each_map_s_verdict_and_not_that_of_the_most_of_them(
    columns: dict[str, str], told: list[Any]
) -> None:
    _, one = read_profile("viina-control")
    row = {f"status_{name}".rstrip("_"): word for name, word in columns.items() if word}
    found = said(one, **VIINA, **row)
    assert told == [
        item if isinstance(item, str) else (item["predicate"], item["source"], item.get("actor"))
        for item in found
    ]
    for claim in found:
        if isinstance(claim, dict):
            assert (claim["place"], claim["at"], claim["reported"]) == ("gn:706448", *["2022-03-01"] * 2)


def test_a_word_that_viina_never_wrote_is_a_bad_row() -> None:
    _, one = read_profile("viina-control")
    with pytest.raises(BadInput, match="status_isw 'BOTH' stands for nothing"):
        said(one, **VIINA, status_wiki="UA", status_isw="BOTH")


_cells = st.dictionaries(
    st.sampled_from([
        "state", "source", "date", "place_id", "held_by", "name", "lat", "lon", "as_of", "sub_event_type",
        "inter1", "actor1", "where_prec", "geonameid", "status_wiki", "status_isw",
        "side_a", "latitude", "longitude", "best", "event_date",
    ]),
    st.text(max_size=12) | st.sampled_from(["RU", "1", "Ukraine", "Armed clash", "nan", "1e999", "{state}"]),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(_cells, st.sampled_from(SHIPPED))
def test_whatever_stands_in_a_row_is_told_left_or_refused(fields: dict[str, str], name: str) -> None:
    _, one = read_profile(name)
    try:
        found = list(one.told({key: value for key, value in fields.items() if value}))
    except BadInput:
        return
    assert found


def test_acled_keeps_how_finely_it_places_and_dates_an_event() -> None:
    """Near a town is not in it, and a week is no day."""
    _, one = read_profile("acled")
    assert said(one, **{**ACLED, "geo_precision": "2"}) == [
        "it is placed near there only, which does not say who is in the place"
    ]
    coarse = {**ACLED, "geo_precision": "2", "time_precision": "2", "sub_event_type": "Armed clash"}
    (fight,) = said(one, **coarse)
    assert isinstance(fight, dict)
    assert (fight["relation"], fight["at"]) == ("near", "~2024-12-07")
    assert fight["details"] == {"acled": "SYR1", "fatalities": 3, "geo_precision": 2, "time_precision": 2}
    (taken,) = said(one, **ACLED)
    assert isinstance(taken, dict)
    assert (taken["at"], sorted(taken["details"])) == (
        "2024-12-07",
        ["acled", "fatalities", "from", "manner"],
    )
