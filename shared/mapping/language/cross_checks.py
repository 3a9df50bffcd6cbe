"""
Checks over several places of a file: names that stand twice, dependencies that lead nowhere.

They look at the plain data, so that they find what they look for also in a file with other faults.
"""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeAlias

from shared.mapping.language.task_parts import slug
from shared.mapping.language.vocabulary import DONE, did_you_mean
from shared.mapping.language.yaml_tree import Path

Found: TypeAlias = tuple[Path, str]


def cross_checks(data: dict[str, Any]) -> Iterator[Found]:
    """Yield each problem with the path at which it stands."""
    yield from _twice(data, ("rules", "*", "id"), "rule id")
    for path, rule in select(data, ("rules", "*")):
        yield from _within(path, _twice(rule, ("tasks", "*", "key"), "task key"))
        yield from _within(path, _dependencies(rule))
        for task, spec in (*select(rule, ("tasks", "*")), *select(rule, ("task",))):
            yield from _within((*path, *task), _lines_twice(spec))
        yield from _within(path, _outcome_titles(rule))
    yield from _heads(data)


def select(data: object, pattern: tuple[str, ...], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield what stands at `pattern` with its path; "*" is every element of a list."""
    if not pattern:
        yield path, data
    elif pattern[0] == "*" and isinstance(data, list):
        for number, element in enumerate(data):
            yield from select(element, pattern[1:], (*path, number))
    elif isinstance(data, dict) and pattern[0] in data:
        yield from select(data[pattern[0]], pattern[1:], (*path, pattern[0]))


def _within(prefix: Path, found: Iterator[Found]) -> Iterator[Found]:
    for path, message in found:
        yield (*prefix, *path), message


def _twice(data: object, pattern: tuple[str, ...], what: str) -> Iterator[Found]:
    seen: set[str] = set()
    for path, value in select(data, pattern):
        if isinstance(value, str) and value in seen:
            yield path, f"the {what} {value!r} stands twice"
        elif isinstance(value, str):
            seen.add(value)


def _lines_twice(spec: object) -> Iterator[Found]:
    seen: set[str] = set()
    for path, line in select(spec, ("checklist", "*")):
        key = slug(line) if isinstance(line, str) else line.get("key") if isinstance(line, dict) else None
        if isinstance(key, str) and key in seen:
            yield path, f"the checklist key {key!r} stands twice: give the lines keys of their own"
        elif isinstance(key, str):
            seen.add(key)


def _outcome_titles(rule: object) -> Iterator[Found]:
    outcomes = rule.get("outcomes") if isinstance(rule, dict) else None
    titles = [_line_of(key, written) for key, written in outcomes.items()] if isinstance(outcomes, dict) else []
    if len(titles) != len(set(titles)):
        yield ("outcomes",), "two outcomes have the same checklist line"


def _line_of(key: str, written: object) -> str:
    return str(written.get("title") or key) if isinstance(written, dict) else str(written)


def _heads(data: dict[str, Any]) -> Iterator[Found]:
    """The head of a history changes with it: a condition on it would make history of its own."""
    heads = {name for _, name in select(data, ("rules", "*", "evidence", "head_attribute")) if isinstance(name, str)}
    for condition in ("when", "pause"):
        for path, attributes in select(data, ("rules", "*", condition, "attributes")):
            for name in attributes if isinstance(attributes, dict) else ():
                if name in heads:
                    yield (*path, name), f"{name!r} holds the head of the history: nothing can depend on it"


def _dependencies(rule: object) -> Iterator[Found]:
    """Check that what tasks depend on exists, does not recur, and leads back to none of them."""
    tasks = {
        task["key"]: (path, task)
        for path, task in select(rule, ("tasks", "*"))
        if isinstance(task, dict) and isinstance(task.get("key"), str)
    }
    graph: dict[str, set[str]] = {}
    for key, (path, task) in tasks.items():
        wanted = task.get("depends_on") or []
        listed = wanted if isinstance(wanted, list) else [wanted]
        names = [name for name in listed if isinstance(name, str)]
        graph[key] = {name for name in names if name in tasks}
        for name in names:
            if problem := _dependency(name, tasks):
                yield (*path, "depends_on"), problem
        for place, name in _counted_from(task):
            if name not in tasks or name == key:
                near = did_you_mean(name, tasks)
                yield (*path, place, "from"), f"no other task has the key {name!r}{near}; keys: {', '.join(tasks)}"
            elif tasks[name][1].get("for_each"):
                yield (*path, place, "from"), f"{name!r} is a task for each row: no date can be counted from it"
    yield from _cycle(graph, tasks)


def _counted_from(task: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the tasks from whose completion a date of this one is counted."""
    for place in ("due", "start", "appears"):
        start = task[place].get("from") if isinstance(task.get(place), dict) else None
        if isinstance(start, str) and start.startswith(DONE):
            yield place, start.removeprefix(DONE)


def _dependency(name: str, tasks: dict[str, tuple[Path, Any]]) -> str | None:
    if name not in tasks:
        return f"no task has the key {name!r}{did_you_mean(name, tasks)}; keys: {', '.join(tasks)}"
    due = tasks[name][1].get("due")
    if isinstance(due, dict) and due.get("repeat"):
        return f"{name!r} recurs: nothing can depend on it"
    if tasks[name][1].get("for_each"):
        return f"{name!r} is a task for each row: nothing can depend on it"
    return None


def _cycle(graph: dict[str, set[str]], tasks: dict[str, tuple[Path, Any]]) -> Iterator[Found]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        path = tasks[circle[0]][0]
        yield (*path, "depends_on"), f"these wait for each other: {' → '.join(circle)}"
