"""
What Planner takes in one task.

Source: https://learn.microsoft.com/office365/planner/planner-limits (of two published figures the lower)
"""

from collections.abc import Iterator

from shared.mapping.language.rules import Mapping, StepRule
from shared.mapping.language.tasks import KeyedTask, TaskSpec
from shared.mapping.language.yaml_tree import Path
from shared.models.text import utf16_length

CHECKLIST = 20
"""Lines of a task's checklist, outcomes included."""
ASSIGNEES = 20
"""Assignees of a task."""
REFERENCES = 10
"""References of a task."""


def over_limits(mapping: Mapping) -> Iterator[tuple[Path, str]]:
    """Yield each task that Planner will not take as it is written, with its path."""
    for number, rule in enumerate(mapping.rules):
        outcomes = len(rule.outcomes) if isinstance(rule, StepRule) else 0
        for place, spec in enumerate(rule.specs):
            path: Path = ("rules", number, *(("tasks", place) if isinstance(spec, KeyedTask) else ("task",)))
            for field, message in _over(spec, outcomes, mapping):
                yield (*path, field), message


def _over(spec: TaskSpec, outcomes: int, mapping: Mapping) -> Iterator[tuple[str, str]]:
    lines = len(spec.checklist) + outcomes
    if lines > CHECKLIST:
        yield "checklist", f"{lines} lines with the outcomes; Planner takes {CHECKLIST}: the task would be held"
    if len(spec.references or ()) > REFERENCES:
        yield "references", f"{len(spec.references or ())} references; Planner takes {REFERENCES}: the rest is left out"
    longest = mapping.limits.title
    # How long one with names in it is can only be told when it is filled in; it is cut then.
    if not spec.title.names and utf16_length(spec.title.source) > longest:
        yield "title", f"{utf16_length(spec.title.source)} characters; limits.title is {longest}: the rest is cut off"
    named = len(spec.assign.all) if spec.assign is not None else 0
    if named > ASSIGNEES:
        yield "assign", f"{named} entries; Planner takes {ASSIGNEES} assignees: the rest is left out"
