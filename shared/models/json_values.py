"""Values as canonical JSON takes them, and short enough for a row."""

import hashlib
from typing import Any

import rfc8785
from pydantic_core import to_jsonable_python

LARGEST_INTEGER = 2**53 - 1
"""Source: RFC 8785 section 3.2.2.3: numbers are IEEE 754 doubles."""
LONGEST_TEXT = 1_000
LONGEST_LIST = 100
MOST_BYTES = 24_000
"""Of one event's details, in UTF-8: a Table property holds 32,768 UTF-16 units, which are never more."""
_START = 200


def plain(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    """Return a value as JSON has it: times as ISO text, numbers that JSON can't hold as text."""
    return _walk(to_jsonable_python(value))


def _walk(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, dict):
        return {_text(str(key)): _walk(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_walk(one) for one in value]
    if isinstance(value, str):
        return _text(value)
    return value if isinstance(value, bool) or not isinstance(value, int | float) else _number(value)


def _number(value: float) -> float | str:
    # Also of floats: 2.0 ** 60 is written without a point, and would be read as an integer.
    return value if abs(value) <= LARGEST_INTEGER else str(value)


def _text(value: str) -> str:
    # Half a surrogate pair: other systems send it, UTF-8 has no bytes for it.
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def shortened(detail: dict[str, Any]) -> dict[str, Any]:
    """Keep long texts and lists as their hash and their beginning: history never stops the work."""
    found = {name: _short(value) for name, value in detail.items()}
    if _bytes(found) <= MOST_BYTES:
        return found
    # The largest first: as few as possible lose their words.
    for name in sorted(found, key=lambda name: -_bytes(found[name])):
        found[name] = {"sha256": _digest(detail[name])}
        if _bytes(found) <= MOST_BYTES:
            break
    return found


def _bytes(value: Any) -> int:  # noqa: ANN401 - a JSON value
    return len(rfc8785.dumps(value))


def _short(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return {"sha256": _digest(value), "start": value[:_START]}
    if isinstance(value, list):
        short = [_short(one) for one in value[:LONGEST_LIST]]
        if len(value) <= LONGEST_LIST:
            return short
        return [*short, {"sha256": _digest(value), "more": len(value) - LONGEST_LIST}]
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    return value


def _digest(value: Any) -> str:  # noqa: ANN401 - a JSON value
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()
