"""Whether a condition holds for a scene: yes, no with the value that was read, or not known."""

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TypeAlias

from shared.mapping.evaluation.compare import judge_range, judge_value
from shared.mapping.evaluation.scope import Scene
from shared.mapping.evaluation.values import nearest
from shared.mapping.evaluation.verdict import YES, Gap, Verdict, all_of, any_of, no, not_known, opposite
from shared.mapping.language.conditions import Condition
from shared.mapping.language.text import folded
from shared.models.opentext import Part, Role
from shared.models.wanted import NameKind


def judge(condition: Condition | None, scene: Scene) -> Verdict:
    """Answer a condition. None asks for nothing."""
    return YES if condition is None else all_of(_parts(condition, scene))


def _parts(condition: Condition, scene: Scene) -> Iterator[Verdict]:
    for word in condition.asked:
        yield from _WORDS[word](condition, scene)


def _called(what: str, patterns: tuple[str, ...], names: tuple[str, ...]) -> Verdict:
    return YES if is_named(patterns, names) else no(f"{what} is {_listed(names)}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names) or "none"


def _type(patterns: tuple[str, ...], scene: Scene) -> Verdict:
    workspace = scene.workspace
    if workspace is None:
        return _without_workspace(scene, "workspace type")
    if is_named(patterns, (workspace.workspace_type,)):
        return YES
    name = patterns[0]
    if not workspace.workspace_type:
        return not_known(Gap(NameKind.WORKSPACE_TYPE, name, "the answer does not name the type of the workspace"))
    # Renamed is not another type: a "no" here would end every task of the rule.
    for pattern in patterns:
        if str(workspace.type_id) in scene.remembered.get((NameKind.WORKSPACE_TYPE, pattern), ()):
            now = workspace.workspace_type
            why = f"the workspace type {pattern!r} is now called {now!r}"
            return not_known(Gap(NameKind.WORKSPACE_TYPE, pattern, why, renamed_to=now))
    return no(f"the workspace type is {workspace.workspace_type!r}")


def _without_workspace(scene: Scene, asked: str) -> Verdict:
    if (gap := scene.workspace_gap()) is not None:
        return not_known(gap)
    return no(f"it lies in no workspace: there is no {asked}")


def _template(templates: tuple[int, ...], scene: Scene) -> Verdict:
    if scene.workspace is None:
        return _without_workspace(scene, "template")
    found = scene.workspace.template_id
    if found is None:
        name = ", ".join(map(str, templates))
        return not_known(Gap(NameKind.TEMPLATE, name, "the answer does not say from which template the workspace is"))
    return YES if found in templates else no(f"the template is {found}")


def _workspace(patterns: tuple[str, ...], scene: Scene) -> Verdict:
    if scene.workspace is None:
        return _without_workspace(scene, "name")
    return _called("the workspace", patterns, (scene.workspace.name,))


def _folder(folders: tuple[int, ...], scene: Scene) -> Verdict:
    node = scene.subject
    if node is None:
        return _without_workspace(scene, "folder")
    if node.parent_id is None:
        name = ", ".join(map(str, folders))
        return not_known(Gap(NameKind.FOLDER, name, "the answer does not say in which folder it lies"))
    return YES if node.parent_id in folders else no(f"the folder is {node.parent_id}")


def _map(wanted: tuple[int | str, ...], scene: Scene) -> Verdict:
    workflow = scene.workflow
    if workflow is None:
        return no("it is no workflow")
    names = tuple(one for one in wanted if isinstance(one, str))
    ids = tuple(one for one in wanted if isinstance(one, int))
    # One yes is enough: whoever names a map by its id need not be told its name.
    if workflow.map_id in ids or (workflow.map_name is not None and is_named(names, (workflow.map_name,))):
        return YES
    if (ids and workflow.map_id is None) or (names and workflow.map_name is None):
        asked = ", ".join(map(str, wanted))
        why = f"the server does not say from which map the workflow {workflow.name!r} was started"
        return not_known(Gap(NameKind.MAP, asked, why))
    for name in names:
        if str(workflow.map_id) in scene.remembered.get((NameKind.MAP, name), ()):
            why = f"the workflow map {name!r} is now called {workflow.map_name!r}"
            return not_known(Gap(NameKind.MAP, name, why, renamed_to=workflow.map_name))
    return no(f"the workflow map is {workflow.map_name or workflow.map_id!r}")


def _document_names(scene: Scene) -> tuple[str, ...]:
    if scene.missing is not None:
        return (scene.missing.name,)
    return tuple(document.name for document in scene.documents)


def _classification(patterns: tuple[str, ...], scene: Scene) -> Verdict:
    nodes = (*scene.documents, *((scene.workspace,) if scene.workspace is not None else ()))
    told = [node.classifications for node in nodes]
    names = tuple(name for classes in told for name in classes or ())
    # One that is told is enough, whatever can't be read besides.
    if is_named(patterns, names):
        return YES
    if None in told or not nodes:
        why = next(
            (node.not_known[Part.CLASSIFICATIONS] for node in nodes if Part.CLASSIFICATIONS in node.not_known), ""
        )
        text = f"classifications can't be read here{': ' if why else ''}{why}"
        return not_known(Gap(NameKind.CLASSIFICATION, patterns[0], text))
    there = {str(number): name for node in nodes for name, number in node.classification_ids.items()}
    for pattern in patterns:
        for number in sorted(there.keys() & scene.remembered.get((NameKind.CLASSIFICATION, pattern), frozenset())):
            why = f"the classification {pattern!r} is now called {there[number]!r}"
            return not_known(Gap(NameKind.CLASSIFICATION, pattern, why, renamed_to=there[number]))
    return no(f"the classification is {_listed(names)}")


def _role(name: str, scene: Scene, *, exists: bool) -> Verdict:
    role = find_role(name, scene)
    if isinstance(role, Gap):
        return not_known(role)
    if role is None:
        return _without_workspace(scene, "role")
    if bool(role.members) == exists:
        return YES
    return no(f"the role {name} has {'members' if role.members else 'no member'}")


def find_role(name: str, scene: Scene) -> Role | Gap | None:
    """Find a workspace role by its name; None: there is no workspace."""
    if scene.workspace is None:
        return scene.workspace_gap()
    if scene.workspace.roles is None:
        why = scene.workspace.not_known.get(Part.ROLES, "the server does not tell them")
        return Gap(NameKind.ROLE, name, f"the roles of the workspace can't be read: {why}")
    roles = {folded(role.name): role for role in scene.workspace.roles}
    if (role := roles.get(folded(name))) is not None:
        why = f"members of the role {name!r} can't be read: {role.not_known}"
        return role if role.not_known is None else Gap(NameKind.ROLE, name, why)
    # Not a no: the name may be misspelt, or the role be called otherwise by now, and a no would end tasks.
    near = nearest(name, roles)
    meant = f"; did you mean {near!r}?" if near is not None else f"; roles: {', '.join(roles) or 'none'}"
    return Gap(NameKind.ROLE, name, f"the workspace has no role {name!r}{meant}", nearest=near)


def is_named(patterns: Iterable[str], names: Iterable[str]) -> bool:
    """Tell whether any of the names is one of those that a condition names; "*" stands for any text."""
    return any(_fits(name, pattern) for name in names for pattern in patterns)


@lru_cache(maxsize=8192)
def _fits(name: str, pattern: str) -> bool:
    name, pattern = folded(name), folded(pattern)
    # Only "*" is special: names hold "[" and "?" as they like.
    return name == pattern or ("*" in pattern and fnmatchcase(name, pattern.replace("[", "[[]").replace("?", "[?]")))


def _attributes(condition: Condition, scene: Scene) -> Iterator[Verdict]:
    for name, test in condition.attributes.items():
        value = scene.values.find(name)
        yield not_known(value) if isinstance(value, Gap) else judge_value(name, test, value, scene)


def _roles(condition: Condition, scene: Scene) -> Iterator[Verdict]:
    for name, asked in condition.role.items():
        yield _role(name, scene, exists=asked.exists)


def _created(condition: Condition, scene: Scene) -> Iterator[Verdict]:
    if condition.created is not None:
        yield judge_range("created", condition.created, scene.created, scene)


def _any(condition: Condition, scene: Scene) -> Iterator[Verdict]:
    yield any_of(judge(one, scene) for one in condition.any)


def _not(condition: Condition, scene: Scene) -> Iterator[Verdict]:
    yield opposite(judge(condition.not_, scene), "what `not` excludes holds")


def _names(
    what: str, asked: Callable[[Condition], tuple[str, ...] | None], told: Callable[[Scene], tuple[str, ...]]
) -> "_Word":
    return lambda condition, scene: iter((_called(what, asked(condition) or (), told(scene)),))


_Word: TypeAlias = Callable[[Condition, Scene], Iterator[Verdict]]
_WORDS: dict[str, _Word] = {
    "workspace_type": lambda condition, scene: iter((_type(condition.workspace_type or (), scene),)),
    "template": lambda condition, scene: iter((_template(condition.template or (), scene),)),
    "workspace": lambda condition, scene: iter((_workspace(condition.workspace or (), scene),)),
    "folder": lambda condition, scene: iter((_folder(condition.folder or (), scene),)),
    "workflow": _names("the workflow", lambda c: c.workflow, lambda s: (s.workflow.name,) if s.workflow else ()),
    "map": lambda condition, scene: iter((_map(condition.map or (), scene),)),
    "step": _names("the step", lambda c: c.step, lambda s: (s.step.name,) if s.step else ()),
    "document": _names("the document", lambda c: c.document, _document_names),
    "classification": lambda condition, scene: iter((_classification(condition.classification or (), scene),)),
    "attributes": _attributes,
    "role": _roles,
    "created": _created,
    "any": _any,
    "not_": _not,
}
"""How each word of a condition is answered; the first no is the answer."""
