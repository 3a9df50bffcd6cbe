"""Read single values as the service takes them: trimmed, in UTC, in Planner's four priorities."""

import re
from datetime import UTC, datetime
from typing import Any

from local.graph.failures import bad_request

_HINT = re.compile(r"[!-~]* [!-~]*!")


def text(name: str, value: Any, *, longest: int) -> str:
    """
    Read a title: outer blanks go, and something must be left.

    Raises:
        GraphError: 400, no text, empty, or too long.
    """
    if not isinstance(value, str) or not value.strip():
        message = f"The property '{name}' must be a text that is not empty."
        raise bad_request(message)
    return long_text(name, value.strip(), longest=longest)


def long_text(name: str, value: Any, *, longest: int) -> str:
    """
    Read a text that may be empty.

    Raises:
        GraphError: 400, no text, or too long.
    """
    if not isinstance(value, str) or len(value) > longest:
        message = f"The property '{name}' must be a text of at most {longest} characters."
        raise bad_request(message)
    return value


def number(name: str, value: Any, *, highest: int) -> int:
    """
    Read a whole number from 0 on.

    Raises:
        GraphError: 400, no number in the range.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
        message = f"The property '{name}' must be a number from 0 to {highest}."
        raise bad_request(message)
    return value


def boolean(name: str, value: Any) -> bool:
    """
    Read true or false.

    Raises:
        GraphError: 400, neither.
    """
    if not isinstance(value, bool):
        message = f"The property '{name}' must be true or false."
        raise bad_request(message)
    return value


def priority(value: Any) -> int:
    """
    Read a priority, and keep the one of its four kinds.

    Source: https://learn.microsoft.com/graph/api/resources/plannertask (priority: urgent 1, important 3, medium 5, low 9)
    """
    given = number("priority", value, highest=10)
    if given <= 1:
        return 1
    if given <= 4:
        return 3
    return 5 if given <= 7 else 9


def moment(name: str, value: Any) -> str | None:
    """
    Read a point in time with its zone, and keep it in UTC. None clears.

    Raises:
        GraphError: 400, no ISO 8601 time with a zone.
    """
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        message = f"The property '{name}' must be a date and time in ISO 8601."
        raise bad_request(message) from error
    if time.tzinfo is None:
        message = f"The property '{name}' must name its time zone."
        raise bad_request(message)
    return stamp(time)


def stamp(time: datetime) -> str:
    """Write a time as Graph does: UTC, with seven decimals unless they are zero."""
    utc = time.astimezone(UTC)
    if not utc.microsecond:
        return utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    return utc.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def check_hint(name: str, value: Any) -> None:
    """
    Check that an order hint is an instruction, not a value that the service returned.

    Raises:
        GraphError: 400, it is not of the form `<previous> <next>!`.

    Source: https://learn.microsoft.com/graph/api/resources/planner-order-hint-format
    """
    if not isinstance(value, str) or not _HINT.fullmatch(value):
        message = f"The property '{name}' is no order hint; a value that was returned can't be set."
        raise bad_request(message)
