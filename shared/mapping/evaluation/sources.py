"""Where a mapping's origins come from: which workspace types and workflows its rules name. Pure."""

from collections.abc import Iterable, Sequence

from shared.mapping.evaluation.matching import is_named
from shared.mapping.language.rules import BaseRule


def exact_types(rules: Sequence[BaseRule]) -> tuple[str, ...] | None:
    """Name the workspace types that rules apply to; None: some rule applies to types that only the server can list."""
    named = [rule.when.workspace_type for rule in rules]
    if any(names is None or any("*" in name for name in names) for names in named):
        return None
    return tuple(sorted({name for names in named for name in names or ()}))


def named_folders(rules: Iterable[BaseRule]) -> tuple[int, ...]:
    """List the folders that rules look for documents in."""
    return tuple(sorted({folder for rule in rules for folder in rule.when.folder or ()}))


def is_type_mapped(rules: Iterable[BaseRule], name: str) -> bool:
    """Tell whether any rule applies to workspaces of a type."""
    return any(rule.when.workspace_type is None or is_named(rule.when.workspace_type, (name,)) for rule in rules)


def is_workflow_mapped(rules: Iterable[BaseRule], name: str) -> bool:
    """Tell whether any rule applies to workflows of a name; "" is a name that was not told."""
    # A name that was not told may be any: passed over, the workflow would be looked at by nobody.
    return name == "" or any(rule.when.workflow is None or is_named(rule.when.workflow, (name,)) for rule in rules)
