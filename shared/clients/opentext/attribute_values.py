"""Values of attributes, read as their category declares them. Pure."""

import math
from collections.abc import Callable

from shared.clients.opentext.answers import many, text
from shared.errors import UnreadableError
from shared.models.moments import read_moment
from shared.models.opentext import AttributeType, AttributeValue, Scalar


def typed(value: object, kind: AttributeType, *, multi: bool) -> AttributeValue:
    """
    Read a value as its attribute declares it. None: it is empty.

    Raises:
        UnreadableError: it is nothing that such an attribute holds.
    """
    if isinstance(value, list) or multi:
        read = (_READERS[kind](item) for item in many(value))
        # An empty list is None, as an empty text is: else a cleared attribute would seem to hold something.
        return tuple(item for item in read if item is not None) or None
    return _READERS[kind](value)


def _plain(value: object) -> Scalar | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise _odd(value, "a value")


def _date(value: object) -> Scalar | None:
    try:
        # Kept as it is written: which day a moment is, the rule's calendar says.
        return None if read_moment(value) is None else text(value).strip()
    except ValueError as error:
        raise _odd(value, "a date") from error


def _integer(value: object) -> Scalar | None:
    found = _number_of(value, "a whole number")
    if isinstance(found, float):
        if not found.is_integer():
            raise _odd(value, "a whole number")
        return int(found)
    return found


def _number_of(value: object, what: str = "a number") -> int | float | None:
    if value is None or value == "":
        return None
    try:
        if isinstance(value, bool):
            raise _odd(value, what)
        found = value if isinstance(value, int | float) else _parsed(str(value))
        if not math.isfinite(found):
            raise _odd(value, what)
    except (ValueError, OverflowError) as error:
        raise _odd(value, what) from error
    return found


def _parsed(written: str) -> int | float:
    try:
        return int(written)
    except ValueError:
        return float(written)


_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no")


def _truth(value: object) -> Scalar | None:
    if value is None or value == "":
        return None
    said = str(value).lower()
    if said in _TRUE or said in _FALSE:
        return said in _TRUE
    raise _odd(value, "yes or no")


def _odd(value: object, what: str) -> UnreadableError:
    return UnreadableError(f"Content Server sent {str(value)[:40]!r} where {what} belongs")


_READERS: dict[AttributeType, Callable[[object], Scalar | None]] = {
    AttributeType.TEXT: _plain,
    AttributeType.UNKNOWN: _plain,
    AttributeType.USER: _plain,
    AttributeType.DATE: _date,
    AttributeType.INTEGER: _integer,
    AttributeType.NUMBER: _number_of,
    AttributeType.BOOLEAN: _truth,
}
