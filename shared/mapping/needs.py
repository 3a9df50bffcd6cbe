"""Which optional parts of an origin a mapping asks for: each costs calls."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.mapping.conditions import Condition
from shared.mapping.fields import ATTRIBUTE, Who
from shared.mapping.moments import Date
from shared.mapping.rules import (
    BaseRule,
    DocumentRule,
    EvidenceSpec,
    Mapping,
    MissingDocumentRule,
    StepRule,
    WorkspaceRule,
)
from shared.mapping.tasks import TaskSpec, WorkspacePlan, parts
from shared.models.keys import OriginKind
from shared.models.opentext import Needs

_RULES: dict[OriginKind, tuple[type[BaseRule], ...]] = {
    OriginKind.WORKSPACE: (WorkspaceRule, MissingDocumentRule),
    OriginKind.WORKFLOW: (StepRule,),
    OriginKind.DOCUMENT: (DocumentRule,),
    OriginKind.NODE: (),
}
_IN_WORKSPACE = ("workspace", "attributes", "links.workspace")


def rules_for(mapping: Mapping, kind: OriginKind) -> tuple[BaseRule, ...]:
    """Return the rules that concern origins of a kind, in order."""
    return tuple(rule for rule in mapping.rules if isinstance(rule, _RULES[kind]))


@dataclass(frozen=True)
class _Uses:
    """What one rule mentions, as words."""

    roles: bool
    attributes: bool
    workspace: bool
    lines: frozenset[str]
    names: frozenset[str]
    classification: bool


def needs(mapping: Mapping, kind: OriginKind) -> Needs:
    """Tell what has to be read of an origin of this kind."""
    rules = rules_for(mapping, kind)
    uses = [_uses(rule) for rule in rules]
    attributes = any(use.attributes for use in uses)
    roles = any(use.roles for use in uses)
    return Needs(
        roles=roles,
        attributes=attributes,
        workspace=kind is not OriginKind.WORKSPACE and (roles or attributes or any(use.workspace for use in uses)),
        records=any(_mentions(use, "rm_status") for use in uses),
        holds=any(_mentions(use, "holds") for use in uses),
        classifications=any(use.classification or _mentions(use, "classification") for use in uses),
        missing_documents=any(isinstance(rule, MissingDocumentRule) for rule in rules),
    )


def _mentions(use: _Uses, word: str) -> bool:
    return word in use.lines or any(name.partition(".")[2].startswith(word) for name in use.names)


def _uses(rule: BaseRule) -> _Uses:
    inside = list(parts(rule))
    people = [part for part in inside if isinstance(part, Who)]
    conditions = [part for part in inside if isinstance(part, Condition)]
    lines = frozenset(line for lines in _contexts(rule) for line in lines)
    loops = (
        {f"document.{word}" for word in ("rm_status", "holds", "classifications")} if "documents" in rule.names else ()
    )
    return _Uses(
        roles=any(who.kind == "role" for who in people),
        attributes=any(
            (
                "attributes" in rule.names,
                any(who.kind == "attribute" for who in people),
                any(condition.attributes for condition in conditions),
                any(line.startswith(ATTRIBUTE) for line in lines),
                any(_from_attribute(part) for part in inside),
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
    )


def _contexts(rule: BaseRule) -> Iterator[tuple[str, ...]]:
    yield rule.context
    yield from (spec.context for spec in rule.specs if spec.context is not None)


def _from_attribute(part: object) -> bool:
    if isinstance(part, EvidenceSpec):
        return isinstance(part.folder, str)
    return isinstance(part, Date) and (part.from_ or "").startswith(ATTRIBUTE)


def _names_workspace(condition: Condition) -> bool:
    return any(value is not None for value in (condition.workspace_type, condition.template, condition.workspace))


def _links_workspace(spec: TaskSpec) -> bool:
    return any(reference.link == "workspace" for reference in spec.references or ())
