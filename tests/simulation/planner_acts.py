"""What people do in Planner."""

from datetime import timedelta

from shared.decisions.description_block import TOP
from tests.simulation.looking import links
from tests.simulation.people import Doing, Json, People, is_approval, is_open, shown_versions, ticked

STRAY = "A person's own line"


def decide(people: People) -> str | None:
    """Choose an outcome and complete: mostly as it should be done, sometimes not."""
    task = people.some_task(lambda task: is_approval(task) and is_open(task))
    if task is None or not people.world.graph.details[task["id"]]["checklist"]:
        return None
    login = people.rng.choices(("dfoxhoven", "deputy", "nkaur"), (6, 2, 1))[0]
    wanted = people.rng.choices((("Approve",), ("Reject",), (), ("Approve", "Reject")), (5, 5, 1, 1))[0]
    steps = [lambda: _tick(people, login, task["id"], wanted), lambda: complete(people, login, task["id"])]
    if people.rng.random() < 0.2:
        steps.reverse()
    for step in steps:
        step()
        people.meanwhile()
    return f"{login} {task['id']} {'+'.join(wanted) or 'nothing'}"


def _tick(people: People, login: str, task_id: str, wanted: tuple[str, ...]) -> None:
    for title in ("Approve", "Reject"):
        if (title in wanted) != (title in ticked(people.world, task_id)):
            touch(people, login, task_id, title, checked=title in wanted)
    people.note("ticked", login, task=task_id, value=ticked(people.world, task_id))


def touch(people: People, login: str, task_id: str, title: str, *, checked: bool) -> None:
    """Tick the line that reads so, or clear it, and remember what the task showed then."""
    people.world.graph.tick(people.user(login), task_id, title, checked=checked)
    shown = shown_versions(people.world, task_id)
    people.note("touched", login, task=task_id, field=title, value=(checked, shown))


def complete(people: People, login: str, task_id: str) -> None:
    """Complete a task, and remember what it showed then."""
    shown = shown_versions(people.world, task_id)
    people.world.graph.complete(people.user(login), task_id)
    people.note("completed", login, task=task_id, value=shown)
    people.note("ticked", login, task=task_id, value=ticked(people.world, task_id))


def finish(people: People) -> str | None:
    """Complete any other task."""
    task = people.some_task(lambda task: not is_approval(task) and is_open(task))
    if task is None:
        return None
    login = people.rng.choices(("pwilliams", "nkaur", "lwhite"), (4, 2, 2))[0]
    complete(people, login, task["id"])
    return f"{login} {task['id']} {task['title']}"


def reopen(people: People) -> str | None:
    """Take a completion back."""
    task = people.some_task(lambda task: not is_open(task))
    if task is None:
        return None
    login = people.anybody()
    people.world.graph.reopen(people.user(login), task["id"])
    people.note("reopened", login, task=task["id"])
    return str(task["id"])


def progress(people: People) -> str | None:
    """Tell that a task is begun."""
    task = people.some_task(is_open)
    if task is None:
        return None
    login = people.anybody()
    people.world.graph.reopen(people.user(login), task["id"], percent=50)
    people.note("progressed", login, task=task["id"])
    return str(task["id"])


def retitle(people: People) -> str | None:
    """Give a task another title."""
    return _edit(people, "title", f"Renamed {people.rng.randint(1, 99)}")


def meddle(people: People, task_id: str) -> None:
    """Give this task another title, just when the bridge writes to it."""
    if task_id in people.world.graph.tasks:
        login, title = people.anybody(), f"Renamed {people.rng.randint(1, 99)}"
        people.world.graph.person_patch_task(people.user(login), task_id, title=title)
        people.note("edited", login, task=task_id, field="title", value=title)


def postpone(people: People) -> str | None:
    """Set another due date."""
    task = people.some_task()
    if task is None:
        return None
    due = (people.world.now() + timedelta(days=people.rng.randint(1, 90))).replace(
        hour=10, minute=0, second=0, microsecond=0
    )
    login = people.anybody()
    if str(task["dueDateTime"] or "")[:10] == due.date().isoformat():
        return None
    people.world.graph.set_due(people.user(login), task["id"], due)
    people.note("edited", login, task=task["id"], field="due", value=due.date().isoformat())
    return f"{task['id']} {due.date()}"


def _edit(people: People, field: str, value: str) -> str | None:
    task = people.some_task()
    if task is None:
        return None
    login = people.anybody()
    people.world.graph.person_patch_task(people.user(login), task["id"], **{field: value})
    people.note("edited", login, task=task["id"], field=field, value=value)
    return f"{task['id']} {value}"


def drag(people: People) -> str | None:
    """Drag a task to another bucket."""
    task = people.some_task()
    if task is None:
        return None
    buckets = people.world.graph.plan_buckets(task["planId"])
    login, bucket = people.anybody(), buckets[people.rng.choice(sorted(buckets))]
    if bucket == task["bucketId"]:
        # Put back where it was: nobody can tell that from no edit at all.
        return None
    people.world.graph.move_to_bucket(people.user(login), task["id"], bucket)
    people.note("edited", login, task=task["id"], field="bucket", value=bucket)
    return f"{task['id']} {bucket}"


