"""What is legal and probably not meant: warnings of `mapping check`."""

import re
from collections.abc import Iterator

import holidays

from shared.mapping.language.conditions import Condition, Test
from shared.mapping.language.rules import Mapping, Rule, WorkspaceRule
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
    yield from _signs(mapping)
    yield from _holidays(mapping)


def _fallbacks(mapping: Mapping) -> Iterator[tuple[Path, str]]:
    assigns = any(part.all or part.first for rule in mapping.rules for part in parts(rule) if isinstance(part, Assign))
    if assigns and mapping.people.fallback is None and mapping.people.nobody == "fallback":
        yield (
            ("people",),
            "no people.fallback: a task that nobody can be given is made for nobody; give one, or set people.nobody",
        )


_SIGN = re.compile(r"^\s*(<=?|>=?)\s*(\S.*)$")


def _signs(mapping: Mapping) -> Iterator[tuple[Path, str]]:
    """Tell of `Contract.Value: "> 50000"`: a value, not a bound, and hardly one that a record ever holds."""
    for number, rule in enumerate(mapping.rules):
        for path, name, test in _tests(rule, ("rules", number)):
            for value in (*(test.is_ or ()), *(test.not_ or ())):
                if isinstance(value, str) and (sign := _SIGN.match(value)) is not None:
                    bound = "min" if sign[1].startswith(">") else "max"
                    yield path, f"{name} is compared with the text {value!r}; a bound is written {{{bound}: {sign[2]}}}"


def _tests(rule: Rule, path: Path) -> Iterator[tuple[Path, str, Test]]:
    """Yield the tests of attributes in a rule and its tasks, with their places."""
    is_listed = isinstance(rule, WorkspaceRule)
    tasks: list[tuple[Path, Condition | None]] = [
        ((*path, *(("tasks", number) if is_listed else ("task",)), "when"), spec.when)
        for number, spec in enumerate(rule.specs)
    ]
    for place, condition in [((*path, "when"), rule.when), *tasks]:
        for part in parts(condition):
            if isinstance(part, Condition):
                yield from (((*place, "attributes", name), name, test) for name, test in part.attributes.items())


def _holidays(mapping: Mapping) -> Iterator[tuple[Path, str]]:
    """Tell of a country whose holidays the library knows to a year only."""
    for name, spec in mapping.calendars.items():
        country = (spec.holidays or "").partition("-")[0]
        last = getattr(getattr(holidays, country, None), "end_year", None) if country else None
        if isinstance(last, int) and last < FAR:
            yield ("calendars", name, "holidays"), f"holidays of {country} are known until {last} only"
