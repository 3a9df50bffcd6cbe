"""
What each condition of a rule came to: the value that was read, and the answer.

Each part is judged by the very code that decides, so an explanation can't differ from a decision. Pure.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from shared.mapping.evaluation.matching import judge
from shared.mapping.evaluation.scope import Scene
from shared.mapping.evaluation.verdict import Gap, Verdict
from shared.mapping.language.conditions import Bound, Condition, FromToday, Range, Test
from shared.models.explanation import ConditionAnswer

NOTHING = "nothing"
LONGEST = 120


def explain(condition: Condition | None, scene: Scene) -> tuple[ConditionAnswer, ...]:
    """Answer each part of a condition for itself, in the order in which they are asked. None asks for nothing."""
    return () if condition is None else tuple(_answers(condition, scene))


def _answers(condition: Condition, scene: Scene) -> Iterator[ConditionAnswer]:
    for word in condition.asked:
        if (asked := _ASKED.get(word)) is not None:
            yield from asked(condition, scene)
        else:
            yield _named(word, condition, scene)


def _attributes(condition: Condition, scene: Scene) -> Iterator[ConditionAnswer]:
    for name, test in condition.attributes.items():
        verdict = judge(Condition(attributes={name: test}), scene)
        yield _answer(f"{name} {_tested(test)}", _value(name, scene), verdict)


def _roles(condition: Condition, scene: Scene) -> Iterator[ConditionAnswer]:
    for name, role in condition.role.items():
        asked = f"role {name} {'has members' if role.exists else 'has no member'}"
        yield _answer(asked, _members(name, scene), judge(Condition(role={name: role}), scene))


def _any(condition: Condition, scene: Scene) -> Iterator[ConditionAnswer]:
    parts = [_whole(one, scene) for one in condition.any]
    yield _answer("any of these", "", judge(Condition(any=condition.any), scene), parts)


def _not(condition: Condition, scene: Scene) -> Iterator[ConditionAnswer]:
    verdict = judge(Condition(not_=condition.not_), scene)
    yield _answer("not all of this", "", verdict, explain(condition.not_, scene))


def _created(condition: Condition, scene: Scene) -> Iterator[ConditionAnswer]:
    if condition.created is not None:
        verdict = judge(Condition(created=condition.created), scene)
        yield _answer(f"created {_between(condition.created)}", _moment(scene.created), verdict)


_ASKED: dict[str, Callable[[Condition, Scene], Iterator[ConditionAnswer]]] = {
    "attributes": _attributes,
    "role": _roles,
    "any": _any,
    "not_": _not,
    "created": _created,
}


def _named(word: str, condition: Condition, scene: Scene) -> ConditionAnswer:
    wanted = getattr(condition, word)
    verdict = judge(Condition.model_validate({word: wanted}), scene)
    asked = f"{word.replace('_', ' ')} is {_either(wanted)}"
    return _answer(asked, _READ[word](scene), verdict)


def _whole(condition: Condition, scene: Scene) -> ConditionAnswer:
    """Answer one of several: a single part stands for itself."""
    parts = explain(condition, scene)
    return parts[0] if len(parts) == 1 else _answer("all of this", "", judge(condition, scene), parts)


def _answer(asked: str, read: str, verdict: Verdict, parts: Iterable[ConditionAnswer] = ()) -> ConditionAnswer:
    gap = verdict.gaps[0] if verdict.gaps else None
    return ConditionAnswer(
        asked=asked,
        holds=verdict.holds,
        read=read,
        why="" if gap is None else "; ".join(dict.fromkeys(one.why for one in verdict.gaps)),
        nearest=None if gap is None else gap.nearest,
        renamed_to=None if gap is None else gap.renamed_to,
        parts=tuple(parts),
    )


def _tested(test: Test) -> str:
    told = [
        "" if test.exists is None else ("has a value" if test.exists else "is empty"),
        "" if test.is_ is None else f"is {_either(test.is_)}",
        "" if test.not_ is None else f"is not {_either(test.not_)}",
        "" if test.min is None and test.max is None else f"is {_between(test)}",
    ]
    return ", ".join(one for one in told if one)


def _between(asked: Range) -> str:
    bounds = [("at least", asked.min), ("at most", asked.max)]
    return ", ".join(f"{word} {_bound(bound)}" for word, bound in bounds if bound is not None)


def _bound(bound: Bound) -> str:
    if not isinstance(bound, FromToday):
        return str(bound)
    if isinstance(bound.today, int):
        return "today" if bound.today == 0 else f"today {bound.today:+d} days"
    told = bound.today.model_dump(exclude_defaults=True)
    return "today " + " ".join(f"{number:+d} {unit}" for unit, number in told.items())


def _either(values: Iterable[object]) -> str:
    return " or ".join(map(str, values))


def _value(name: str, scene: Scene) -> str:
    value = scene.values.find(name)
    return "" if isinstance(value, Gap) else _listed(value.parts, "empty")


def _members(name: str, scene: Scene) -> str:
    roles = (scene.workspace.roles or ()) if scene.workspace is not None else ()
    role = next((one for one in roles if one.name.casefold() == name.casefold()), None)
    return "" if role is None else _listed((one.name or one.login for one in role.members), "no member")


def _listed(values: Iterable[object], none: str = NOTHING) -> str:
    text = ", ".join(map(str, values)) or none
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def _of_workspace(name: str) -> Callable[[Scene], str]:
    def read(scene: Scene) -> str:
        value = getattr(scene.workspace, name, None)
        return "" if value in (None, "") else str(value)

    return read


def _map(scene: Scene) -> str:
    flow = scene.workflow
    if flow is None or flow.map_name is None:
        return "" if flow is None or flow.map_id is None else str(flow.map_id)
    return flow.map_name if flow.map_id is None else f"{flow.map_name} ({flow.map_id})"


def _folder(scene: Scene) -> str:
    return "" if scene.subject is None or scene.subject.parent_id is None else str(scene.subject.parent_id)


def _documents(scene: Scene) -> str:
    if scene.missing is not None:
        return scene.missing.name
    return _listed(document.name for document in scene.documents)


def _classes(scene: Scene) -> str:
    nodes = (*scene.documents, *((scene.workspace,) if scene.workspace is not None else ()))
    return _listed(dict.fromkeys(name for node in nodes for name in node.classifications or ()))


_READ: dict[str, Callable[[Scene], str]] = {
    "workspace_type": _of_workspace("workspace_type"),
    "template": _of_workspace("template_id"),
    "workspace": _of_workspace("name"),
    "folder": _folder,
    "workflow": lambda scene: "" if scene.workflow is None else scene.workflow.name,
    "map": _map,
    "step": lambda scene: "" if scene.step is None else scene.step.name,
    "document": _documents,
    "classification": _classes,
}
"""What was read for each word that is compared as text; empty: it was not told."""
