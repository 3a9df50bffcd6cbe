"""What is legal and probably not meant: warnings of `mapping check`."""

from collections.abc import Iterator

import holidays

from shared.mapping.language.rules import Mapping
from shared.mapping.language.scalars import Assign
from shared.mapping.language.task_parts import parts
from shared.mapping.language.yaml_tree import Path

FAR = 2050
"""A calendar that ends earlier is met within the life of a rule."""


def doubtful(mapping: Mapping) -> Iterator[tuple[Path, str]]:
    """Yield each doubt with its place."""
    if not mapping.rules:
        yield ("rules",), "no rules: nothing becomes a task"
    yield from _fallbacks(mapping)
    yield from _holidays(mapping)


def _fallbacks(mapping: Mapping) -> Iterator[tuple[Path, str]]:
    assigns = any(part.all or part.first for rule in mapping.rules for part in parts(rule) if isinstance(part, Assign))
    if assigns and mapping.people.fallback is None and mapping.people.nobody == "fallback":
        yield (
            ("people",),
            "no people.fallback: a task that nobody can be given is made for nobody; give one, or set people.nobody",
        )


def _holidays(mapping: Mapping) -> Iterator[tuple[Path, str]]:
    """Tell of a country whose holidays the library knows to a year only."""
    for name, spec in mapping.calendars.items():
        country = (spec.holidays or "").partition("-")[0]
        last = getattr(getattr(holidays, country, None), "end_year", None) if country else None
        if isinstance(last, int) and last < FAR:
            yield ("calendars", name, "holidays"), f"holidays of {country} are known until {last} only"
