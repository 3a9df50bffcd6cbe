"""Business time, held against a model that counts day by day and minute by minute."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.mapping.language.calendar import Calendar, NoDateError, as_date, as_utc

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
ZONES = st.sampled_from(
    [
        "Etc/GMT+12",
        "Pacific/Honolulu",
        "America/New_York",
        "America/St_Johns",
        "America/Havana",
        "UTC",
        "Europe/Berlin",
        "Africa/Cairo",
        "Asia/Beirut",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "Pacific/Auckland",
        "Pacific/Kiritimati",
    ]
)
"""From -12 to +14; in Cairo summer begins at midnight, in Havana it ends so that midnight comes twice."""
BERLIN = Calendar(zone=ZoneInfo("Europe/Berlin"), holidays=holidays.country_holidays("DE", subdiv="BE"))
MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@given(DAYS, st.integers(-10, 13))
def test_a_due_date_is_the_same_day_from_minus_10_to_plus_13(day, offset):
    shown = as_utc(day).astimezone(timezone(timedelta(hours=offset)))

    assert shown.date() == day


@given(DAYS)
def test_a_due_date_is_read_back_as_it_was_written(day):
    assert as_date(as_utc(day)) == day


@given(DAYS, ZONES)
def test_a_day_begins_where_its_date_begins(day, zone):
    """Brute force: the first minute whose local date is the day. Held on days without midnight, too."""
    calendar = Calendar(zone=ZoneInfo(zone))
    start = calendar.midnight(day)

    assert calendar.local_date(start) == day
    assert calendar.local_date(start - MINUTE) < day


@settings(deadline=None)
@given(DAYS, st.integers(-40, 40))
def test_business_days_are_counted_one_by_one(day, count):
    """Brute force: walk day by day and count those that are worked on."""
    step, left, here = (1 if count > 0 else -1), abs(count), day
    while left:
        here += timedelta(days=step)
        left -= BERLIN.is_business_day(here)

    assert BERLIN.add_business_days(day, count) == here


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        pytest.param("2026-11-20", 1, "2026-11-23", id="over a weekend"),
        pytest.param("2026-11-21", 1, "2026-11-23", id="from a Saturday"),
        pytest.param("2026-11-21", 0, "2026-11-21", id="none"),
        pytest.param("2026-12-23", 3, "2026-12-29", id="over Christmas"),
        pytest.param("2026-12-29", -3, "2026-12-23", id="back over Christmas"),
        pytest.param("2026-03-07", -1, "2026-03-06", id="back from Saturday"),
        pytest.param("2026-03-06", 1, "2026-03-09", id="8 March 2026 is a Sunday"),
        pytest.param("2027-01-11", -5, "2027-01-04", id="five before"),
    ],
)
def test_business_days_before_and_after(start, count, expected):
    assert BERLIN.add_business_days(date.fromisoformat(start), count) == date.fromisoformat(expected)


def test_a_regions_holidays_are_its_own():
    """8 March is a holiday in Berlin, not in Bavaria."""
    bavaria = Calendar(holidays=holidays.country_holidays("DE", subdiv="BY"))

    assert not BERLIN.is_business_day(date(2027, 3, 8))
    assert bavaria.is_business_day(date(2027, 3, 8))


def test_own_days_off_and_extra_workdays_win():
    calendar = Calendar(
        holidays=BERLIN.holidays,
        days_off=frozenset({date(2026, 12, 24)}),
        extra_workdays=frozenset({date(2026, 12, 25), date(2026, 12, 26), date(2026, 12, 24)}),
    )

    assert [calendar.is_business_day(date(2026, 12, number)) for number in (24, 25, 26, 27)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_working_week_may_begin_on_sunday():
    gulf = Calendar(workdays=frozenset({6, 0, 1, 2, 3}))

    assert gulf.add_business_days(date(2026, 11, 26), 1) == date(2026, 11, 29)


def test_a_calendar_without_business_days_says_so():
    never = Calendar(workdays=frozenset())

    with pytest.raises(NoDateError, match="no business day"):
        never.nearest(date(2026, 1, 1))


def worked(calendar: Calendar, moment: datetime) -> bool:
    local = moment.astimezone(calendar.zone)
    return calendar.is_business_day(local.date()) and calendar.opens <= local.time() < calendar.closes


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE),
    st.integers(1, 30 * 60),
    ZONES,
)
def test_business_hours_are_counted_minute_by_minute(start, minutes, zone):
    """Brute force: walk minute by minute and count those that are worked in."""
    calendar = Calendar(zone=ZoneInfo(zone), opens=time(9), closes=time(17))
    here, left = start, minutes
    while left:
        left -= worked(calendar, here)
        here += MINUTE

    assert calendar.add_business_hours(start, minutes / 60) == here


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        pytest.param("2026-11-20T16:00+01:00", 2, "2026-11-23T10:00+01:00", id="over the weekend"),
        pytest.param("2026-11-20T18:00+01:00", 1, "2026-11-23T10:00+01:00", id="after hours"),
        pytest.param("2026-11-20T06:00+01:00", 8, "2026-11-20T17:00+01:00", id="a whole day"),
        pytest.param("2026-10-23T16:00+02:00", 2, "2026-10-26T10:00+01:00", id="over the end of summer time"),
    ],
)
def test_business_hours_at_their_edges(start, hours, expected):
    assert BERLIN.add_business_hours(utc(start), hours) == utc(expected)
