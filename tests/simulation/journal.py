"""
What both simulators saw, in one order: each state of a step's task, each question of the bridge, each act on a step.

Nothing here knows the engine. It is written by the simulators themselves at the moment of an effect, whoever caused it.
"""

import re
from collections.abc import Callable, Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.in_process.transport import Answer, Query
from local.simulators.content_server import ContentServer
from local.simulators.content_server.process import Activity, Process, Visit
from local.simulators.content_server.workflows import attached, versions_of
from local.simulators.faults import Fault, Hook
from local.simulators.graph import Graph
from local.simulators.graph.resource import Resource

Json = Mapping[str, Any]
Versions = tuple[tuple[int, int], ...]
"""(node, version) of each document, sorted."""
LOOK: ContextVar[int] = ContextVar("LOOK", default=0)
"""Which of all looks at an origin asks: its number. 0: none does."""

_STEP = re.compile(r"\|(\d+)\|(\d+)\|([\dT:-]+)$", re.MULTILINE)
_DOCUMENT = re.compile(r"^document (\d+): version (\d+)$", re.MULTILINE)
_PROCESS = re.compile(r"/processes/(\d+)/")
_ASKS = re.compile(r"/v[12]/(nodes|processes|workflows|forms)\b")


@dataclass(frozen=True)
class Step:
    """One visit of a step, as a task names it."""

    process: int
    task_id: int
    started: str
    """In the server's own time, without a zone."""


@dataclass(frozen=True)
class Line:
    """A line of the checklist."""

    reads: str
    is_ticked: bool
    by: str
    """Entra id of who touched it last; empty: the bridge."""


@dataclass(frozen=True)
class Shown:
    """What a task showed from this moment on."""

    number: int
    at: datetime
    versions: Versions
    lines: Mapping[str, Line]
    """By their keys."""
    assigned: Mapping[str, str]
    """Entra id → who assigned this person; empty: the bridge."""
    completed_by: str
    """Entra id; empty: it is open, or the bridge completed it."""
    completed: str
    """When, as Planner tells it; empty: it is open."""


@dataclass(frozen=True)
class Taken:
    """The server took an act on a step through its interface: it is the bridge's."""

    number: int
    at: datetime
    look: int
    step: Step
    visit: Visit
    activity: Activity
    versions: Versions
    """Of the attached documents at that moment."""
    intents: Collection[str]
    """What stood in a link at that moment as about to be sent on."""


@dataclass
class Ambush:
    """Somebody waits for a call, and acts at its very moment."""

    system: str
    method: str
    wants: Callable[[str], bool]
    """Told the path."""
    act: Callable[[], Fault | None]
    """What it returns is what the caller gets instead."""
    is_after: bool = False
    """Acts when the call had its effect."""

    def meets(self, system: str, method: str, path: str) -> bool:
        """Tell whether this is the call."""
        return self.system == system and self.method == method and self.wants(path)


