"""What is to be said of a name, and how it is said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.mapping.evaluation.matching import is_named
from shared.mapping.language.load import Severity
from shared.mapping.language.rules import BaseRule
from shared.mapping.language.vocabulary import did_you_mean
from shared.mapping.language.yaml_tree import Path
from shared.models.opentext import Workspace
from shared.models.workflow import Workflow
from shared.operations.live.landscape import Landscape

SHOWN = 12
"""So many names are listed; the nearest one is told in any case."""


@dataclass(frozen=True)
class Remark:
    """Something about a place of the file."""

    severity: Severity
    path: Path
    message: str


def wrong(path: Path, message: str) -> Remark:
    """Say that it can't work."""
    return Remark(Severity.ERROR, path, message)


def doubt(path: Path, message: str) -> Remark:
    """Say that it is probably not meant."""
    return Remark(Severity.WARNING, path, message)


def note(path: Path, message: str) -> Remark:
    """Say what is good to know, or what nobody can say."""
    return Remark(Severity.NOTE, path, message)


def among(name: str, known: Iterable[str], what: str) -> str:
    """Name the nearest of what there is, and list it."""
    names = sorted(set(known))
    more = f", … ({len(names)})" if len(names) > SHOWN else ""
    return f"{did_you_mean(name, names)}; {what}: {', '.join(names[:SHOWN]) or 'none'}{more}"


def spaces_of(rule: BaseRule | None, found: Landscape) -> list[Workspace]:
    """Return the sampled workspaces that a rule may concern."""
    asked = rule.when.workspace_type if rule is not None else None
    return [one for one in found.workspaces if asked is None or is_named(asked, (one.workspace_type,))]


def is_about_spaces(rule: BaseRule | None) -> bool:
    """Tell whether a rule says which workspaces it concerns: workflows and documents may lie in any kind."""
    return rule is not None and (rule.on in ("workspace", "missing_document") or rule.when.workspace_type is not None)


def workflows_of(rule: BaseRule, found: Landscape) -> Iterator[Workflow]:
    """Yield the sampled workflows that a rule may concern: by title, and by map where that is known."""
    titles, maps = rule.when.workflow, rule.when.map
    for one in found.workflows:
        ids = maps is None or one.map_id in maps
        by_name = one.map_name is not None and is_named([str(name) for name in maps or ()], (one.map_name,))
        if (titles is None or is_named(titles, (one.name,))) and (ids or by_name):
            yield one


def types_shown(spaces: Iterable[Workspace]) -> str:
    """List the types of workspaces for people."""
    return ", ".join(repr(name) for name in sorted({one.workspace_type for one in spaces}))
