"""What people type and what services answer, as odd as it comes: it may stop nothing but what it is about."""

from typing import Any

from local.simulators.odd_data import DECOMPOSED, HALF_PAIR, NO_DATES, field, rows
from tests.simulation.people import Doing, Json, People
from tests.simulation.planner_acts import delete_task
from tests.simulation.world import add_workspace

ODD_TEXTS = (HALF_PAIR, DECOMPOSED, "x" * 40_000, "a\x00b\x1b[31m", "\u00a0 Review \u2028", "😀" * 200)
FORGED = (
    "ref: 4500012345 pos. 10",
    "Pending\nref: workspace-9 package|legal-review",
    "-- do not edit below --",
)
"""Values that look like the bridge's own marks."""
WRONG: tuple[Any, ...] = (None, [], 7, "none", {"a": None})
"""What stands in a property of somebody's task that holds something else by the schema."""
NO_ROWS: tuple[Any, ...] = (None, {}, "row", 7)
PROPERTIES = ("appliedCategories", "assignments", "percentComplete", "dueDateTime", "createdBy", "bucketId")


def type_oddly(people: People) -> str | None:
    """Write something odd into an attribute that tasks follow from."""
    workspace = people.rng.choice(people.world.workspaces)
    path, values = people.rng.choice(
        (
            ("Contract.End Date", tuple(date[:19] for date in NO_DATES)),
            ("Contract.Approval", (*ODD_TEXTS, *FORGED)),
            ("Contract.Owner", ODD_TEXTS),
        )
    )
    value = people.rng.choice(values)
    people.world.content.set_attribute("pwilliams", workspace, path, value)
    people.note("attribute", "pwilliams", value=(workspace, path, value))
    people.hint(f"node-{workspace}")
    return f"{workspace} {path} {ascii(value)[:40]}"


def name_oddly(people: People) -> str | None:
    """Give a workspace an odd name."""
    workspace, name = people.rng.choice(people.world.workspaces), people.rng.choice((*ODD_TEXTS, *FORGED))
    name = f"{name}{workspace}"[-40_000:]
    people.world.content.rename("pwilliams", workspace, name)
    people.hint(f"node-{workspace}")
    return f"{workspace} {ascii(name)[:40]}"


def answer_oddly(people: People) -> str | None:
    """From now on let Planner answer something impossible about a task that a person made."""
    like = people.some_task()
    if like is None or "graph" in people.odd:
        return None
    login, name, value = people.anybody(), people.rng.choice(PROPERTIES), people.rng.choice(WRONG)
    task_id = people.world.graph.person_create_task(people.user(login), like["planId"], like["title"])
    people.note("made", login, task=task_id, value=dict(people.world.graph.tasks[task_id]))
    people.odd["graph"] = field(task_id, name, value)
    return f"{task_id} {name} {value}"


def list_oddly(people: People) -> str | None:
    """From now on let each list of OpenText hold a row that is none."""
    if "opentext" in people.odd:
        return None
    row = people.rng.choice(NO_ROWS)
    people.odd["opentext"] = rows(lambda found: [*found, row])
    return f"{row}"


def fill_checklist(people: People) -> str | None:
    """Fill a task's checklist to its last line."""
    task = people.some_task()
    if task is None:
        return None
    login, graph = people.anybody(), people.world.graph
    before = len(graph.details[task["id"]]["checklist"])
    for number in range(before, 20):
        graph.add_checklist_item(people.user(login), task["id"], f"Line {number}")
    people.note("filled", login, task=task["id"])
    return f"{task['id']} from {before}"


def copy(people: People) -> str | None:
    """Copy a task with all that its description says: the copy is its maker's."""
    task = people.some_task()
    return None if task is None else f"{_copied(people, task)} of {task['id']}"


def _copied(people: People, task: Json) -> str:
    login, graph = people.anybody(), people.world.graph
    task_id = graph.person_create_task(people.user(login), task["planId"], task["title"])
    graph.edit_description(people.user(login), task_id, graph.details[task["id"]]["description"])
    people.note("made", login, task=task_id, value=dict(graph.tasks[task_id]))
    return str(task_id)


def keep_a_copy(people: People) -> str | None:
    """Copy a task, and delete the task itself."""
    task = people.some_task()
    if task is None:
        return None
    made = _copied(people, task)
    delete_task(people, task)
    return f"{made} instead of {task['id']}"


def burst(people: People) -> str | None:
    """Make several contracts at once: all of them want a task of one title in one plan."""
    if len(people.world.workspaces) > 3 or not people.world.has_its_names:
        return None
    made = [add_workspace(people.world, len(people.world.workspaces) + 1) for _ in range(3)]
    for workspace in made:
        people.hint(f"node-{workspace}")
    return f"{made}"


ODD: tuple[tuple[int, Doing], ...] = (
    (4, type_oddly),
    (2, name_oddly),
    (2, answer_oddly),
    (2, list_oddly),
    (2, fill_checklist),
    (2, copy),
    (1, burst),
)
