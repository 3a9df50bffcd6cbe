"""The calendar of Berlin, counted apart from the product's: working days, opening hours, holidays."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]
"""From when to when; UTC."""
BERLIN = ZoneInfo("Europe/Berlin")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@cache
def holidays(year: int) -> frozenset[date]:
    """List the public holidays of Berlin, from the law's own words and the date of Easter."""
    easter = _easter(year)
    moving = [easter + days * DAY for days in (-2, 1, 39, 50)]
    fixed = [date(year, *day) for day in ((1, 1), (3, 8), (5, 1), (10, 3), (12, 25), (12, 26))]
    return frozenset([*moving, *fixed])


def _easter(year: int) -> date:
    """Gauss's rule, as Lichtenberg mended it."""
    century = year // 100
    moon = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun = 2 - (3 * century + 3) // 4
    germ = (19 * (year % 19) + moon) % 30
    bound = germ // 29 + (germ // 28 - germ // 29) * (year % 19 // 11)
    full = 21 + germ - bound
    sunday = 7 - (year + year // 4 + sun) % 7
    return date(year, 3, 1) + (full + 7 - (full - sunday) % 7 - 1) * DAY


def works(day: date) -> bool:
    """Tell whether people work."""
    return day.weekday() < 5 and day not in holidays(day.year)


def after(day: date, count: int) -> date:
    """Count working days on, one by one."""
    while count:
        day += DAY
        count -= works(day)
    return day


def on_or_before(day: date) -> date:
    """Go back to a working day."""
    while not works(day):
        day -= DAY
    return day


def at(day: date, hour: int) -> datetime:
    """Return a time of the wall clock, in UTC."""
    return datetime.combine(day, time(hour), BERLIN).astimezone(UTC)


def is_open(moment: datetime) -> bool:
    """Tell whether it is business hours, nine to five."""
    here = moment.astimezone(BERLIN)
    return works(here.date()) and 9 <= here.hour < 17


def worked(start: datetime, hours: int, pauses: Sequence[Span] = ()) -> datetime:
    """Return when so many business hours have passed, counted one by one; those in a pause do not count."""
    while hours:
        hours -= is_open(start) and not any(begin <= start < end for begin, end in pauses)
        start += HOUR
    return start


def months_before(day: date, months: int) -> date:
    """Go back by months; the last of a month where that day is not in it."""
    total = day.year * 12 + day.month - 1 - months
    first, following = (date(number // 12, number % 12 + 1, 1) for number in (total, total + 1))
    return min(first.replace(day=1) + (day.day - 1) * DAY, following - DAY)


def local(moment: datetime) -> date:
    """Return the date in Berlin."""
    return moment.astimezone(BERLIN).date()
