"""A plain caller of the Graph simulator, so that its rules are tested without any client."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from local.simulators.graph import Graph, Rules

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BEARER = {"authorization": "Bearer local", "host": "localhost:8080"}


@dataclass
class Clock:
    time: datetime = START

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **parts: float) -> None:
        self.time += timedelta(**parts)


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def etag(self) -> str:
        return str(self.json["@odata.etag"])

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


@dataclass
class Caller:
    """The app, with a token, in a small world: two users, a group, a plan with two buckets."""

    rules: Rules = field(default_factory=Rules)
    clock: Clock = field(default_factory=Clock)
    seed: int = 1

    def __post_init__(self) -> None:
        self.graph = Graph(now=self.clock, seed=self.seed, rules=self.rules)
        self.ada = self.graph.add_user("ada@contoso.example", name="Ada")
        self.bob = self.graph.add_user("bob@contoso.example", name="Bob")
        self.group = self.graph.add_group("Legal", [self.ada, self.bob])
        self.plan = self.graph.add_plan(self.group, "Contracts", ["To do", "Review"], {"category1": "Urgent"})

    async def call(self, method: str, url: str, body: Any = None, **headers: str) -> Reply:
        parts = urlsplit(url)
        path = parts.path if parts.path.startswith("/v1.0") else "/v1.0" + parts.path
        content = b"" if body is None else json.dumps(body).encode()
        named = {**BEARER, **{name.replace("_", "-"): value for name, value in headers.items()}}
        query = parse_qsl(parts.query, keep_blank_values=True)
        return Reply(*await self.graph.handle(method, path, query, named, content))

    async def get(self, url: str) -> Reply:
        return await self.call("GET", url)

    async def post(self, url: str, body: Any) -> Reply:
        return await self.call("POST", url, body)

    async def patch(self, url: str, body: Any, etag: str, **headers: str) -> Reply:
        """With If-Match, and asking for what came of it."""
        return await self.call("PATCH", url, body, if_match=etag, prefer="return=representation", **headers)

    async def delete(self, url: str, etag: str) -> Reply:
        return await self.call("DELETE", url, if_match=etag)

    async def task(self, **more: Any) -> Any:
        """Make a task and return it."""
        reply = await self.post("/planner/tasks", {"planId": self.plan, "title": "Review", **more})
        assert reply.status == 201, reply.body
        return reply.json

    async def details(self, task_id: str) -> Any:
        return (await self.get(f"/planner/tasks/{task_id}/details")).json

    async def batch(self, *requests: Any) -> dict[str, Any]:
        """Send a batch and return its answers by id."""
        reply = await self.post("/$batch", {"requests": list(requests)})
        assert reply.status == 200, reply.body
        return {answer["id"]: answer for answer in reply.json["responses"]}


def assigned(*users: str) -> dict[str, Any]:
    return {user: {"@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !"} for user in users}


def item(**parts: Any) -> dict[str, Any]:
    return {"@odata.type": "microsoft.graph.plannerChecklistItem", **parts}


def reference(alias: str) -> dict[str, Any]:
    return {"@odata.type": "microsoft.graph.plannerExternalReference", "alias": alias, "type": "Other"}
