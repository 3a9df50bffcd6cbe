"""
Recurrence as RFC 5545 words it, by brute force: every day of every period is asked whether the rule meets it.

Nothing of it comes from the product or from dateutil, which the product uses: it is what those are held against.

Source: https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import count

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY = timedelta(days=1)
Rule = dict[str, str]


def days_of(rule: Rule, start: date, end: date) -> Iterator[date]:
    """Go through the days of a rule that starts on a day, up to the end that is asked for or the rule's own."""
    left = int(rule.get("COUNT", "1000000"))
    until = min(end, _day(rule["UNTIL"])) if "UNTIL" in rule else end
    for period in _periods(rule, start, until):
        for day in _chosen(rule, [day for day in period if _is_met(rule, day, start)]):
            if day < start:
                continue
            if day > until or left == 0:
                return
            left -= 1
            yield day


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _periods(rule: Rule, start: date, until: date) -> Iterator[list[date]]:
    """Cut time into the rule's periods, every so many of them; each is the list of its days."""
    every = int(rule.get("INTERVAL", "1"))
    for number in count(step=every):
        match rule["FREQ"]:
            case "DAILY":
                first, following = start + number * DAY, start + (number + 1) * DAY
            case "WEEKLY":
                first = start - ((start.weekday() - _week_start(rule)) % 7) * DAY + number * 7 * DAY
                following = first + 7 * DAY
            case "MONTHLY":
                first, following = _month(start, number), _month(start, number + 1)
            case _:
                first, following = date(start.year + number, 1, 1), date(start.year + number + 1, 1, 1)
        if first > until:
            return
        yield [first + day * DAY for day in range((following - first).days)]


def _month(start: date, number: int) -> date:
    months = start.year * 12 + start.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)


def _week_start(rule: Rule) -> int:
    return DAYS.index(rule.get("WKST", "MO"))


def _chosen(rule: Rule, days: list[date]) -> list[date]:
    """Take of a period's days those at the places that BYSETPOS names."""
    if "BYSETPOS" not in rule:
        return days
    places = {place - 1 if place > 0 else len(days) + place for place in _numbers(rule["BYSETPOS"])}
    return [day for place, day in enumerate(days) if place in places]


@cache
def _numbers(text: str) -> frozenset[int]:
    return frozenset(int(part) for part in text.split(","))


def _is_met(rule: Rule, day: date, start: date) -> bool:
    """Ask all parts; where none says which day, the start does."""
    names_days = any(part in rule for part in ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"))
    if not names_days and not _is_like_start(rule, day, start):
        return False
    return (
        ("BYMONTH" not in rule or day.month in _numbers(rule["BYMONTH"]))
        and ("BYMONTHDAY" not in rule or _is_in_month(_numbers(rule["BYMONTHDAY"]), day))
        and ("BYYEARDAY" not in rule or _is_in_year(_numbers(rule["BYYEARDAY"]), day))
        and ("BYWEEKNO" not in rule or _is_in_week(rule, day))
        and ("BYDAY" not in rule or any(_is_weekday(rule, part, day) for part in rule["BYDAY"].split(",")))
    )


def _is_like_start(rule: Rule, day: date, start: date) -> bool:
    match rule["FREQ"]:
        case "DAILY":
            return True
        case "WEEKLY":
            return day.weekday() == start.weekday()
        case "MONTHLY":
            return day.day == start.day
    return day.day == start.day and ("BYMONTH" in rule or day.month == start.month)


def _is_in_month(numbers: frozenset[int], day: date) -> bool:
    last = (_month(day, 1) - DAY).day
    return day.day in numbers or day.day - last - 1 in numbers


def _is_in_year(numbers: frozenset[int], day: date) -> bool:
    place, length = (day - date(day.year, 1, 1)).days + 1, (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
    return place in numbers or place - length - 1 in numbers


def _is_in_week(rule: Rule, day: date) -> bool:
    """The first week of a year is the first that has four of its days."""
    for year in (day.year - 1, day.year, day.year + 1):
        first, following = _first_week(rule, year), _first_week(rule, year + 1)
        if first <= day < following:
            place, weeks = (day - first).days // 7 + 1, (following - first).days // 7
            return place in _numbers(rule["BYWEEKNO"]) or place - weeks - 1 in _numbers(rule["BYWEEKNO"])
    message = f"{day} is in no week"
    raise AssertionError(message)


def _first_week(rule: Rule, year: int) -> date:
    fourth = date(year, 1, 4)
    return fourth - ((fourth.weekday() - _week_start(rule)) % 7) * DAY


def _is_weekday(rule: Rule, part: str, day: date) -> bool:
    name, place = part[-2:], part[:-2]
    if DAYS[day.weekday()] != name:
        return False
    if not place:
        return True
    is_of_year = rule["FREQ"] == "YEARLY" and "BYMONTH" not in rule
    first = date(day.year, 1, 1) if is_of_year else day.replace(day=1)
    last = (date(day.year + 1, 1, 1) if is_of_year else _month(day, 1)) - DAY
    return int(place) in ((day - first).days // 7 + 1, -((last - day).days // 7 + 1))
