"""
Read what Content Server answers: tolerant of its shapes, strict about its meaning. Pure.

Servers send an object where the API's description shows a list, and the other way round;
numbers as text; "" where they mean nothing.
"""

import json
from datetime import UTC, datetime, tzinfo
from typing import Any, TypeAlias

from shared.errors import UnavailableError

Json: TypeAlias = dict[str, Any]


def one(value: object) -> object:
    """Take the first of a list, or the value itself. None: the list is empty."""
    if isinstance(value, list):
        return value[0] if value else None
    return value


def many(value: object) -> list[object]:
    """Take a list as it is, and anything else as a list of one. None is an empty list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def obj(value: object) -> Json:
    """Take an object, or the first object of a list. Anything else is an empty object."""
    found = one(value)
    return found if isinstance(found, dict) else {}


def at(value: object, *path: str) -> object:
    """Walk down through objects and lists of one. None: there is no such place."""
    for name in path:
        value = obj(value).get(name)
    return value


def rows(answer: object) -> list[Json]:
    """
    Take the rows of a list.

    They stand in `results`, in `results.data` or in `data`; anything that is no object is passed over.
    """
    found = obj(answer).get("results", answer)
    if isinstance(found, dict):
        found = found.get("data", [])
    return [row for row in many(found) if isinstance(row, dict)]


def properties(row: object) -> Json:
    """Take a row's properties, whether or not it wraps them in `data`."""
    data = obj(row).get("data", row)
    return obj(obj(data).get("properties", data))


def text(value: object) -> str:
    """Take text. Nothing is "", a number is written out."""
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def number(value: object) -> int | None:
    """Take an id or a count, also one that is sent as text. None: nothing was sent."""
    if isinstance(value, bool) or value in (None, ""):
        return None
    try:
        return int(str(value))
    except ValueError as error:
        message = f"Content Server sent {str(value)[:40]!r} where a number belongs"
        raise UnavailableError(message) from error


def required(row: object, name: str) -> int:
    """
    Take an id that every sound answer has.

    Raises:
        UnavailableError: it is not there: the answer is garbled.
    """
    found = number(obj(row).get(name))
    if found is None:
        message = f"Content Server's answer has no {name}: it is not what was asked for"
        raise UnavailableError(message)
    return found


def flag(value: object) -> bool:
    """Take a truth, also one that is sent as text or as a number."""
    return value in (True, 1, "1", "true", "True")


def instant(value: object, zone: tzinfo) -> datetime | None:
    """
    Take a date and time, in UTC.

    Args:
        zone: of what is sent without one: workflow dates always are, node dates may be.

    Returns:
        None: "" or null, Content Server's way to say that there is none.

    Raises:
        UnavailableError: it is no ISO date.
    """
    if value in (None, ""):
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        message = f"Content Server sent {str(value)[:40]!r} where a date belongs"
        raise UnavailableError(message) from error
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def is_last(answer: object, *, sent: int, asked: int) -> bool:
    """
    Tell whether a page is the last one.

    Servers clamp the limit: the one that they echo counts, not the one that was asked for.
    """
    paging = obj(at(answer, "collection", "paging") or at(answer, "paging"))
    limit = number(paging.get("limit")) or asked
    return sent == 0 or sent < limit


def decoded(content: bytes) -> object:
    """
    Decode a JSON body.

    Raises:
        ValueError: it is none.
    """
    return json.loads(content)
