"""Keys, times and sizes of rows."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import TooLargeError, UnreadableError
from shared.models.messages import PlanMessage
from shared.store.row import Row, check_size, escape, stamp, unescape, utf16_units

TEXT = st.text(alphabet=st.characters(codec="utf-8"))
TIMES = st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1))  # noqa: DTZ001 - hypothesis wants it so


@given(TEXT)
def test_what_is_escaped_holds_nothing_that_keys_refuse_and_comes_back(text):
    key = escape(text)

    assert not any(sign in "/\\#?%" or sign < " " or "\x7f" <= sign <= "\x9f" for sign in key)
    assert unescape(key) == text


@given(TIMES, TIMES)
def test_stamps_order_as_times_do(first, second):
    assert (stamp(first) < stamp(second)) == (first < second)


def test_a_stamp_is_utc_and_of_fixed_width():
    at = datetime(2026, 11, 23, 16, 30, tzinfo=timezone(timedelta(hours=1)))

    assert stamp(at) == "2026-11-23T15:30:00.000000Z"


@given(TEXT)
def test_units_are_counted_as_the_service_counts(text):
    assert utf16_units(text) == len(text.encode("utf-16-le")) // 2


def entity(**properties):
    return {"PartitionKey": "p", "RowKey": "k", **properties}


@pytest.mark.parametrize(
    "fits",
    [
        pytest.param(entity(data="x" * 32_768), id="property"),
        pytest.param(entity(data="\U0001f600" * 16_384), id="astral"),
        pytest.param(entity(**{f"p{number}": "" for number in range(252)}), id="properties"),
        pytest.param(entity(**{f"p{number}": "x" * 32_768 for number in range(15)}), id="entity"),
        pytest.param({"PartitionKey": "p" * 512, "RowKey": "k" * 512}, id="keys"),
    ],
)
def test_what_fits_is_let_through(fits):
    check_size(fits)


@pytest.mark.parametrize(
    ("too_large", "named"),
    [
        pytest.param(entity(data="x" * 32_769), "data has 32769", id="property"),
        pytest.param(entity(data="\U0001f600" * 16_385), "data has 32770", id="astral"),
        pytest.param(entity(**{f"p{number}": "" for number in range(253)}), "253 properties", id="properties"),
        pytest.param(entity(**{f"p{number}": "x" * 32_768 for number in range(16)}), "bytes", id="entity"),
        pytest.param({"PartitionKey": "p" * 513, "RowKey": "k"}, "PartitionKey", id="partition"),
        pytest.param({"PartitionKey": "p", "RowKey": "ä" * 513}, "RowKey", id="key"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(too_large, named):
    with pytest.raises(TooLargeError, match=named):
        check_size(too_large)


def test_what_a_newer_release_wrote_beside_is_passed_over():
    assert Row("p", "k", '{"plan": "x", "more": 1}').read(PlanMessage) == PlanMessage(plan="x")


def test_a_row_without_what_it_must_hold_is_unreadable():
    with pytest.raises(UnreadableError, match="row p/k holds no PlanMessage"):
        Row("p", "k", '{"plain": "x"}').read(PlanMessage)
