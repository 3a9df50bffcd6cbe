"""
Recurring dates: RFC 5545 rules, by days.

Source: https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Annotated

from dateutil.rrule import rrulestr
from pydantic import AfterValidator

from shared.mapping.language.vocabulary import did_you_mean, refuse

_SIMPLE = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
# With these a daily rule can be one that never comes, which is looked for day by day until the year 9999.
_FULL = _SIMPLE | {"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"}
_STARTS = tuple(date(2024, month, 1) for month in range(1, 13))
"""Whether a rule with an interval ever comes may hang on the month that it starts in."""
_ALLOWED = {"YEARLY": _FULL, "MONTHLY": _FULL, "WEEKLY": _SIMPLE, "DAILY": _SIMPLE}


def read_recurrence(text: str, start: date) -> Iterator[date]:
    """
    Iterate over the days of a rule that starts on a day; the start itself only if the rule meets it.

    Raises:
        ValueError: no rule that is understood; the message is for people.
    """
    parts = _parts(text)
    _check_parts(parts)
    try:
        moments = rrulestr(
            ";".join(f"{name}={value}" for name, value in parts.items()), dtstart=datetime.combine(start, time())
        )
    except (ValueError, KeyError, AttributeError, TypeError, IndexError) as error:  # dateutil lets all of them out
        message = f"no recurrence rule of RFC 5545: {error}"
        raise ValueError(message) from error
    return (moment.date() for moment in moments)


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
        found["UNTIL"] = f"{_until(found['UNTIL'])}T235959"
    return found


def _until(value: str) -> str:
    if (match := re.match(r"^([0-9]{8})(T[0-9]{6}Z?)?$", value.replace("-", ""))) is None:
        message = f"UNTIL={value} is no day: write UNTIL=20271231"
        raise ValueError(message)
    datetime.strptime(match[1], "%Y%m%d")  # noqa: DTZ007 - a day has no zone
    return match[1]


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
    for name, most in (("INTERVAL", 1000), ("COUNT", 10_000)):
        value = parts.get(name, "1")
        if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= most:
            message = f"{name}={value} is no number from 1 to {most}"
            raise ValueError(message)
    if "COUNT" in parts and "UNTIL" in parts:
        message = "COUNT and UNTIL exclude each other: give one"
        raise ValueError(message)


def _recurrence(text: str) -> str:
    try:
        comes = [next(read_recurrence(text, start), None) for start in _STARTS]
    except ValueError as error:
        raise refuse(str(error)) from error
    if "UNTIL" not in text.upper() and not any(comes):
        message = "this recurrence never comes"
        raise refuse(message)
    return text


Recurrence = Annotated[str, AfterValidator(_recurrence)]
"""An RFC 5545 rule without its start: the date is the start."""
