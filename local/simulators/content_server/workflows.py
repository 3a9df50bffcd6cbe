"""Run workflows: start, accept, send on, delegate, stop. Used by the HTTP interface and by people's door alike."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from local.simulators.content_server.model import Node
from local.simulators.content_server.process import (
    SEND_ON,
    Activity,
    Process,
    Visit,
    WorkflowMap,
    end_if_done,
    lead_to,
    take_due,
    visit_step,
)
from local.simulators.content_server.state import ROOT, State

ATTACHMENTS = 154
SHORTCUT = 1


def define_map(state: State, plan: WorkflowMap) -> WorkflowMap:
    """Keep a map; its id stands in the same space as the nodes'."""
    node = state.add_node(name=plan.name, kind=128, parent=ROOT, owner=1000)
    kept = replace(plan, id=node.id, start=plan.start or (plan.steps[0].task_id,))
    state.maps[kept.id] = kept
    return kept


def start_workflow(
    state: State,
    plan: WorkflowMap,
    *,
    initiator: int,
    documents: Iterable[int],
    managers: Sequence[int],
    name: str = "",
    workspace: int | None = None,
) -> Process:
    """Start a workflow; documents are attached as shortcuts. No managers named: the initiator is it."""
    now = state.now()
    number = state.next_id()
    folder = state.add_node(name=f"Attachments {number}", kind=ATTACHMENTS, parent=0, owner=initiator)
    process = Process(number, plan, name or plan.name, initiator, set(managers) or {initiator}, now, folder.id)
    process.workspace, process.values = workspace, dict(plan.values)
    process.due = None if plan.duration is None else now.replace(microsecond=0) + plan.duration
    state.processes[number] = process
    for document in documents:
        attach(state, process, state.nodes[document], initiator)
    process.activities.append(Activity(now, initiator, "start"))
    lead_to(process, plan.start, source=0, now=now)
    advance(state, process)
    return process


def attach(state: State, process: Process, document: Node, user: int) -> Node:
    """Put a shortcut of a document into the workflow's attachments."""
    taken = state.named_child(process.folder, document.name) is not None
    name = f"{document.name} ({document.id})" if taken else document.name
    link = state.add_node(name=name, kind=SHORTCUT, parent=process.folder, owner=user)
    link.original = document.id
    process.activities.append(
        Activity(state.now(), user, "attachment", properties={"event": "create", "node": link.id})
    )
    return link


def attached(state: State, process: Process) -> tuple[Node, ...]:
    """List the attached documents themselves, not their shortcuts."""
    links = state.children_of(process.folder)
    return tuple(state.nodes[link.original or link.id] for link in links if (link.original or link.id) in state.nodes)


def versions_of(nodes: Iterable[Node]) -> tuple[tuple[int, int], ...]:
    """(node, newest version) of each, sorted."""
    return tuple(sorted((node.id, node.versions[-1].number if node.versions else 0) for node in nodes))


def advance(state: State, process: Process) -> None:
    """Show the steps whose time has come, and end the workflow when none is left."""
    if process.state != "running":
        return
    now = state.now()
    end_if_done(process, now)
    for task_id in take_due(process, now):
        _assign(state, process, visit_step(process, task_id, now))


def _assign(state: State, process: Process, visit: Visit) -> None:
    name = visit.step.performer
    member = process.initiator if name == "initiator" else state.member_named(name)
    if member in state.groups:
        visit.group = member
    else:
        visit.performer = member


def is_performer(state: State, visit: Visit, user: int) -> bool:
    """Tell whether the step is this user's: their own, or an unaccepted one of a group of theirs."""
    if visit.performer:
        return visit.performer == user
    return bool(visit.group) and user in state.group_users(visit.group)


def accept(state: State, process: Process, visit: Visit, user: int) -> None:
    """Take a group's step as one's own."""
    visit.performer = user
    process.activities.append(Activity(state.now(), user, "accept", visit.task_id))


def complete(state: State, process: Process, visit: Visit, *, user: int, disposition: str, comment: str) -> None:
    """Finish a visit and go where its disposition leads. A stuck workflow keeps the act on record, and stays."""
    now = state.now()
    if process.is_stuck:
        process.activities.append(_finished(now, user, visit, disposition, comment))
        return
    visit.completed_at, visit.completed_by = now, user
    visit.disposition, visit.comment = disposition, comment
    visit.versions = versions_of(attached(state, process))
    process.activities.append(_finished(now, user, visit, disposition, comment))
    lead_to(process, tuple(visit.step.next[disposition]), source=visit.task_id, now=now)
    advance(state, process)


def _finished(now: datetime, user: int, visit: Visit, disposition: str, comment: str) -> Activity:
    if disposition == SEND_ON:
        return Activity(now, user, "sendon", visit.task_id, comment)
    label = {"event": disposition.lower(), "label": disposition}
    return Activity(now, user, "disposition", visit.task_id, comment, label)


def delegate(state: State, process: Process, visit: Visit, *, user: int, to: int, comment: str = "") -> None:
    """Hand a visit to somebody else; it stays the same visit."""
    if not state.believed("workflow-delegated-visit"):
        visit.started = state.now().replace(microsecond=0)
    if to in state.groups:
        visit.performer, visit.group = 0, to
    else:
        visit.performer = to
    process.activities.append(Activity(state.now(), user, "forward", visit.task_id, comment, {"user_id": to}))


def change_state(state: State, process: Process, wanted: str) -> bool:
    """Suspend, resume, stop or archive. False: not from the state that it is in."""
    moves = {("suspend", "running"): "suspended", ("resume", "suspended"): "running"}
    moves |= {("stop", "running"): "stopped", ("stop", "suspended"): "stopped"}
    if wanted == "archive" and process.state in ("completed", "stopped"):
        process.archived = True
        return True
    new = moves.get((wanted, process.state))
    if new is None:
        return False
    process.state = new
    process.ended = state.now() if new == "stopped" else None
    return True
