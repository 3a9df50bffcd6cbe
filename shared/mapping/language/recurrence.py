"""
Recurring dates: RFC 5545 rules, by days.

Source: https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10
"""

import re
from calendar import isleap
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice
from typing import Annotated

from dateutil.rrule import rrulestr
from pydantic import AfterValidator

from shared.mapping.language.vocabulary import did_you_mean, refuse

HORIZON = timedelta(days=366 * 40)
"""How far recurrences are looked for."""
MOST_COUNT = 16_000
"""Days of one rule: daily for over forty years."""
_SIMPLE = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
# With these a daily rule can be one that never comes, which is looked for day by day.
_FULL = _SIMPLE | {"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"}
_STARTS = {
    # Four in a row: of every other year from 2025 none has a 29 February, from 2024 every second one has.
    "YEARLY": [date(year, 1, 1) for year in range(2024, 2028)],
    "MONTHLY": [date(2024, m, 1) for m in range(1, 13)],
}
"""Whether a rule with an interval ever comes may hang on the year or month that it starts in."""
_ALLOWED = {"YEARLY": _FULL, "MONTHLY": _FULL, "WEEKLY": _SIMPLE, "DAILY": _SIMPLE}


def read_recurrence(text: str, start: date, end: date | None = None) -> Iterator[date]:
    """
    Iterate over the days of a rule that starts on a day; the start itself only if the rule meets it.

    Args:
        text: the rule.
        start: its first day.
        end: the last day that is looked for. None: forty years on. A rule that never comes is asked no further.

    Raises:
        ValueError: no rule that is understood; the message is for people.
    """
    parts = _parts(text)
    _check_parts(parts)
    last = _later(start, HORIZON) if end is None else end
    # Without a count one more than anybody means: whoever goes on that far says so, and does not end in silence.
    most = int(parts.pop("COUNT", MOST_COUNT + 1))
    last = min(last, _day_of(parts["UNTIL"])) if "UNTIL" in parts else last
    if "BYDAY" in parts:
        parts["BYDAY"] = _placed(parts["BYDAY"], most=53 if parts["FREQ"] == "YEARLY" and "BYMONTH" not in parts else 5)
    shift = _to_the_calendars_end(start.year, max(start, last).year)
    # The count is kept by us, so that a rule can have a last day as well.
    parts["UNTIL"] = f"{last + shift:%Y%m%d}T235959"
    try:
        moments = rrulestr(
            ";".join(f"{name}={value}" for name, value in parts.items()),
            dtstart=datetime.combine(start + shift, time()),
        )
    except (ValueError, KeyError, AttributeError, TypeError, IndexError) as error:  # dateutil lets all of them out
        message = f"no recurrence rule of RFC 5545: {error}"
        raise ValueError(message) from error
    return (moment.date() - shift for moment in islice(moments, most))


def _placed(days: str, *, most: int) -> str:
    """
    Write weekdays with their places where some have one: `SA,-1SU` is each Saturday, and the last Sunday.

    dateutil takes the two kinds for two conditions, and finds no day that meets both.
    """
    asked = days.split(",")
    if not any(day[:-2] for day in asked) or all(day[:-2] for day in asked):
        return days
    return ",".join(day if day[:-2] else ",".join(f"{place}{day}" for place in range(1, most + 1)) for day in asked)


@cache
def _to_the_calendars_end(first: int, last: int) -> timedelta:
    """
    Say by how much to move the years of a rule so that the calendar ends soon after them.

    dateutil looks for the next day until the year 9999, whatever UNTIL says: for seconds, where a rule never comes. In
    years that begin on the same weekdays and have the same leap days the rule has the same days. The calendar repeats
    itself after four centuries, and mostly after 28 years. Weeks reach into the years before and after.
    """
    years = range(max(first - 1, date.min.year), min(last + 1, date.max.year) + 1)
    for by in range(date.max.year - years[-1], 0, -1):
        if all(_looks(year) == _looks(year + by) for year in years):
            return date(first + by, 1, 1) - date(first, 1, 1)
    return timedelta()


