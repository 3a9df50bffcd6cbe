"""NCRONTAB, as the host stand-in's timers read it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.functions_host.errors import HostError
from local.functions_host.schedule import read_schedule

MONDAY = datetime(2026, 11, 23, 8, 59, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "following"),
    [
        pytest.param("0 */5 * * * *", "2026-11-23T09:00:00", id="minutes"),
        pytest.param("*/10 * * * * *", "2026-11-23T08:59:40", id="seconds"),
        pytest.param("30 59 8 * * *", "2026-11-24T08:59:30", id="later-than"),
        pytest.param("0 0 9 * * 1-5", "2026-11-23T09:00:00", id="weekdays"),
        pytest.param("0 0 9 * * Sat,Sun", "2026-11-28T09:00:00", id="names"),
        pytest.param("0 0 0 1 Jan *", "2027-01-01T00:00:00", id="month"),
        pytest.param("*/5 * * * *", "2026-11-23T09:00:00", id="five-fields"),
        pytest.param("0 0 9 13 * 5", "2027-08-13T09:00:00", id="both-days-must-fit"),
    ],
)
def test_the_next_occurrence(expression, following):
    """A Friday the 13th is both: cron would take either, NCRONTAB does not."""
    assert read_schedule(expression).after(MONDAY) == datetime.fromisoformat(following).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    ["", "every day", "@hourly", "0 0 9 * *  * *", "61 * * * * *", "0 0 9 L * *", "0 0 9 * * 5#2", "0 0 0 30 2 *"],
)
def test_what_the_host_does_not_know_is_refused(expression):
    with pytest.raises(HostError, match="must be NCRONTAB"):
        read_schedule(expression)


@given(
    st.sampled_from(["*/7 * * * * *", "0 */5 * * * *", "0 30 9 * * 1-5", "15 0 0 29 2 *"]),
    st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - wants naive bounds
)
def test_occurrences_lie_ahead_and_on_whole_seconds(expression, moment):
    schedule = read_schedule(expression)

    following = schedule.after(moment)

    assert following > moment
    assert following.microsecond == 0
    assert schedule.after(following - timedelta(microseconds=1)) == following
