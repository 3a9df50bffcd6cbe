"""Dates of other systems: those that mean none are none, in whatever form and zone, and nothing else is raised."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models.moments import MEANS_NONE, means_none, read_due, read_moment

ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Etc/GMT+12")]
FORMS = ["%s", "%sT00:00:00", "%sT00:00:00Z", "%sT23:59:59.9999999Z", "%s 23:59:59.997", "%sT12:00:00+14:00"]


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("day", MEANS_NONE, ids=str)
def test_a_date_that_means_none_is_none_in_every_form_and_zone(day, form, zone):
    assert read_moment(form % day.isoformat(), zone) is None


@pytest.mark.parametrize("written", ["1899-12-29T23:00:00Z", "9999-12-30T23:00:00Z", "1600-12-31T23:06:32Z"])
def test_a_zone_that_moved_it_to_the_day_before_changes_nothing(written):
    assert read_moment(written) is None


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(1970, 1, 1), date(2027, 6, 1), date(2099, 12, 31)])
def test_other_dates_are_dates(day):
    assert not means_none(day)
    assert read_moment(day.isoformat()) == datetime(day.year, day.month, day.day, tzinfo=UTC)


def test_what_comes_without_a_zone_is_in_the_one_that_is_handed_in():
    assert read_moment("2027-06-01T10:00:00", ZoneInfo("Europe/Berlin")) == datetime(2027, 6, 1, 8, tzinfo=UTC)


DUES = {
    "a day that a server writes with a time": ("2026-12-15T00:00:00", date(2026, 12, 15)),
    "the same in a form's way": ("2026-12-15 00:00:00.000", date(2026, 12, 15)),
    "a day": ("2026-12-15", date(2026, 12, 15)),
    "a time of day": ("2026-12-15T10:00:00", datetime(2026, 12, 15, 9, tzinfo=UTC)),
    "midnight of a zone is a moment": ("2026-12-15T00:00:00Z", datetime(2026, 12, 15, tzinfo=UTC)),
    "a day that means none": ("1899-12-30T00:00:00", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("written", "expected"), DUES.values(), ids=DUES)
def test_a_due_date_is_a_day_unless_it_has_a_time(written, expected):
    assert read_due(written, ZoneInfo("Europe/Berlin")) == expected


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.lists(st.none()), st.datetimes(), st.none()))
def test_nothing_but_a_value_error_is_raised(value):
    try:
        found = read_moment(value, ZoneInfo("America/New_York"))
    except ValueError:
        return
    assert found is None or found.tzinfo is UTC
