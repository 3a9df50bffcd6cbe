"""A mapping file's text into a Mapping, or into every problem that it has."""

from collections import abc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeAlias

from pydantic import TypeAdapter, ValidationError

from shared.errors import MappingError, Problem
from shared.mapping.language.cross_checks import cross_checks
from shared.mapping.language.doubts import doubtful
from shared.mapping.language.from_settings import put_in
from shared.mapping.language.limits import over_limits
from shared.mapping.language.messages import message_of
from shared.mapping.language.rules import Mapping, Rule
from shared.mapping.language.vocabulary import Surroundings
from shared.mapping.language.yaml_tree import Path, Tree, read_tree

_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
SettingsHeld: TypeAlias = abc.Mapping[str, str]


class Severity(StrEnum):
    """How much a finding weighs; SARIF's own words."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    """Nobody can say, or good to know: it never fails a check."""


@dataclass(frozen=True)
class Finding:
    """Something wrong, or in doubt, at a place of the file."""

    line: int
    path: str
    message: str
    column: int = 1
    severity: Severity = Severity.ERROR

    def problem(self, file: str) -> Problem:
        """Name the place: `mapping.yaml:12 rules[0].tasks[1].due`."""
        return Problem(f"{file}:{self.line} {self.path}".rstrip(), self.message)

    def shown(self, file: str, text: str) -> str:
        """Show the place with the line of the source and a caret under it."""
        where = f"{self.path}: " if self.path else ""
        told = "" if self.severity is Severity.ERROR else f" ({self.severity})"
        head = f"{file}:{self.line}:{self.column}: {where}{self.message}{told}"
        lines = text.split("\n")
        source = lines[self.line - 1].rstrip() if self.line <= len(lines) else ""
        if not source.strip():
            return head
        start = max(0, self.column - 80)
        return f"{head}\n    {source[start : start + 120]}\n    {' ' * (self.column - 1 - start)}^"


@dataclass(frozen=True)
class Examined:
    """A file as it was read: a mapping, or everything that is wrong with it."""

    mapping: Mapping | None
    """None: it can't be used."""
    findings: tuple[Finding, ...]
    """By line; of a mapping that can be used: warnings alone."""
    tree: Tree
    """Where everything stands."""


def examine(text: str, settings: SettingsHeld | None = None) -> Examined:
    """
    Read a mapping with everything that is wrong or in doubt. Never raises for what stands in the file.

    Args:
        text: YAML.
        settings: as `settings_for_mappings` gave them. None: nothing is set, which is no fault of a file.
    """
    tree = read_tree(text)
    findings = [Finding(fault.line, "", fault.message, fault.column) for fault in tree.faults]
    findings += [finding_at(tree, path, message) for path, message in put_in(tree.data, settings or {})]
    mapping: Mapping | None = None
    if isinstance(tree.data, dict):
        mapping, wrong = _validate(tree)
        findings += wrong
    elif not findings:
        findings.append(Finding(1, "", "an empty mapping: it wants `version: 1` and `rules`"))
    # Doubts come last, and of a file without faults alone: beside what must be mended they would only be noise.
    if findings or mapping is None:
        return Examined(None, in_order(dict.fromkeys(findings)), tree)
    doubts = [Finding(doubt.line, "", doubt.message, doubt.column) for doubt in tree.doubts]
    doubts += [finding_at(tree, path, message) for path, message in (*over_limits(mapping), *doubtful(mapping))]
    warnings = (replace(doubt, severity=Severity.WARNING) for doubt in doubts)
    return Examined(mapping, in_order(warnings), tree)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Put findings into the order of the file."""
    return tuple(sorted(findings, key=lambda one: (one.line, one.column)))


def read_mapping(text: str, file: str = "mapping.yaml", settings: SettingsHeld | None = None) -> Mapping:
    """
    Read a mapping.

    Args:
        text: YAML.
        file: how the file is named in problems.
        settings: as `examine` takes them.

    Raises:
        MappingError: with every problem, by line.
    """
    return read_with_warnings(text, file, settings)[0]


def read_with_warnings(
    text: str, file: str = "mapping.yaml", settings: SettingsHeld | None = None
) -> tuple[Mapping, tuple[Problem, ...]]:
    """
    Read a mapping, and what is legal and probably not meant.

    Raises:
        MappingError: with every problem, by line.
    """
    examined = examine(text, settings)
    problems = tuple(finding.problem(file) for finding in examined.findings)
    if examined.mapping is None:
        raise MappingError(problems)
    return examined.mapping, problems


def _validate(tree: Tree) -> tuple[Mapping | None, list[Finding]]:
    """Read header and rules apart, so that a fault in one hides none in the other."""
    findings = [finding_at(tree, path, message) for path, message in cross_checks(tree.data)]
    around = _surroundings(tree.data)
    written = tree.data.get("rules")
    rules: list[Rule] = []
    for number, raw in enumerate(written if isinstance(written, list) else []):
        try:
            rules.append(_RULE.validate_python(raw, context=_within(around, raw)))
        except ValidationError as error:
            findings += _findings(tree, error, ("rules", number))
    header = dict(tree.data)
    # As models, which pydantic takes as they are: read a second time, each fault in a rule would be told twice.
    if isinstance(written, list):
        header["rules"] = rules
    try:
        return Mapping.model_validate(header), findings
    except ValidationError as error:
        return None, findings + list(_findings(tree, error, ()))


def _surroundings(data: dict[str, Any]) -> Surroundings:
    """Collect the names that rules may refer to, also from sections that have faults."""
    people = data.get("people")
    overrides = people.get("overrides") if isinstance(people, dict) else None
    return Surroundings(
        plans=_keys(data.get("plans")),
        calendars=_keys(data.get("calendars")) | {"default"},
        logins=frozenset(login.lower() for login in _keys(overrides)),
    )


def _keys(section: object) -> frozenset[str]:
    return frozenset(section) if isinstance(section, dict) else frozenset()


def _within(around: Surroundings, rule: object) -> Surroundings:
    kind = rule.get("on") if isinstance(rule, dict) else None
    return Surroundings(
        kind=kind if isinstance(kind, str) else None,
        plans=around.plans,
        calendars=around.calendars,
        logins=around.logins,
    )


def _findings(tree: Tree, error: ValidationError, prefix: Path) -> Iterator[Finding]:
    model = Mapping if not prefix else Rule
    for detail in error.errors(include_url=False, include_input=True):
        if detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]:
            continue  # too few are left without those that are refused already
        yield finding_at(tree, (*prefix, *detail["loc"]), message_of(detail, model))


def finding_at(tree: Tree, location: Path, message: str, severity: Severity = Severity.ERROR) -> Finding:
    """Name the place of something in the file, as far as the file has it."""
    path, mark = tree.mark.follow(location)
    return Finding(mark.line, _written(path), message, mark.column, severity)


def _written(path: Path) -> str:
    """Write a path as people do: rules[0].tasks[1].due."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
