"""
Ways in which an answer may be odd: what people type, what databases keep, what another release sends.

    graph.faults.add(Fault.odd(field(task_id, "percentComplete", None), path="/tasks", times=1000))
    server.faults.add(Fault.odd(rows(lambda found: [None, *found]), path="/members", times=1000))
    server.faults.add(Fault.odd(instead({}), path="missingdocuments", times=1000))
"""

from collections.abc import Callable
from typing import Any, TypeAlias

Change: TypeAlias = Callable[[Any], Any]

HALF_PAIR = "a\ud800"
DECOMPOSED = "Mu\u0308nchen"
NO_DATES = (
    "0001-01-01T00:00:00Z",
    "1601-01-01T00:00:00Z",
    "1753-01-01T00:00:00",
    "1899-12-30T00:00:00",
    "9999-12-31T23:59:59",
)


def instead(value: Any) -> Change:  # noqa: ANN401 - a JSON value
    """Answer something else altogether."""
    return lambda _: value


def field(row_id: object, name: str, value: Any) -> Change:  # noqa: ANN401 - a JSON value
    """Give one property of the object with this id another value, wherever it stands in the answer."""

    def change(found: Any) -> Any:  # noqa: ANN401 - a JSON value
        if isinstance(found, list):
            return [change(one) for one in found]
        if not isinstance(found, dict):
            return found
        inner = {key: change(one) for key, one in found.items()}
        return {**inner, name: value} if found.get("id") == row_id else inner

    return change


def rows(change: Callable[[list[Any]], Any]) -> Change:
    """Change the rows of a list, which stand in `value`, in `results`, in `results.data` or in `data`."""

    def changed(found: Any) -> Any:  # noqa: ANN401 - a JSON value
        for name in ("value", "results", "data"):
            if isinstance(found, dict) and name in found:
                inner = found[name]
                return {**found, name: change(inner) if isinstance(inner, list) else changed(inner)}
        return found

    return changed
