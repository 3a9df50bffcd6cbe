"""
Where probes write: one plan, one workspace, one workflow map, under names that say what they are.

All that is made carries the run's mark in its name, and is found again by it: also what was made by a request whose
answer nobody heard. So the taking away needs no list that could be lost.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

from shared.clients.graph.batch import Verb
from shared.clients.opentext.answers import properties
from shared.clients.opentext.transport import Upload
from shared.conformance.beliefs import Needs
from shared.conformance.observed import CannotTellError
from shared.conformance.systems import Json, Reply, Systems
from shared.models.opentext import Person

T = TypeVar("T")

KIND = "Conformance check"
MARKED = re.compile(rf"\s*{KIND} [0-9a-f]{{8}}\b")
"""How the name of everything begins that any run ever made."""
FOLDER, DOCUMENT = 0, 144
_READ_BY_POST = frozenset({"$batch", "v2/nodes/list"})
"""Probes put reads alone into a batch."""


@dataclass(frozen=True)
class Targets:
    """What a run is pointed at."""

    plan: str | None = None
    """Planner's id of the sandbox plan, or of any plan for reading. None: there is none."""
    workspace: int | None = None
    """Node id of the sandbox workspace, or of any workspace for reading. None: there is none."""
    workflow_map: int | None = None
    """Node id of the sandbox map. None: workflows are not run."""
    assignees: tuple[str, ...] = ()
    """Entra ids of people who agreed to be assigned: Planner may write to them."""
    performer: Person | None = None
    """Who agreed to be acted for. None: nobody."""
    notifications: str = ""
    """Our endpoint for Graph's notifications; empty: none is set."""
    may_write: frozenset[Needs] = frozenset()
    """Which of plan, workspace and map are a sandbox; the others are read alone."""


