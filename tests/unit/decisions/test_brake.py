"""The brake's sums: how many of a rule's tasks may end within an hour, and when they are counted anew."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decisions.brake import SHARE, BrakeRow
from shared.timing import BRAKE_WINDOW

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LIMIT = 25


def take(row, asked, still_open, now=NOW):
    """Ask as the store does; the row after it, and how many may end."""
    if row.wants_count(asked, LIMIT, now):
        row = row.counted(still_open, now)
    granted = min(asked, row.allowed(LIMIT, now))
    return row.taken(granted, now, tripped=granted < asked), granted


@given(asks=st.lists(st.integers(1, 120), min_size=1, max_size=60), items=st.integers(0, 3000))
def test_no_more_than_the_limit_or_a_tenth_of_what_was_open_ends_however_it_is_asked_for(asks, items):
    row, left, ended = BrakeRow(), items, 0
    for asked in asks:
        if row.tripped_at is not None:
            break
        row, granted = take(row, min(asked, left), left)
        left, ended = left - granted, ended + granted

    assert ended <= max(LIMIT, items // SHARE)


@pytest.mark.parametrize(
    ("still_open", "first", "later", "granted"),
    [
        pytest.param(1000, 100, 1, 0, id="the tenth is used up"),
        pytest.param(1000, 50, 50, 50, id="the rest of the tenth"),
        pytest.param(10, 20, 5, 5, id="the limit counts where the tenth is less"),
    ],
)
def test_what_ended_within_the_hour_counts(still_open, first, later, granted):
    row, _ = take(BrakeRow(), first, still_open)

    assert take(row, later, still_open - first)[1] == granted


def test_a_count_of_an_hour_ago_is_void_so_a_rule_that_shrank_is_not_emptied():
    row, _ = take(BrakeRow(), 30, 1000)
    after = NOW + BRAKE_WINDOW + timedelta(minutes=1)

    assert take(row, 100, 100, after)[1] == LIMIT


def test_a_row_of_the_release_before_is_counted_anew():
    row = BrakeRow.model_validate({"ended": {NOW.isoformat(): 30}, "open_items": 1000})

    assert take(row, 30, 40)[1] == 0


def test_what_ended_an_hour_ago_to_the_minute_counts_no_more():
    row = BrakeRow(ended={NOW.isoformat(): 7})

    assert (row.lately(NOW + BRAKE_WINDOW - timedelta(seconds=1)), row.lately(NOW + BRAKE_WINDOW)) == (7, 0)


def test_the_rules_items_are_counted_only_where_the_limit_would_be_passed():
    """A count reads every link that there is."""
    assert not BrakeRow().wants_count(LIMIT, LIMIT, NOW)
    assert BrakeRow().wants_count(LIMIT + 1, LIMIT, NOW)


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=365)])
def test_what_a_clock_that_was_ahead_wrote_counts_neither_as_a_release_nor_as_endings(ahead):
    released = BrakeRow().released(NOW + ahead)
    ended = BrakeRow().taken(50, NOW + ahead, tripped=False)

    assert not released.is_released(NOW)
    assert BrakeRow().released(NOW).is_released(NOW + BRAKE_WINDOW / 2)
    assert ended.lately(NOW) == 0
    assert ended.taken(1, NOW, tripped=False).lately(NOW) == 1
