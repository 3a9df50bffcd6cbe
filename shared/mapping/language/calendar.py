"""
Business days, business hours, and the two ways between a local date and a moment.

All moments that come in or go out are aware; what goes out is UTC.
"""

from bisect import bisect_left, bisect_right
from calendar import isleap
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from holidays import HolidayBase

from shared.errors import NeverError

DUE_TIME = time(10, tzinfo=UTC)
"""Planner shows a moment as a day of the reader's zone: 10:00Z is the same day from -10 to +13."""

_DAY = timedelta(days=1)
_MIDNIGHT = time()
_SEARCH = 3700
"""Days to look for a business day before giving up: a calendar without any is refused when it is read."""


class NoDateError(NeverError):
    """A date or moment that can't be read or counted; the message tells people."""


def as_utc(day: date) -> datetime:
    """Write a local date as the moment that Planner is given: 10:00Z of that date."""
    return datetime.combine(day, DUE_TIME)


def as_date(moment: datetime) -> date:
    """
    Read the date back from Planner's moment: its date in UTC.

    Planner's own clients write 10:00Z of the chosen date too.
    """
    return moment.astimezone(UTC).date()


@dataclass(frozen=True)
class Calendar:
    """Which days and hours count as business time, and in which zone."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    workdays: frozenset[int] = frozenset(range(5))
    """Monday is 0."""
    opens: time = time(9)
    closes: time = time(17)
    """Later than `opens`: no shift over midnight. 00:00 means 24:00."""
    holidays: HolidayBase | None = None
    days_off: frozenset[date] = frozenset()
    extra_workdays: frozenset[date] = frozenset()
    _years: dict[int, tuple[date, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def local(self, moment: datetime) -> datetime:
        """
        Show a moment in the calendar's zone; one without a zone is taken as local already.

        Raises:
            NoDateError: there is no such moment in that zone.
        """
        try:
            return moment.replace(tzinfo=self.zone) if moment.tzinfo is None else moment.astimezone(self.zone)
        except OverflowError as error:
            message = f"{moment} is no moment in {self.zone}"
            raise NoDateError(message) from error

    def local_date(self, moment: datetime) -> date:
        """Return the date that people in the calendar's zone call it."""
        return self.local(moment).date()

    def at(self, day: date, clock: time) -> datetime:
        """
        Return the moment (UTC) of a wall-clock time on a day.

        A time that the clocks skip is taken with the offset before the change; one that comes twice, the first.

        Raises:
            NoDateError: there is no such moment.
        """
        try:
            return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)
        except OverflowError as error:
            message = f"{day} {clock} is no moment in {self.zone}"
            raise NoDateError(message) from error

    def end(self, day: date) -> datetime:
        """Return the moment (UTC) at which a day is over."""
        return self.midnight(_next(day))

    def opening(self, day: date) -> datetime:
        """Return the moment (UTC) at which business opens on a day."""
        return self.at(day, self.opens)

    def closing(self, day: date) -> datetime:
        """Return the moment (UTC) at which business closes on a day; 24:00 is the next day's beginning."""
        return self.end(day) if self.closes == _MIDNIGHT else self.at(day, self.closes)

    def midnight(self, day: date) -> datetime:
        """Return the moment (UTC) at which a day begins."""
        return self.at(day, time())

    def is_business_day(self, day: date) -> bool:
        """Tell whether people work on a day. Own days off and extra workdays win over the rest."""
        # First: of a day that stands in both lists nobody can be sure that anybody works.
        if day in self.days_off:
            return False
        if day in self.extra_workdays:
            return True
        return day.weekday() in self.workdays and (self.holidays is None or day not in self.holidays)

    def nearest(self, day: date, step: int = 1) -> date:
        """Return `day` if it is a business day, otherwise the first one after (step 1) or before it (step -1)."""
        start = day
        for _ in range(_SEARCH):
            if self.is_business_day(day):
                return day
            day = _next(day, step)
        message = f"no business day within {_SEARCH} days of {start}"
        raise NoDateError(message)

    def add_business_days(self, day: date, count: int) -> date:
        """
        Return the count-th business day after `day`; before it when count is negative; `day` itself for 0.

        Raises:
            NoDateError: the calendar ends before.
        """
        if count == 0:
            return day
        # By whole years, which are kept: day by day, a date would cost as many steps as its offset has.
        year, days = day.year, self._of_year(day.year)
        place = bisect_right(days, day) + count - 1 if count > 0 else bisect_left(days, day) + count
        while place >= len(days):
            year, place = year + 1, place - len(days)
            days = self._of_year(year)
        while place < 0:
            year -= 1
            days = self._of_year(year)
            place += len(days)
        return days[place]

    def _of_year(self, year: int) -> tuple[date, ...]:
        """Return the business days of a year, counted once."""
        if not MINYEAR <= year <= MAXYEAR:
            message = f"no business day can be counted in the year {year}"
            raise NoDateError(message)
        if year not in self._years:
            first = date(year, 1, 1)
            every = (first + number * _DAY for number in range(366 if isleap(year) else 365))
            self._years[year] = tuple(day for day in every if self.is_business_day(day))
        return self._years[year]

    def add_business_hours(self, moment: datetime, hours: float) -> datetime:
        """
        Return the moment (UTC) at which so much business time has passed since `moment`.

        Hours are real ones: a day on which the clocks change may hold one more or less.

        Raises:
            NoDateError: the calendar ends before.
        """
        return self.add_business_time(moment, timedelta(hours=hours))

    def add_business_time(self, moment: datetime, left: timedelta) -> datetime:
        """Do the same with a length of time; nothing added, the moment stays where it is. Errors as above."""
        here = moment.astimezone(UTC)
        if not left:
            return here
        day = self.local_date(here)
        # It ends: time is taken from `left` on each business day, and `nearest` gives up where there is none.
        while True:
            day = self.nearest(day)
            start, end = self.opening(day), self.closing(day)
            here = max(here, start)
            # Less than nothing is left of a day when its business was over at `here`.
            if timedelta() <= end - here >= left:
                return here + left
            left -= max(end - here, timedelta())
            day = _next(day)

    def business_time(self, begin: datetime, end: datetime) -> timedelta:
        """Return how much business time lies between two moments; none where the second is not the later one."""
        day, last, found = self.local_date(begin), self.local_date(end), timedelta()
        while day <= last:
            if self.is_business_day(day):
                found += max(min(end, self.closing(day)) - max(begin, self.opening(day)), timedelta())
            day = _next(day)
        return found


def _next(day: date, step: int = 1) -> date:
    try:
        return day + step * _DAY
    except OverflowError as error:
        message = f"the calendar ends at {day}"
        raise NoDateError(message) from error