@dataclass(frozen=True)
class Sandbox:
    """What a probe is given."""

    systems: Systems
    targets: Targets
    now: Callable[[], datetime]
    """UTC."""
    mark: str = field(default_factory=lambda: f"{KIND} {uuid4().hex[:8]}")

    @property
    def plan(self) -> str:
        """The plan. Raises CannotTellError: there is none."""
        return _there(self.targets.plan, "no plan was named, and no rule names one by its id")

    @property
    def workspace(self) -> int:
        """The workspace. Raises CannotTellError: there is none."""
        return _there(self.targets.workspace, "no workspace was named: --workspace")

    def name(self, text: str) -> str:
        """Name something of ours."""
        return f"{self.mark} {text}"

    async def graph(self, method: Verb, path: str, body: Json | None = None, **headers: str) -> Reply:
        """See `Systems.graph`. Raises CannotTellError, too: it would write where nothing may be written."""
        self._check(method, path, Needs.PLAN)
        return await self.systems.graph(method, path, body, **headers)

    async def content(self, method: str, path: str, **how: Any) -> Reply:  # noqa: ANN401 - see there
        """See `Systems.content`. Raises CannotTellError, too: it would write where nothing may be written."""
        self._check(method, path, Needs.WORKSPACE, Needs.WORKFLOW)
        return await self.systems.content(method, path, **how)

    def _check(self, method: str, path: str, *where: Needs) -> None:
        """Let reads pass; writes only where a sandbox was named, whatever a probe believes."""
        if method != "GET" and path not in _READ_BY_POST and not self.targets.may_write.intersection(where):
            message = f"it writes, and no {' or '.join(where)} was named for that"
            raise CannotTellError(message)

    def people(self, number: int) -> tuple[str, ...]:
        """Return as many who agreed to be assigned. Raises CannotTellError: fewer did."""
        if len(self.targets.assignees) < number:
            message = f"needs {number} who agreed to be assigned: --assignee"
            raise CannotTellError(message)
        return self.targets.assignees[:number]

    async def task(self, text: str = "task", **more: object) -> Json:
        """
        Make a task.

        Raises:
            CannotTellError: none is made.
        """
        body = {"planId": self.plan, "title": self.name(f"{text} {uuid4().hex[:6]}"), **more}
        return _made(await self.graph("POST", "planner/tasks", body), "task").json

    async def details(self, task: Json) -> Json:
        """
        Read a task's details, which may come a moment after it.

        Raises:
            CannotTellError: they can't be read.
        """
        path = f"planner/tasks/{task['id']}/details"
        reply = await self.graph("GET", path)
        for _ in range(3):
            if reply.status != 404:
                break
            reply = await self.graph("GET", path)
        return _made(reply, "details").json

    async def patch(self, task: Json, changes: Json, *, etag: str | None = None) -> Reply:
        """Change a task on its etag, or on another."""
        path = f"planner/tasks/{task['id']}"
        return await self._patch(path, changes, str(task["@odata.etag"]) if etag is None else etag)

    async def patch_details(self, details: Json, changes: Json, *, etag: str | None = None) -> Reply:
        """Change details on their etag, or on another."""
        path = f"planner/tasks/{details['id']}/details"
        return await self._patch(path, changes, str(details["@odata.etag"]) if etag is None else etag)

    async def _patch(self, path: str, changes: Json, etag: str) -> Reply:
        reply = await self.graph("PATCH", path, changes, If_Match=etag, Prefer="return=representation")
        # Whether the answer shows what came of a change is a belief of its own: no other is to hang on it.
        return await self.graph("GET", path) if reply.status == 204 else reply

    async def read_task(self, task: Json) -> Json:
        """Read a task. Raises CannotTellError: it can't be read."""
        return _made(await self.graph("GET", f"planner/tasks/{task['id']}"), "task").json

    async def folder(self, text: str = "folder") -> int:
        """
        Make a folder in the sandbox workspace.

        Raises:
            CannotTellError: none is made.
        """
        return await self.node({"type": str(FOLDER), "name": self.name(text)}, parent=self.workspace)

    async def node(self, given: Json, *, parent: int) -> int:
        """
        Make a node that is no document, and return its id.

        Raises:
            CannotTellError: none is made.
        """
        reply = await self.content("POST", "v2/nodes", body={**given, "parent_id": str(parent)})
        return node_id(_made(reply, "folder"))

    async def document(self, parent: int, text: str = "document", content: bytes = b"first") -> int:
        """
        Upload a document, and return its id.

        Raises:
            CannotTellError: none is made.
        """
        given = {"type": str(DOCUMENT), "parent_id": str(parent), "name": self.name(text)}
        file = Upload("conformance.txt", content, "text/plain")
        return node_id(_made(await self.content("POST", "v2/nodes", body=given, file=file), "document"))

    async def workflow(self, *documents: int) -> int:
        """
        Start a workflow of the sandbox map, and return its process id. The map has to begin without a dialogue.

        Raises:
            CannotTellError: none was named, or none starts.
        """
        number = _there(self.targets.workflow_map, "no workflow map was named: --workflow-map")
        body: Json = {"workflow_id": number}
        if documents:
            body |= {"doc_ids": ",".join(map(str, documents)), "AttachDocuments": "true"}
        reply = _made(await self.content("POST", "v2/draftprocesses/startwf", body=body), "workflow")
        process = (reply.results or {}).get("process_id")
        if not isinstance(process, int):
            message = "the answer to starting a workflow names no process"
            raise CannotTellError(message)
        return process

    async def properties(self, node: int) -> Json:
        """Read a node's properties. Raises CannotTellError: they can't be read."""
        reply = await self.content("GET", f"v2/nodes/{node}", query=(("fields", "properties"),))
        return properties(_made(reply, "node").results)


def node_id(reply: Reply) -> int:
    """Read which node an answer is about. Raises CannotTellError: it does not say."""
    number = properties(reply.results).get("id")
    if not isinstance(number, int):
        message = "the answer names no node"
        raise CannotTellError(message)
    return number


def _made(reply: Reply, what: str) -> Reply:
    if not reply.is_success:
        message = f"no {what} could be had: {reply.said}"
        raise CannotTellError(message)
    return reply


def _there(value: T | None, why_not: str) -> T:
    if value is None:
        raise CannotTellError(why_not)
    return value
