"""Which ids the names of a mapping have on an origin: what is remembered of them tells a renaming later."""

from collections.abc import Iterator

from shared.mapping.evaluation.matching import is_named
from shared.mapping.evaluation.needs import rules_for
from shared.mapping.language.conditions import Condition
from shared.mapping.language.rules import BaseRule, Mapping
from shared.models.origin import Origin
from shared.models.wanted import NameKind


def names_of(mapping: Mapping, origin: Origin) -> frozenset[tuple[NameKind, str, str]]:
    """Return kind, name and id of everything that rules name and this origin has."""
    rules = rules_for(mapping, origin.kind)
    found = (_attributes, _types, _maps, _classes)
    return frozenset(one for find in found for one in find(rules, origin))


def _attributes(rules: tuple[BaseRule, ...], origin: Origin) -> Iterator[tuple[NameKind, str, str]]:
    used = frozenset(name for rule in rules for name in rule.attributes)
    nodes = (*origin.documents, *((origin.workspace,) if origin.workspace is not None else ()))
    for one in (one for node in nodes for one in node.definitions):
        if one.name in used:
            yield NameKind.ATTRIBUTE, one.name, one.key


def _types(rules: tuple[BaseRule, ...], origin: Origin) -> Iterator[tuple[NameKind, str, str]]:
    workspace = origin.workspace
    if workspace is None or workspace.type_id is None:
        return
    for condition in _conditions(rules):
        for pattern in condition.workspace_type or ():
            if is_named((pattern,), (workspace.workspace_type,)):
                yield NameKind.WORKSPACE_TYPE, pattern, str(workspace.type_id)


def _maps(rules: tuple[BaseRule, ...], origin: Origin) -> Iterator[tuple[NameKind, str, str]]:
    workflow = origin.workflow
    if workflow is None or workflow.map_id is None or workflow.map_name is None:
        return
    for condition in _conditions(rules):
        for pattern in condition.map or ():
            if isinstance(pattern, str) and is_named((pattern,), (workflow.map_name,)):
                yield NameKind.MAP, pattern, str(workflow.map_id)


def _classes(rules: tuple[BaseRule, ...], origin: Origin) -> Iterator[tuple[NameKind, str, str]]:
    nodes = (*origin.documents, *((origin.workspace,) if origin.workspace is not None else ()))
    there = [(name, number) for node in nodes for name, number in node.classification_ids.items()]
    for condition in _conditions(rules):
        for pattern in condition.classification or ():
            yield from (
                (NameKind.CLASSIFICATION, pattern, str(number))
                for name, number in there
                if is_named((pattern,), (name,))
            )


def _conditions(rules: tuple[BaseRule, ...]) -> Iterator[Condition]:
    return (condition for rule in rules for condition in rule.conditions)
