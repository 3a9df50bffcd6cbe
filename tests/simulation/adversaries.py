"""
People who try to bend an approval: they tick, clear, rewrite, assign and complete what is not theirs to decide.

They act like everybody else at any moment, and besides at the worst ones: between a reviewer's tick and completion, and
between the completion and the bridge's read.
"""

from tests.simulation.people import OUTCOMES, Doing, Json, People, is_approval, is_open
from tests.simulation.planner_acts import complete, touch

STRANGERS = ("lwhite", "nkaur", "pwilliams")
"""Members of the plan; of an approver's step none of them may decide."""
_LINE = "#microsoft.graph.plannerChecklistItem"


def _approval(people: People, *, open_only: bool = False) -> Json | None:
    task = people.some_task(lambda task: is_approval(task) and (is_open(task) or not open_only))
    return task if task is not None and people.world.graph.details[task["id"]]["checklist"] else None


def tick_for_them(people: People) -> str | None:
    """Tick an outcome, or clear it, in the reviewer's place."""
    if (task := _approval(people)) is None:
        return None
    who, title = people.rng.choice(STRANGERS), people.rng.choice(("Approve", "Reject"))
    touch(people, who, task["id"], title, checked=people.rng.random() < 0.6)
    return f"{who} {task['id']} {title}"


def swap_lines(people: People) -> str | None:
    """Let the line of one outcome read like the other's."""
    if (task := _approval(people, open_only=True)) is None:
        return None
    who, graph = people.rng.choice(STRANGERS), people.world.graph
    keys = {name: graph.checklist_key(task["id"], name) for name in OUTCOMES}
    for name, title in zip(OUTCOMES, reversed(OUTCOMES), strict=True):
        rewrite(people, who, task["id"], keys[name], reads=title)
    return f"{who} {task['id']}"


def rewrite(people: People, who: str, task_id: str, line: str, *, reads: str) -> None:
    """Let a line, named by its text or its key, read otherwise."""
    graph = people.world.graph
    key = graph.checklist_key(task_id, line)
    changed = {key: {"@odata.type": _LINE, "title": reads}}
    graph.person_patch_details(people.user(who), task_id, checklist=changed)
    people.note("rewrote", who, task=task_id, value=reads)


def join_in(people: People) -> str | None:
    """Make oneself, or a friend, an assignee: beside the performer or in the performer's place."""
    if (task := _approval(people, open_only=True)) is None:
        return None
    who, friend = people.rng.choice(STRANGERS), people.user(people.rng.choice(STRANGERS))
    before = set(task["assignments"])
    if people.user(who) in before:
        return None
    wanted = {friend, *before} if people.rng.random() < 0.5 else {friend}
    people.world.graph.reassign(people.user(who), task["id"], sorted(wanted))
    people.note("bent", who, task=task["id"], field="assignees", value=(wanted - before, before - wanted))
    return f"{who} {task['id']}"


def complete_for_them(people: People) -> str | None:
    """Tick and complete in the reviewer's place."""
    if (task := _approval(people, open_only=True)) is None:
        return None
    who = people.rng.choice(STRANGERS)
    touch(people, who, task["id"], people.rng.choice(("Approve", "Reject")), checked=True)
    complete(people, who, task["id"])
    return f"{who} {task['id']}"


def start_again(people: People) -> str | None:
    """Complete what the reviewer decided and took back, or take the reviewer's completion back."""
    if (task := _approval(people)) is None:
        return None
    who = people.rng.choice(STRANGERS)
    if is_open(task):
        complete(people, who, task["id"])
    else:
        people.world.graph.reopen(people.user(who), task["id"])
        people.note("reopened", who, task=task["id"])
    return f"{who} {task['id']}"


ADVERSARIES: tuple[tuple[int, Doing], ...] = (
    (4, tick_for_them),
    (2, swap_lines),
    (3, join_in),
    (2, complete_for_them),
    (2, start_again),
)
