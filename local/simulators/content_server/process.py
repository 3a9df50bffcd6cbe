"""
Workflow maps and the processes that run through them: which step is current, and what comes next.

Nothing here knows HTTP or permissions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

SEND_ON = "SendOn"
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class MapStep:
    """One step of a map."""

    task_id: int
    name: str
    performer: str
    """A login, a group's name, or "initiator"."""
    next: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: {SEND_ON: ()})
    """Disposition → the steps that it leads to, several at once: parallel branches. "SendOn": without one."""
    after: tuple[int, ...] = ()
    """A join: starts only when each of these steps has led here. Empty: starts whenever led to."""
    duration: timedelta | None = None
    """Until it is due, from when it starts; None: never due."""
    wants_password: bool = False
    appears_after: timedelta = timedelta(0)
    """The server works in the background before the step shows."""
    instructions: str = ""

    @property
    def dispositions(self) -> tuple[str, ...]:
        """Outcomes that it offers beside plain sending on."""
        return tuple(key for key in self.next if key != SEND_ON)


@dataclass(frozen=True)
class WorkflowMap:
    """What a kind of workflow looks like."""

    name: str
    steps: tuple[MapStep, ...]
    start: tuple[int, ...] = ()
    """The steps that it starts with; empty: the first one."""
    duration: timedelta | None = None
    """Until the whole workflow is due; None: never."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What its form holds at first: "WorkflowForm_10" and the like."""
    id: int = 0

    def step(self, task_id: int) -> MapStep:
        """Read a step by its number."""
        return next(step for step in self.steps if step.task_id == task_id)


@dataclass
class Visit:
    """One passage through one step. A loop makes another visit of the same step."""

    step: MapStep
    started: datetime
    """To the second, as the interface tells it, and never twice for a step."""
    due: datetime | None
    performer: int = 0
    """The user whose step it is; 0: the group's, until somebody accepts it."""
    group: int = 0
    completed_at: datetime | None = None
    completed_by: int = 0
    disposition: str = ""
    """What was chosen; "SendOn" for none."""
    comment: str = ""
    versions: tuple[tuple[int, int], ...] = ()
    """(node, newest version) of each attached document at that moment."""

    @property
    def task_id(self) -> int:
        """The step's number; the same for each visit."""
        return self.step.task_id


@dataclass
class Activity:
    """One line of a workflow's history."""

    at: datetime
    user: int
    action: str
    task_id: int = 0
    comment: str = ""
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass
class Process:
    """A running or ended workflow."""

    id: int
    map: WorkflowMap
    name: str
    initiator: int
    managers: set[int]
    initiated: datetime
    folder: int
    """Where its attachments stand."""
    due: datetime | None = None
    workspace: int | None = None
    state: str = "running"
    """running, suspended, completed or stopped."""
    ended: datetime | None = None
    archived: bool = False
    is_stuck: bool = False
    """What is sent on is put on record, and moves nothing: the server never carries it out."""
    hidden_from: set[int] = field(default_factory=set)
    visits: list[Visit] = field(default_factory=list)
    pending: list[tuple[datetime, int]] = field(default_factory=list)
    arrived: dict[int, set[int]] = field(default_factory=dict)
    activities: list[Activity] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def current(self) -> list[Visit]:
        """The visits that wait for somebody; none once the workflow has ended."""
        if self.state in ("completed", "stopped"):
            return []
        return [visit for visit in self.visits if visit.completed_at is None]

    @property
    def completed(self) -> list[Visit]:
        """The visits that were completed, oldest first."""
        return [visit for visit in self.visits if visit.completed_at is not None]

    def find_current(self, task_id: int) -> Visit | None:
        """Find the visit of this step that waits."""
        return next((visit for visit in self.current if visit.task_id == task_id), None)

    def status(self, now: datetime) -> str:
        """Tell the server's verdict over the whole workflow; late steps alone do not make it late."""
        if self.state != "running":
            return self.state
        return "workflowlate" if self.due is not None and self.due < now else "ontime"


def visit_status(visit: Visit, process: Process, now: datetime) -> str:
    """Tell the server's verdict over one step."""
    if visit.completed_at is not None:
        return "completed"
    if process.state == "stopped":
        return "stopped"
    return "workflowlate" if visit.due is not None and visit.due < now else "ontime"


def lead_to(process: Process, targets: tuple[int, ...], *, source: int, now: datetime) -> None:
    """Follow the map's arrows from a step (0: from the start); joins wait for their other branches."""
    for target in targets:
        step = process.map.step(target)
        arrived = process.arrived.setdefault(target, set())
        arrived.add(source)
        if set(step.after) <= arrived:
            del process.arrived[target]
            process.pending.append((now + step.appears_after, target))


def take_due(process: Process, now: datetime) -> list[int]:
    """Take the steps whose time to show has come."""
    ready = [task_id for at, task_id in process.pending if at <= now]
    process.pending = [(at, task_id) for at, task_id in process.pending if at > now]
    return [task_id for task_id in ready if process.find_current(task_id) is None]


def visit_step(process: Process, task_id: int, now: datetime) -> Visit:
    """Begin a visit. Its start is told in whole seconds and differs from every earlier visit's."""
    step = process.map.step(task_id)
    earlier = [visit.started for visit in process.visits if visit.task_id == task_id]
    started = max([now.replace(microsecond=0), *(at + SECOND for at in earlier)])
    visit = Visit(step, started, None if step.duration is None else started + step.duration)
    process.visits.append(visit)
    return visit


def end_if_done(process: Process, now: datetime) -> None:
    """Complete the workflow when nothing waits any more; a join whose other branch was never taken goes on alone."""
    if process.state != "running" or process.current or process.pending:
        return
    if process.arrived:
        process.pending = [(now, task_id) for task_id in process.arrived]
        process.arrived = {}
        return
    process.state, process.ended = "completed", now
