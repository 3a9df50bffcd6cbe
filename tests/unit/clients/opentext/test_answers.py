"""What Content Server sends is read in all its shapes, and what makes no sense is never guessed at."""

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clients.opentext import answers
from shared.errors import UnreadableError

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param([], None, id="empty-list"),
        pytest.param([1, 2], 1, id="list"),
        pytest.param({"a": 1}, {"a": 1}, id="object"),
        pytest.param(None, None, id="null"),
        pytest.param("text", "text", id="text"),
    ],
)
def test_one_takes_the_first_of_a_list_or_the_value_itself(value, expected):
    assert answers.one(value) == expected


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_no_json_breaks_the_readers(value):
    """Whatever a server sends: the walkers find something or nothing, and only a list is a list."""
    with suppress(UnreadableError):
        answers.rows(value)
    answers.properties(value)
    answers.at(value, "results", "data", "properties")
    answers.text(value)
    answers.flag(value)
    answers.is_last(value, sent=1, asked=2)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"results": [{"id": 1}]}, id="v2-list"),
        pytest.param({"results": {"data": [{"id": 1}]}}, id="v2-data-list"),
        pytest.param({"data": [{"id": 1}], "definitions": {}}["data"], id="bare-list"),
        pytest.param({"results": {"id": 1}} | {"results": [{"id": 1}]}, id="list-again"),
    ],
)
def test_rows_are_found_wherever_they_stand(answer):
    assert answers.rows(answer) == [{"id": 1}]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"results": None},
        {"results": {}},
        {"results": "none"},
        {"results": {"data": None}},
        {"data": 7},
        None,
        "",
        7,
    ],
)
def test_only_a_list_states_that_something_is_not_in_it(answer):
    with pytest.raises(UnreadableError):
        answers.rows(answer)


def test_a_row_that_is_no_object_is_there_all_the_same():
    assert answers.rows({"results": [None, "x", {"id": 1}]}) == [{}, {}, {"id": 1}]


def test_rows_are_read_one_by_one_and_those_that_can_not_be_are_told():
    listed = answers.each([{"id": 1}, {"id": "x"}, {}], lambda row: answers.required(row, "id"))

    assert list(listed) == [1]
    assert [row.id for row in listed.unread] == ["x", None]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"data": {"properties": {"id": 7}}}, id="object"),
        pytest.param([{"data": [{"properties": [{"id": 7}]}]}], id="arrays-as-described"),
        pytest.param({"properties": {"id": 7}}, id="no-data"),
        pytest.param({"id": 7}, id="bare"),
        pytest.param({"data": {"id": 7}}, id="v1"),
    ],
)
def test_properties_are_found_wherever_they_stand(row):
    assert answers.properties(row) == {"id": 7}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(5, 5, id="number"),
        pytest.param("5", 5, id="text"),
        pytest.param(-2000, -2000, id="volume"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="null"),
        pytest.param(True, None, id="truth"),
    ],
)
def test_numbers_may_come_as_text(value, expected):
    assert answers.number(value) == expected


@pytest.mark.parametrize("value", ["abc", {"id": 1}, "1.5"])
def test_what_is_no_number_is_a_garbled_answer(value):
    with pytest.raises(UnreadableError, match="where a number belongs"):
        answers.number(value)


def test_an_answer_without_its_id_is_garbled():
    with pytest.raises(UnreadableError, match="no id"):
        answers.required({}, "id")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="null"),
        pytest.param("2024-10-03T15:21:23", datetime(2024, 10, 3, 13, 21, 23, tzinfo=UTC), id="summer"),
        pytest.param("2024-12-03T15:21:23", datetime(2024, 12, 3, 14, 21, 23, tzinfo=UTC), id="winter"),
        pytest.param("2024-10-03T15:21:23Z", datetime(2024, 10, 3, 15, 21, 23, tzinfo=UTC), id="utc"),
        pytest.param("2023-07-06 21:42:30.000", datetime(2023, 7, 6, 19, 42, 30, tzinfo=UTC), id="draft"),
        pytest.param("2024-10-03", datetime(2024, 10, 2, 22, 0, tzinfo=UTC), id="day"),
        pytest.param("0001-01-01T00:00:00", None, id="first"),
        pytest.param("9999-12-31T23:59:59", None, id="last"),
        pytest.param("1899-12-30T00:00:00Z", None, id="ole"),
    ],
)
def test_dates_without_a_zone_are_in_the_servers(value, expected):
    """OpenText facts 4i.4 and 7: "" or null: none; a `Z` stands with some and is missing from others."""
    assert answers.instant(value, BERLIN) == expected


def test_a_date_that_is_none_is_a_garbled_answer():
    with pytest.raises(UnreadableError, match="where a date belongs"):
        answers.instant("D/2026/5/28:0:0:0", BERLIN)


@pytest.mark.parametrize(
    ("answer", "sent", "expected"),
    [
        pytest.param({"collection": {"paging": {"limit": 20}}}, 20, False, id="clamped-full"),
        pytest.param({"collection": {"paging": {"limit": 20}}}, 19, True, id="clamped-short"),
        pytest.param({"paging": {"limit": 100}}, 100, False, id="top-level"),
        pytest.param({}, 100, False, id="no-echo-full"),
        pytest.param({}, 99, True, id="no-echo-short"),
        pytest.param({"paging": {"limit": 100}}, 0, True, id="empty"),
    ],
)
def test_the_last_page_is_told_by_the_limit_that_the_server_echoes(answer, sent, expected):
    """OpenText facts 7: a server that clamps 100 to 20 sends a full page of 20."""
    assert answers.is_last(answer, sent=sent, asked=100) is expected
