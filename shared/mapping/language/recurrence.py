"""
Recurring dates: RFC 5545 rules, by days.

Source: https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Annotated

from dateutil.rrule import rrulestr
from pydantic import AfterValidator

from shared.mapping.language.vocabulary import did_you_mean, refuse

_SIMPLE = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
# With these a daily rule can be one that never comes, which is looked for day by day until the year 9999.
_FULL = _SIMPLE | {"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"}
_ALLOWED = {"YEARLY": _FULL, "MONTHLY": _FULL, "WEEKLY": _SIMPLE, "DAILY": _SIMPLE}


def read_recurrence(text: str, start: date) -> Iterator[date]:
    """
    Iterate over the days of a rule that starts on a day; the start itself only if the rule meets it.

    Raises:
        ValueError: no rule that is understood; the message is for people.
    """
    _check_parts(text)
    try:
        moments = rrulestr(text, dtstart=datetime.combine(start, time()))
    except (ValueError, KeyError, AttributeError, TypeError, IndexError) as error:  # dateutil lets all of them out
        message = f"no recurrence rule of RFC 5545: {error}"
        raise ValueError(message) from error
    return (moment.date() for moment in moments)


def _check_parts(text: str) -> None:
    parts = dict(part.partition("=")[::2] for part in text.upper().split(";"))
    freq = parts.get("FREQ", "")
    if freq not in _ALLOWED:
        message = f"FREQ must be one of {', '.join(_ALLOWED)}{did_you_mean(freq, _ALLOWED)}; e.g. FREQ=YEARLY"
        raise ValueError(message)
    for name in parts:
        if name not in _ALLOWED[freq]:
            near = did_you_mean(name, _ALLOWED[freq])
            message = f"{freq} takes {', '.join(sorted(_ALLOWED[freq]))}, not {name or 'an empty part'}{near}"
            raise ValueError(message)


def _recurrence(text: str) -> str:
    try:
        days = read_recurrence(text, date(2024, 1, 1))
        first = next(days, None) if "UNTIL" not in text.upper() else days
    except ValueError as error:
        raise refuse(str(error)) from error
    if first is None:
        message = "this recurrence never comes"
        raise refuse(message)
    return text


Recurrence = Annotated[str, AfterValidator(_recurrence)]
"""An RFC 5545 rule without its start: the date is the start."""