def _looks(year: int) -> tuple[int, bool]:
    return date(year, 1, 1).weekday(), isleap(year)


def _parts(text: str) -> dict[str, str]:
    """Take a rule apart; UNTIL, which may name a time and a zone, is read as its day."""
    found: dict[str, str] = {}
    for part in text.upper().replace(" ", "").split(";"):
        name, _, value = part.partition("=")
        if name in found:
            message = f"{name} stands twice"
            raise ValueError(message)
        found[name] = value
    if "UNTIL" in found:
        found["UNTIL"] = _until(found["UNTIL"])
    return found


def _until(value: str) -> str:
    if (match := re.match(r"^([0-9]{8})(T[0-9]{6}Z?)?$", value.replace("-", ""))) is None:
        message = f"UNTIL={value} is no day: write UNTIL=20271231"
        raise ValueError(message)
    _day_of(match[1])
    return match[1]


def _day_of(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone


def _later(day: date, by: timedelta) -> date:
    return date.max if date.max - day < by else day + by


def _check_parts(parts: dict[str, str]) -> None:
    freq = parts.get("FREQ", "")
    if freq not in _ALLOWED:
        message = f"FREQ must be one of {', '.join(_ALLOWED)}{did_you_mean(freq, _ALLOWED)}; e.g. FREQ=YEARLY"
        raise ValueError(message)
    for name in parts:
        if name not in _ALLOWED[freq]:
            near = did_you_mean(name, _ALLOWED[freq])
            message = f"{freq} takes {', '.join(sorted(_ALLOWED[freq]))}, not {name or 'an empty part'}{near}"
            raise ValueError(message)
    for name, most in (("INTERVAL", 1000), ("COUNT", MOST_COUNT)):
        value = parts.get(name, "1")
        # Nine digits show that it is too large; of thousands Python itself makes an error.
        if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= most:
            message = f"{name}={value} is no number from 1 to {most}"
            raise ValueError(message)
    _check_together(parts)
    if "COUNT" in parts and "UNTIL" in parts:
        message = "COUNT and UNTIL exclude each other: give one"
        raise ValueError(message)


def _check_together(parts: dict[str, str]) -> None:
    """Refuse what RFC 5545 rules out, and what it leaves open."""
    freq, days = parts["FREQ"], parts.get("BYDAY", "")
    for name in ("BYWEEKNO", "BYYEARDAY"):
        if name in parts and freq != "YEARLY":
            message = f"{name} is for FREQ=YEARLY alone"
            raise ValueError(message)
    if "BYWEEKNO" in parts and not days:
        message = "BYWEEKNO names weeks: say which day, e.g. BYDAY=MO"
        raise ValueError(message)
    if any(day[:-2] for day in days.split(",")) and (freq in ("DAILY", "WEEKLY") or "BYWEEKNO" in parts):
        message = f"BYDAY={days}: a weekday has a place (1MO, -1FR) in a month or a year, not in a day or a week"
        raise ValueError(message)
    if "BYSETPOS" in parts and not parts.keys() & {"BYDAY", "BYMONTHDAY", "BYYEARDAY"}:
        message = "BYSETPOS chooses among the days of a month or year: say which, e.g. BYDAY=MO,TU,WE,TH,FR"
        raise ValueError(message)


def _recurrence(text: str) -> str:
    try:
        parts = _parts(text)
        has_interval = parts.get("INTERVAL", "1") != "1"
        # One that ends is not asked whether it comes: one start tells whether it can be read.
        most = None if has_interval and "UNTIL" not in parts else 1
        starts = _STARTS.get(parts.get("FREQ", ""), _STARTS["YEARLY"])[:most]
        comes = any(next(read_recurrence(text, start), None) for start in starts)
    except ValueError as error:
        raise refuse(str(error)) from error
    if "UNTIL" not in parts and not comes:
        message = "this recurrence never comes"
        raise refuse(message)
    return text


Recurrence = Annotated[str, AfterValidator(_recurrence)]
"""An RFC 5545 rule without its start: the date is the start."""