@dataclass
class Journal:
    """Everything, each entry with its number."""

    now: Callable[[], datetime]
    shown: dict[str, list[Shown]] = field(default_factory=dict)
    """By task."""
    steps: dict[str, Step] = field(default_factory=dict)
    """By task: what it was made for."""
    asked: dict[int, list[int]] = field(default_factory=dict)
    """By look: the numbers of its questions to OpenText."""
    looks: dict[int, datetime] = field(default_factory=dict)
    """When each look at an origin began."""
    origins: dict[int, str] = field(default_factory=dict)
    """By look: at which origin."""
    intents: Callable[[], Collection[str]] = frozenset
    """Names the send-ons that stand in a link as about to be made."""
    calls: Callable[[str, str, str], None] = lambda *_: None
    """Told of each call, one of a batch too: system, method and path."""
    taken: list[Taken] = field(default_factory=list)
    uploaded: dict[tuple[int, int], int] = field(default_factory=dict)
    """By document and version: the number of its upload."""
    ambushes: list[Ambush] = field(default_factory=list)
    _afterwards: list[Ambush] = field(default_factory=list)
    _etags: dict[str, tuple[str, str]] = field(default_factory=dict)
    _last: int = 0

    def number(self) -> int:
        """Return the next entry's number."""
        self._last += 1
        return self._last

    def begin_look(self, origin: str) -> None:
        """Take note that a look at an origin begins in this task."""
        LOOK.set(len(self.looks) + 1)
        self.origins[LOOK.get()] = origin
        self.looks[LOOK.get()] = self.now()

    def before(self, system: str, hook: Hook) -> Hook:
        """Return a simulator's hook that lets people act at the moment of a call, and then asks another hook."""

        def met(method: str, path: str) -> Fault | None:
            self.calls(system, method, path)
            for ambush in [one for one in self.ambushes if one.meets(system, method, path)]:
                self.ambushes.remove(ambush)
                if ambush.is_after:
                    self._afterwards.append(ambush)
                elif (fault := ambush.act()) is not None:
                    return fault
            if system == "opentext" and method == "GET" and _ASKS.search(path):
                self.asked.setdefault(LOOK.get(), []).append(self.number())
            return hook(method, path)

        return met

    def after(self) -> None:
        """Let those act who waited until a call had its effect."""
        waiting, self._afterwards = self._afterwards, []
        for ambush in waiting:
            ambush.act()

    def show(self, task: Resource, details: Resource) -> None:
        """Take note of what a task shows, if it is one of a step and shows anything new."""
        if self._etags.get(task.id) != (task.etag, details.etag):
            self._etags[task.id] = task.etag, details.etag
            self._show(task.id, task.body, details.body)

    def _show(self, task_id: str, task: Json, details: Json) -> None:
        text = details["description"]
        if task_id not in self.steps:
            if (match := _STEP.search(text)) is None:
                return
            self.steps[task_id] = Step(int(match[1]), int(match[2]), match[3])
        versions = tuple(sorted((int(node), int(version)) for node, version in _DOCUMENT.findall(text)))
        lines = {
            key: Line(line["title"], line["isChecked"], _person(line["lastModifiedBy"]))
            for key, line in details["checklist"].items()
        }
        assigned = {user: _person(one["assignedBy"]) for user, one in task["assignments"].items()}
        states = self.shown.setdefault(task_id, [])
        seen = versions, lines, assigned, _person(task["completedBy"] or {}), task["completedDateTime"] or ""
        last = states[-1] if states else None
        if last is None or seen != (last.versions, last.lines, last.assigned, last.completed_by, last.completed):
            states.append(Shown(self.number(), self.now(), *seen))


def _person(signed: Json) -> str:
    user = signed.get("user")
    return str(user["id"]) if user else ""


class WatchedGraph(Graph):
    """Graph, that writes the journal."""

    journal: Journal

    async def handle(self, method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer, and take note of what changed."""
        try:
            return await super().handle(method, path, query, headers, body)
        finally:
            if method != "GET":
                self._watch(*self.state.tasks)
            self.journal.after()

    def person_patch_task(self, user: str, task_id: str, **changes: object) -> None:
        """Change a task in a person's name."""
        super().person_patch_task(user, task_id, **changes)
        self._watch(task_id)

    def person_patch_details(self, user: str, task_id: str, **changes: object) -> None:
        """Change its details in a person's name."""
        super().person_patch_details(user, task_id, **changes)
        self._watch(task_id)

    def _watch(self, *tasks: str) -> None:
        for task_id in tasks:
            self.journal.show(self.state.tasks[task_id], self.state.details[task_id])


class WatchedContentServer(ContentServer):
    """Content Server, that writes the journal."""

    journal: Journal

    async def handle(self, method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer, and take note of what was done to a step."""
        match = _PROCESS.search(path) if method == "PUT" else None
        process = self.state.processes.get(int(match[1])) if match is not None else None
        if process is None:
            return await super().handle(method, path, query, headers, body)
        before, visits = len(process.activities), process.current
        versions = versions_of(attached(self.state, process))
        try:
            return await super().handle(method, path, query, headers, body)
        finally:
            for activity in process.activities[before:]:
                self._take(process, visits, activity, versions)

    def _take(self, process: Process, visits: list[Visit], activity: Activity, versions: Versions) -> None:
        for visit in visits:
            if visit.task_id == activity.task_id:
                step = Step(process.id, visit.task_id, str(self.state.zoneless(visit.started)))
                number, at, look = self.journal.number(), self.journal.now(), LOOK.get()
                self.journal.taken.append(
                    Taken(number, at, look, step, visit, activity, versions, self.journal.intents())
                )

    def add_version(self, document: int, content: bytes, *, user: str = "Admin") -> int:
        """Upload a new version, and take note when."""
        version = super().add_version(document, content, user=user)
        self.journal.uploaded[document, version] = self.journal.number()
        return version
