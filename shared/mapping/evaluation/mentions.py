"""What one rule mentions, as words: it decides what has to be read for it."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.mapping.language.choices import By
from shared.mapping.language.conditions import Condition
from shared.mapping.language.date_specs import After, Date
from shared.mapping.language.for_each import ForEach
from shared.mapping.language.rules import BaseRule
from shared.mapping.language.scalars import ATTRIBUTE, Who
from shared.mapping.language.task_parts import WorkspacePlan, parts
from shared.mapping.language.tasks import TaskSpec

_IN_WORKSPACE = ("workspace", "attributes", "links.workspace")


@dataclass(frozen=True)
class Uses:
    """What one rule mentions."""

    roles: bool
    attributes: bool
    workspace: bool
    lines: frozenset[str]
    names: frozenset[str]
    classification: bool
    map: bool
    movement: bool

    def mentions(self, word: str) -> bool:
        """Tell whether a context line or a template names a word."""
        return word in self.lines or any(name.partition(".")[2].startswith(word) for name in self.names)


def uses_of(rule: BaseRule) -> Uses:
    """Collect what a rule mentions anywhere."""
    inside = list(parts(rule))
    people = [part for part in inside if isinstance(part, Who)]
    conditions = [part for part in inside if isinstance(part, Condition)]
    lines = frozenset(line for lines in _contexts(rule) for line in lines)
    # A loop over documents names its variable as it likes, so it may show whatever a document has.
    loops = (
        {f"document.{word}" for word in ("rm_status", "holds", "classifications")} if "documents" in rule.names else ()
    )
    return Uses(
        roles=any(who.kind == "role" for who in people) or any(condition.role for condition in conditions),
        attributes=any(
            (
                "attributes" in rule.names,
                any(who.kind == "attribute" for who in people),
                any(condition.attributes for condition in conditions),
                any(line.startswith(ATTRIBUTE) for line in lines),
                any(_from_attribute(part) or isinstance(part, By) for part in inside),
                any(isinstance(part, ForEach) for part in inside),
                rule.evidence is not None and isinstance(rule.evidence.folder, str),
            )
        ),
        workspace=any(name in rule.names for name in _IN_WORKSPACE)
        or "workspace" in lines
        or any(isinstance(part, WorkspacePlan) for part in inside)
        or any(_names_workspace(condition) for condition in conditions)
        or any(isinstance(part, TaskSpec) and _links_workspace(part) for part in inside)
        or rule.evidence is not None,
        lines=lines,
        names=rule.names | frozenset(loops),
        classification=any(condition.classification for condition in conditions),
        map=any(condition.map for condition in conditions),
        movement=any(_is_of_movement(part) for part in inside) or any(".modified" in name for name in rule.names),
    )


def _contexts(rule: BaseRule) -> Iterator[tuple[str, ...]]:
    yield rule.context
    yield from (spec.context for spec in rule.specs if spec.context is not None)


def _from_attribute(part: object) -> bool:
    return isinstance(part, Date) and (part.from_ or "").startswith(ATTRIBUTE)


def _is_of_movement(part: object) -> bool:
    return isinstance(part, Date | After) and part.from_ in ("modified", "moved")


def _names_workspace(condition: Condition) -> bool:
    return any(value is not None for value in (condition.workspace_type, condition.template, condition.workspace))


def _links_workspace(spec: TaskSpec) -> bool:
    return any(reference.link == "workspace" for reference in spec.references or ())
