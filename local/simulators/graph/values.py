"""Read single values as the service takes them: trimmed, in UTC, in Planner's four priorities."""

import re
from datetime import UTC, datetime

from local.simulators.graph.failures import refuse

# A hint may be composed of hints that the client calculated itself: " !" stands before " ! !".
_HINT = re.compile(r"[ -~]* [ -~]*!")


def text(name: str, value: object, *, longest: int, units: bool = True) -> str:
    """
    Read a title: outer blanks go, and something must be left.

    Raises:
        GraphError: 400, no text, empty, or too long.
    """
    if not isinstance(value, str) or not value.strip():
        refuse(f"The property '{name}' must be a text that is not empty.")
    return long_text(name, value.strip(), longest=longest, units=units)


def long_text(name: str, value: object, *, longest: int, units: bool = True) -> str:
    """
    Read a text that may be empty.

    Args:
        units: its length is counted in UTF-16 units; False: in characters.

    Raises:
        GraphError: 400, no text, or too long.
    """
    if (
        not isinstance(value, str)
        or (len(value.encode("utf-16-le", "surrogatepass")) // 2 if units else len(value)) > longest
    ):
        refuse(f"The property '{name}' must be a text of at most {longest} characters.")
    return value


def number(name: str, value: object, *, highest: int) -> int:
    """
    Read a whole number from 0 on.

    Raises:
        GraphError: 400, no number in the range.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
        refuse(f"The property '{name}' must be a number from 0 to {highest}.")
    return value


def boolean(name: str, value: object) -> bool:
    """
    Read true or false.

    Raises:
        GraphError: 400, neither.
    """
    if not isinstance(value, bool):
        refuse(f"The property '{name}' must be true or false.")
    return value


def priority(value: object) -> int:
    """
    Read a priority, and keep the one of its four kinds.

    Source: https://learn.microsoft.com/graph/api/resources/plannertask (property priority)
    """
    given = number("priority", value, highest=10)
    if given <= 1:
        return 1
    if given <= 4:
        return 3
    return 5 if given <= 7 else 9


def moment(name: str, value: object) -> str | None:
    """
    Read a point in time with its zone, and keep it in UTC. None clears.

    Raises:
        GraphError: 400, no ISO 8601 time with a zone.
    """
    if value is None:
        return None
    time = _time(value)
    if time is None:
        refuse(f"The property '{name}' must be a date and time in ISO 8601.")
    if time.tzinfo is None:
        refuse(f"The property '{name}' must name its time zone.")
    return stamp(time)


def _time(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def stamp(time: datetime) -> str:
    """Write a time as Graph does: UTC, with seven decimals unless they are zero."""
    utc = time.astimezone(UTC)
    if not utc.microsecond:
        return utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    return utc.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def check_hint(name: str, value: object) -> None:
    """
    Check that an order hint is an instruction, not a value that the service returned.

    Raises:
        GraphError: 400, it is not of the form `<previous> <next>!`.

    Source: https://learn.microsoft.com/graph/api/resources/planner-order-hint-format
    """
    if not isinstance(value, str) or not _HINT.fullmatch(value):
        refuse(f"The property '{name}' is no order hint; a value that was returned can't be set.")