def label(people: People) -> str | None:
    """Put a label on, or take it off."""
    task = people.some_task()
    if task is None:
        return None
    login, is_set = people.anybody(), people.rng.random() < 0.5
    people.world.graph.label(people.user(login), task["id"], "category2", is_set=is_set)
    labels = sorted(name for name, value in people.world.graph.tasks[task["id"]]["appliedCategories"].items() if value)
    people.note("edited", login, task=task["id"], field="labels", value=labels)
    return f"{task['id']} {labels}"


def reassign(people: People) -> str | None:
    """Give a task to others."""
    task = people.some_task(is_open)
    if task is None:
        return None
    login, to = people.anybody(), people.user(people.anybody())
    before = set(task["assignments"])
    wanted = {to} if people.rng.random() < 0.6 else {to, *before}
    people.world.graph.reassign(people.user(login), task["id"], sorted(wanted))
    people.note("edited", login, task=task["id"], field="assignees", value=(wanted - before, before - wanted))
    return f"{task['id']} {len(wanted)}"


def describe(people: People) -> str | None:
    """Write around the bridge's block, or into it."""
    task = people.some_task()
    if task is None:
        return None
    login, text = people.anybody(), people.world.graph.details[task["id"]]["description"]
    mine = f"note {people.rng.randint(100, 999)}"
    if people.rng.random() < 0.25 and TOP in text:
        people.world.graph.edit_description(people.user(login), task["id"], text.replace("ref: ", f"{mine} ref: "))
        people.note("damaged", login, task=task["id"], value=mine)
        return f"{task['id']} in the block"
    written = f"{mine}\n{text}" if people.rng.random() < 0.5 else f"{text}\n{mine}"
    people.world.graph.edit_description(people.user(login), task["id"], written)
    people.note("edited", login, task=task["id"], field="description", value=mine)
    return f"{task['id']} {mine}"


def add_line(people: People) -> str | None:
    """Add a line to the checklist."""
    task = people.some_task()
    if task is None:
        return None
    login, text = people.anybody(), f"{STRAY} {people.rng.randint(1, 99)}"
    people.world.graph.add_checklist_item(people.user(login), task["id"], text)
    people.note("edited", login, task=task["id"], field="line", value=text)
    return f"{task['id']} {text}"


def drop_line(people: People) -> str | None:
    """Remove a line that the bridge wrote."""
    task = people.some_task(lambda task: bool(people.world.graph.details[task["id"]]["checklist"]))
    if task is None:
        return None
    key = people.rng.choice(sorted(people.world.graph.details[task["id"]]["checklist"]))
    login, title = people.anybody(), people.world.graph.details[task["id"]]["checklist"][key]["title"]
    people.world.graph.remove_checklist_item(people.user(login), task["id"], key)
    people.note("dropped", login, task=task["id"], value=title)
    people.note("ticked", login, task=task["id"], value=ticked(people.world, task["id"]))
    return f"{task['id']} {title}"


def delete(people: People) -> str | None:
    """Delete a task."""
    task = people.some_task()
    if task is None:
        return None
    delete_task(people, task)
    return f"{task['id']} {task['title']}"


def delete_task(people: People, task: Json) -> None:
    """Delete this task, into the bin."""
    login = people.anybody()
    people.note("deleted", login, task=task["id"], value=task["title"])
    state = people.world.graph.state
    people.bin[task["id"]] = state.tasks[task["id"]], state.details[task["id"]]
    people.world.graph.delete(people.user(login), task["id"])


def move(people: People) -> str | None:
    """Move a task to another plan."""
    task = people.some_task()
    if task is None:
        return None
    login, to = people.anybody(), people.rng.choice([plan for plan in people.world.plans if plan != task["planId"]])
    people.world.graph.move(people.user(login), task["id"], to)
    people.note("moved", login, task=task["id"], value=to)
    return f"{task['id']} {to}"


def make_own(people: People) -> str | None:
    """Make a task by hand, under a title that the bridge uses too."""
    like = people.some_task()
    if like is None:
        return None
    login = people.anybody()
    task_id = people.world.graph.person_create_task(people.user(login), like["planId"], like["title"])
    people.note("made", login, task=task_id, value=dict(people.world.graph.tasks[task_id]))
    return f"{task_id} {like['title']}"


def untangle(people: People) -> str | None:
    """Decide what the bridge can't: of tasks that may be anybody's, let none be its own."""
    held = [link.reason for link in links(people.world).values() if link.hold == "ambiguous"]
    found = [task_id for task_id in people.world.graph.tasks if any(task_id in reason for reason in held)]
    for task_id in found:
        people.note("deleted", "legal-lead", task=task_id)
        people.world.graph.delete(people.user("legal-lead"), task_id)
    return ", ".join(found) or None


PLANNER: tuple[tuple[int, Doing], ...] = (
    (10, decide),
    (6, finish),
    (2, reopen),
    (2, progress),
    (2, retitle),
    (2, postpone),
    (2, drag),
    (1, label),
    (2, reassign),
    (2, describe),
    (1, add_line),
    (1, drop_line),
    (2, delete),
    (1, move),
    (1, make_own),
)
