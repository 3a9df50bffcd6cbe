"""Whether a condition holds for a scene."""

from collections.abc import Iterable
from datetime import date, datetime
from fnmatch import fnmatchcase

from shared.mapping.evaluation.scope import Scene
from shared.mapping.language.conditions import Bound, Condition, Test
from shared.models.opentext import AttributeValue, Scalar


def matches(condition: Condition | None, scene: Scene) -> bool:
    """Tell whether all that a condition names holds. None asks for nothing."""
    if condition is None:
        return True
    return (
        all(is_named(texts, names) for texts, names in _names(condition, scene) if texts is not None)
        and _template_matches(condition, scene)
        and all(passes(test, scene.attributes.get(name)) for name, test in condition.attributes.items())
    )


def _names(condition: Condition, scene: Scene) -> Iterable[tuple[tuple[str, ...] | None, Iterable[str]]]:
    workspace, workflow, step = scene.workspace, scene.workflow, scene.step
    yield condition.workspace_type, (workspace.workspace_type,) if workspace is not None else ()
    yield condition.workspace, (workspace.name,) if workspace is not None else ()
    yield condition.workflow, (workflow.name,) if workflow is not None else ()
    yield condition.step, (step.name,) if step is not None else ()
    yield condition.document, _document_names(scene)
    yield condition.classification, _classifications(scene)


def _document_names(scene: Scene) -> tuple[str, ...]:
    if scene.missing is not None:
        return (scene.missing.name,)
    return tuple(document.name for document in scene.documents)


def _classifications(scene: Scene) -> tuple[str, ...]:
    nodes = (*scene.documents, *((scene.workspace,) if scene.workspace is not None else ()))
    return tuple(name for node in nodes for name in node.classifications or ())


def is_named(patterns: Iterable[str], names: Iterable[str]) -> bool:
    """Tell whether any of the names is one of those that a condition names; "*" stands for any text."""
    return any(name == pattern or _globs(name, pattern) for name in names for pattern in patterns)


def _globs(name: str, pattern: str) -> bool:
    # Only "*" is special: names hold "[" and "?" as they like.
    return "*" in pattern and fnmatchcase(name, pattern.replace("[", "[[]").replace("?", "[?]"))


def _template_matches(condition: Condition, scene: Scene) -> bool:
    if condition.template is None:
        return True
    return scene.workspace is not None and scene.workspace.template_id in condition.template


def passes(test: Test, value: AttributeValue) -> bool:
    """Tell whether an attribute's value passes a test; of several values one is enough. None: empty."""
    values = value if isinstance(value, tuple) else (() if value is None or value == "" else (value,))
    return (
        (test.exists is None or test.exists == bool(values))
        and (test.not_ is None or not _any_equal(values, test.not_))
        and (test.is_ is None or _any_equal(values, test.is_))
        and ((test.min is None and test.max is None) or any(_between(one, test) for one in values))
    )


def _any_equal(values: Iterable[Scalar], wanted: Iterable[Scalar]) -> bool:
    return any(_text(one) == _text(other) for one in values for other in wanted)


def _text(value: Scalar) -> str:
    """Make values comparable whatever type Content Server sent them in: 5, 5.0 and "5"; true and "true"."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.lower() if isinstance(value, str) and value.lower() in ("true", "false") else str(value)


def _between(value: Scalar, test: Test) -> bool:
    return (test.min is None or _compare(value, test.min) >= 0) and (test.max is None or _compare(value, test.max) <= 0)


def _compare(value: Scalar, bound: Bound) -> float:
    """Order as numbers if both are, as dates if both are, as text otherwise."""
    for read in (_number, _day):
        left, right = read(value), read(bound)
        if left is not None and right is not None:
            return (left > right) - (left < right)
    left_text, right_text = str(value), str(bound)
    return (left_text > right_text) - (left_text < right_text)


def _number(value: Bound) -> float | None:
    try:
        return float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None


def _day(value: Bound) -> float | None:
    if isinstance(value, date):
        return float(value.toordinal())
    try:
        return float(datetime.fromisoformat(value).toordinal()) if isinstance(value, str) else None
    except ValueError:
        return None
