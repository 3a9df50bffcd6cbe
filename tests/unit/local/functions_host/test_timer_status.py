"""What a timer remembers, and when it is past due."""

from datetime import UTC, datetime, timedelta

import pytest

from local.functions_host.schedule import read_schedule
from local.functions_host.timer_status import NEVER, Status, after_run, dump, is_under_a_minute, load, start

HOURLY = read_schedule("0 0 * * * *")
TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
ELEVEN, TWELVE = TEN + timedelta(hours=1), TEN + timedelta(hours=2)
MINUTE = timedelta(minutes=1)


def test_the_first_last_of_a_new_timer_is_the_beginning_of_time():
    told = start(None, HOURLY, TEN + MINUTE).status.told()

    assert told == {
        "Last": "0001-01-01T00:00:00+00:00",
        "LastUpdated": "0001-01-01T00:00:00+00:00",
        "Next": "2026-03-02T11:00:00+00:00",
    }


def test_a_new_timer_remembers_its_first_occurrence_so_that_none_is_missed():
    remembered = start(None, HOURLY, TEN + MINUTE).remembered
    assert remembered is not None

    assert start(load(dump(remembered)), HOURLY, ELEVEN + MINUTE).is_past_due


@pytest.mark.parametrize(
    ("now", "is_past_due"),
    [pytest.param(ELEVEN - MINUTE, False, id="in-time"), pytest.param(ELEVEN + MINUTE, True, id="missed")],
)
def test_an_occurrence_that_passed_while_no_host_ran_is_past_due(now, is_past_due):
    stored = Status(TEN, ELEVEN, TEN)

    begun = start(stored, HOURLY, now)

    assert (begun.is_past_due, begun.status, begun.remembered) == (is_past_due, stored, None)


def test_a_schedule_that_has_changed_makes_nothing_past_due():
    begun = start(Status(TEN, ELEVEN, TEN), read_schedule("0 30 * * * *"), TWELVE)

    assert (begun.is_past_due, begun.status.last, begun.status.next) == (False, NEVER, TWELVE + 30 * MINUTE)


def test_the_next_occurrence_counts_from_when_the_run_began():
    """A run of an hour and a half: the occurrence in it is made up for at once, and once."""
    status = after_run(Status(NEVER, TEN, NEVER), HOURLY, TEN, is_out_of_turn=False)

    assert status == Status(TEN, ELEVEN, TEN)


def test_a_clock_that_stepped_back_fires_no_occurrence_twice():
    early = ELEVEN - timedelta(milliseconds=5)

    assert after_run(Status(TEN, ELEVEN, TEN), HOURLY, early, is_out_of_turn=False).next == TWELVE


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("*/15 * * * * *", True),
        ("* * * * * *", True),
        ("0 * * * * *", False),
        ("*/15 0 * * * *", False),
        ("0 */5 * * * *", False),
    ],
)
def test_the_host_keeps_no_status_of_what_fires_several_times_a_minute(expression, expected):
    assert is_under_a_minute(read_schedule(expression)) == expected
