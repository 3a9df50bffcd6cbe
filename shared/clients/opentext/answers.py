"""
Read what Content Server answers: tolerant of its shapes, strict about its meaning. Pure.

Servers send an object where the API's description shows a list, and the other way round;
numbers as text; "" where they mean nothing.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, tzinfo
from typing import Any, TypeAlias, TypeVar

from shared.clients.json_body import read_json
from shared.errors import UnreadableError
from shared.models.listed import Listed, UnreadRow
from shared.models.moments import read_due, read_moment

Json: TypeAlias = dict[str, Any]
T = TypeVar("T")
_SHOWN = 40
"""Characters of a value that can't be read."""


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
    Take the rows of a list, which stand in `results`, in `results.data` or in `data`; one that is no object is empty.

    Raises:
        UnreadableError: there is no list. Only a list states that something is not in it.
    """
    found: object = answer
    if isinstance(answer, dict):
        found = answer.get("results", answer.get("data"))
    if isinstance(found, dict):
        # Some servers send a list of one as an object, wrapped or not.
        found = found.get("data", found or None)
    if not isinstance(found, (list, dict)):
        message = "Content Server's answer has no list where one belongs"
        raise UnreadableError(message)
    return [row if isinstance(row, dict) else {} for row in many(found)]


def each(listed: Iterable[Json], read: Callable[[Json], T]) -> Listed[T]:
    """Read rows one by one; one that can't be read costs itself, and stands in `unread`."""
    found: list[T] = []
    unread: list[UnreadRow] = []
    for row in listed:
        try:
            found.append(read(row))
        except UnreadableError as error:
            unread.append(unread_row(row, error))
    return Listed(found, unread)


def unread_row(row: object, error: UnreadableError) -> UnreadRow:
    """Tell of a row that can't be read."""
    known = properties(row).get("id")
    return UnreadRow(id=str(known) if isinstance(known, (int, str)) else None, reason=str(error))


def properties(row: object) -> Json:
    """Take a row's properties, whether or not it wraps them in `data`."""
    data = obj(row).get("data", row)
    return obj(obj(data).get("properties", data))


def text(value: object) -> str:
    """Take text. Nothing is "", a number is written out."""
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def number(value: object) -> int | None:
    """
    Take an id or a count, also one that is sent as text. None: nothing was sent.

    Raises:
        UnreadableError: it is no number.
    """
    # Python counts a truth as a number, but no id or count is one.
    if isinstance(value, bool) or value in (None, ""):
        return None
    try:
        return int(str(value))
    except ValueError as error:
        message = f"Content Server sent {str(value)[:_SHOWN]!r} where a number belongs"
        raise UnreadableError(message) from error


def required(row: object, name: str) -> int:
    """
    Take an id that every sound row has.

    Raises:
        UnreadableError: it is not there.
    """
    found = number(obj(row).get(name))
    if found is None:
        message = f"Content Server's answer has no {name}: it is not what was asked for"
        raise UnreadableError(message)
    return found


def number_or_none(value: object) -> int | None:
    """Take an id that only helps to find something: an odd one is as good as none."""
    try:
        return number(value)
    except UnreadableError:
        return None


def required_text(row: object, name: str) -> str:
    """
    Take a text that every sound row has.

    Raises:
        UnreadableError: it is not there.
    """
    if found := text(obj(row).get(name)):
        return found
    message = f"Content Server's answer has no {name}"
    raise UnreadableError(message)


def flag(value: object) -> bool:
    """Take a truth, also one that is sent as text or as a number."""
    return value in (True, 1, "1", "true", "True")


def instant(value: object, zone: tzinfo) -> datetime | None:
    """
    Take a date and time, in UTC.

    Args:
        value: ISO text, as workflows and nodes send it.
        zone: of what is sent without one: workflow dates always are, node dates may be.

    Returns:
        None: "", null, or a date that means none.

    Raises:
        UnreadableError: it is no ISO date.
    """
    try:
        return read_moment(value, zone)
    except ValueError as error:
        message = f"Content Server sent {str(value)[:_SHOWN]!r} where a date belongs"
        raise UnreadableError(message) from error


def due_on(value: object, zone: tzinfo) -> date | datetime | None:
    """
    Take when something is due: a day, or a moment in UTC. Arguments and None as `instant`.

    Raises:
        UnreadableError: it is no ISO date.
    """
    try:
        return read_due(value, zone)
    except ValueError as error:
        message = f"Content Server sent {str(value)[:_SHOWN]!r} where a date belongs"
        raise UnreadableError(message) from error


def is_last(answer: object, *, sent: int, asked: int) -> bool:
    """
    Tell whether a page is the last one.

    Servers clamp the limit: the one that they echo counts, not the one that was asked for.
    """
    paging = obj(at(answer, "collection", "paging") or at(answer, "paging"))
    return sent == 0 or sent < (number_or_none(paging.get("limit")) or asked)


def decoded(content: bytes) -> object:
    """
    Decode a JSON body, its text cleaned.

    Raises:
        ValueError: it is none.
    """
    found: object = read_json(content)
    return found
