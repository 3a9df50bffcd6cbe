"""What people do in the simulated Planner, each act in its person's name."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import Field

from local.board.acts import ADMIN, Act, Done, Kind, Name, RefusedActError
from local.local_system import System
from local.simulators.graph import Graph

PLANNER = "Planner"
DUE_AT = time(10, tzinfo=UTC)
"""Planner shows days, and keeps each as this moment of it."""


class OnTask(Act):
    """An act on one task."""

    task: str


class Tick(OnTask):
    """Tick a line of the checklist, or take its tick away."""

    item: str
    checked: bool


class Move(OnTask):
    """Put a task into another bucket of its plan."""

    bucket: str


class Reassign(OnTask):
    """Let exactly these people be assigned."""

    to: tuple[str, ...]


class Label(OnTask):
    """Put a label on a task, or take it off."""

    category: Annotated[str, Field(pattern=r"^category([1-9]|1[0-9]|2[0-5])$")]
    is_set: bool


class Edit(OnTask):
    """Change what is given; what is left out stays. A due day of None: no date."""

    title: Name | None = None
    description: Annotated[str, Field(max_length=20_000)] | None = None
    due: date | None = None


class AddLine(OnTask):
    """Add a line to the checklist."""

    title: Name


class AddTask(Act):
    """Make a task by hand."""

    plan: str
    bucket: str
    title: Name
    to: tuple[str, ...] = ()
    due: date | None = None


def complete(system: System, act: OnTask) -> Done:
    """Mark a task completed."""
    graph, user, title = _at_hand(system, act)
    graph.complete(user, act.task)
    return Done(f"{act.person} completed {title}")


def reopen(system: System, act: OnTask) -> Done:
    """Take a completion back."""
    graph, user, title = _at_hand(system, act)
    graph.reopen(user, act.task)
    return Done(f"{act.person} opened {title} again")


def delete(system: System, act: OnTask) -> Done:
    """Delete a task for good."""
    graph, user, title = _at_hand(system, act)
    graph.delete(user, act.task)
    return Done(f"{act.person} deleted {title}")


def tick(system: System, act: Tick) -> Done:
    """Tick a line, or take its tick away."""
    graph, user, title = _at_hand(system, act)
    line = graph.details[act.task]["checklist"][act.item]["title"]
    graph.tick(user, act.task, act.item, checked=act.checked)
    return Done(f"{act.person} {'ticked' if act.checked else 'took the tick from'} '{line}' of {title}")


def move(system: System, act: Move) -> Done:
    """Put a task into another bucket."""
    graph, user, title = _at_hand(system, act)
    graph.move_to_bucket(user, act.task, act.bucket)
    return Done(f"{act.person} moved {title} to '{graph.state.buckets[act.bucket].body['name']}'")


def reassign(system: System, act: Reassign) -> Done:
    """Let exactly these people be assigned."""
    graph, user, title = _at_hand(system, act)
    graph.reassign(user, act.task, [_user(system, login) for login in act.to])
    return Done(f"{act.person} gave {title} to {', '.join(act.to) or 'nobody'}")


def label(system: System, act: Label) -> Done:
    """Put a label on a task, or take it off."""
    graph, user, title = _at_hand(system, act)
    graph.label(user, act.task, act.category, is_set=act.is_set)
    named = graph.plan_labels(graph.tasks[act.task]["planId"]).get(act.category, act.category)
    return Done(f"{act.person} {'put' if act.is_set else 'took'} '{named}' {'on' if act.is_set else 'off'} {title}")


def edit(system: System, act: Edit) -> Done:
    """Change title, due day or description."""
    graph, user, title = _at_hand(system, act)
    given = act.model_fields_set
    if "title" in given and act.title is not None:
        graph.person_patch_task(user, act.task, title=act.title)
    if "due" in given:
        graph.set_due(user, act.task, _moment(act.due))
    if "description" in given and act.description is not None:
        graph.edit_description(user, act.task, act.description)
    return Done(f"{act.person} changed {title}")


def add_line(system: System, act: AddLine) -> Done:
    """Add a line to the checklist."""
    graph, user, title = _at_hand(system, act)
    graph.add_checklist_item(user, act.task, act.title)
    return Done(f"{act.person} added '{act.title}' to {title}")


def add_task(system: System, act: AddTask) -> Done:
    """Make a task by hand."""
    graph, people = system.world.graph, [_user(system, login) for login in act.to]
    user = _user(system, act.person)
    graph.person_create_task(user, act.plan, act.title, bucket=act.bucket, assignees=people, due=_moment(act.due))
    return Done(f"{act.person} made a task of their own, '{act.title}'")


def _at_hand(system: System, act: OnTask) -> tuple[Graph, str, str]:
    """Return Planner, who acts, and how the task is called."""
    graph, user = system.world.graph, _user(system, act.person)
    if act.task not in graph.tasks:
        message = "that task is not there any more"
        raise RefusedActError(message)
    return graph, user, f"'{graph.tasks[act.task]['title']}'"


def _user(system: System, login: str) -> str:
    users = system.world.users
    if login not in users:
        why = "has no account in Planner" if login == ADMIN else "is not in the directory"
        message = f"{login} {why}: act as one of {', '.join(users)}"
        raise RefusedActError(message)
    return users[login]


def _moment(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, DUE_AT)


KINDS: dict[str, Kind] = {
    name: Kind(PLANNER, asked, carry_out)
    for name, asked, carry_out in (
        ("complete", OnTask, complete),
        ("reopen", OnTask, reopen),
        ("delete", OnTask, delete),
        ("tick", Tick, tick),
        ("move", Move, move),
        ("reassign", Reassign, reassign),
        ("label", Label, label),
        ("edit", Edit, edit),
        ("add-line", AddLine, add_line),
        ("add-task", AddTask, add_task),
    )
}
