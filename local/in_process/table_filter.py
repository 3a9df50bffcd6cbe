"""The OData filters that the store asks with: comparisons with parameters, joined by `and`; others are refused."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from azure.data.tables import TableEntity

_COMPARISON = re.compile(r"(\w+) (eq|ge|gt|le|lt) @(\w+)")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
}


@dataclass(frozen=True)
class Comparison:
    """One property against one parameter."""

    name: str
    compare: Callable[[Any, Any], bool]
    parameter: str


@cache
def compile_filter(query: str) -> tuple[Comparison, ...]:
    """
    Take a filter apart. All its comparisons must hold.

    Raises:
        ValueError: a filter that the double does not know.
    """
    found: list[Comparison] = []
    for part in query.split(" and "):
        if (match := _COMPARISON.fullmatch(part)) is None:
            message = f"the double knows no filter {part!r}"
            raise ValueError(message)
        found.append(Comparison(match[1], _OPERATORS[match[2]], match[3]))
    return tuple(found)


def holds(comparisons: tuple[Comparison, ...], entity: TableEntity, parameters: Mapping[str, Any]) -> bool:
    """Tell whether an entity is asked for."""
    return all(each.compare(_property(entity, each.name), parameters[each.parameter]) for each in comparisons)


def _property(entity: TableEntity, name: str) -> Any:  # noqa: ANN401 - whatever a row holds
    """Return a property; the service's own time of the last write is none of the row's."""
    return entity.metadata["timestamp"] if name == "Timestamp" else entity[name]


def only_partition(comparisons: tuple[Comparison, ...], parameters: Mapping[str, Any]) -> str | None:
    """Name the one partition that can hold an answer; None: any may."""
    for each in comparisons:
        if each.name == "PartitionKey" and each.compare is operator.eq:
            return str(parameters[each.parameter])
    return None
