"""A plain caller of the Content Server simulator, so that its rules are tested without any client."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from local.simulators.content_server import SEND_ON, Attribute, AttributeSet, ContentServer, MapStep, WorkflowMap

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"
APPROVER, COUNTERSIGN = 1, 2


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
    def results(self) -> Any:
        return self.json["results"]

    @property
    def error(self) -> tuple[int, str]:
        return self.status, str(self.json["error"])


@dataclass
class Caller:
    """The server, with people who may sign in, one workspace, and calls by login."""

    zone: str = "UTC"
    clock: Clock = field(default_factory=Clock)
    tickets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.server = ContentServer(now=self.clock, zone=self.zone)
        for login, name in (("bridge", "Bridge"), ("liz", "Liz White"), ("deke", "Deke Fox"), ("nina", "Nina Kaur")):
            self.server.add_user(login, name)
        self.legal = self.server.add_group("Legal", ["liz", "deke"])
        plain = (Attribute("Value", "Integer"), Attribute("End Date", "Date"), Attribute("Tags", multi=True))
        parties = AttributeSet("Parties", (Attribute("Name"), Attribute("Emails", multi=True)))
        self.category = self.server.add_category("Contract", ["Region", *plain, parties])
        self.kind = self.server.add_workspace_type("Contract")
        self.workspace = self.server.create_workspace(
            "Contract",
            "ACME",
            attributes={"Contract.Region": "EMEA"},
            roles={"Manager": ["nina"], "Legal": ["Legal"]},
        )
        self.document = self.server.add_document(self.workspace, "Contract.docx", b"first")

    def user(self, login: str) -> int:
        return self.server.state.user_named(login).id

    async def raw(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        base: str = "/cs/cs/api/",
    ) -> Reply:
        parts = urlsplit(base + url)
        query = parse_qsl(parts.query, keep_blank_values=True)
        return Reply(*await self.server.handle(method, parts.path, query, headers or {}, body))

    async def sign_in(self, login: str, **headers: str) -> str:
        form = urlencode({"username": login, "password": "secret"}).encode()
        reply = await self.raw("POST", "v1/auth", headers={"content-type": FORM, **headers}, body=form)
        return str(reply.json["ticket"])

    async def call(self, method: str, url: str, *, form: Any = None, b: Any = None, by: str = "bridge") -> Reply:
        """Call as somebody; `form` is style A, `b` style B."""
        if by not in self.tickets:
            self.tickets[by] = await self.sign_in(by)
        fields = form if b is None else {"body": json.dumps(b)}
        headers = {"otcsticket": self.tickets[by]} | ({} if fields is None else {"content-type": FORM})
        reply = await self.raw(method, url, headers=headers, body=urlencode(fields or {}, doseq=True).encode())
        self.tickets[by] = reply.headers.get("OTCSTicket", self.tickets[by])
        return reply

    async def get(self, url: str, *, by: str = "bridge") -> Reply:
        return await self.call("GET", url, by=by)

    async def upload(self, url: str, fields: dict[str, str], content: bytes | None, *, by: str = "bridge") -> Reply:
        """Call in style C; without content the file part is missing."""
        parts = [
            f'Content-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode() for name, text in fields.items()
        ]
        if content is not None:
            head = b'Content-Disposition: form-data; name="file"; filename="e.json"\r\n'
            head += b"Content-Type: application/json\r\n\r\n"
            parts.append(head + content + b"\r\n")
        body = b"".join(b"--edge\r\n" + part for part in parts) + b"--edge--\r\n"
        headers = {"otcsticket": await self.sign_in(by), "content-type": "multipart/form-data; boundary=edge"}
        return await self.raw("POST", url, headers=headers, body=body)

    # -- workflows ------------------------------------------------------------------------------------------------

    def approval(
        self, performer: str = "liz", *, managers: Sequence[str] = (), due: timedelta | None = None, **approver: Any
    ) -> int:
        """Start "Approval": Approve goes on to Countersign, Reject comes back to the same step."""
        number = len(self.server.state.maps)
        steps = (
            MapStep(APPROVER, "Approver", performer, {"Approve": (COUNTERSIGN,), "Reject": (APPROVER,)}, **approver),
            MapStep(COUNTERSIGN, "Countersign", "deke", duration=timedelta(days=1)),
        )
        self.server.define_map(WorkflowMap(f"Approval {number}", steps, duration=due))
        return self.server.start_workflow(
            f"Approval {number}", [self.document], initiator="bridge", managers=list(managers)
        )

    async def act(self, process: int, step: int, *, by: str, **body: Any) -> Reply:
        return await self.call("PUT", f"v2/processes/{process}/subprocesses/{process}/tasks/{step}", b=body, by=by)

    async def form(self, process: int, step: int, *, by: str) -> Reply:
        ids = f"process_id={process}&subprocess_id={process}&task_id={step}"
        return await self.get(f"v1/forms/processes/tasks/update?{ids}", by=by)

    async def steps(self, process: int, *, by: str = "bridge") -> dict[str, list[dict[str, Any]]]:
        reply = await self.get(f"v2/workflows/status/processes/{process}", by=by)
        found: dict[str, list[dict[str, Any]]] = reply.results["step_list"]
        return found


def lost(process: int, step: int) -> tuple[int, str]:
    """What is said of a step that is not (any more) the caller's."""
    return 500, f"Could not get a workflow for {process}, {process}, {step}"


__all__ = ["APPROVER", "COUNTERSIGN", "SEND_ON", "START", "Caller", "Clock", "MapStep", "Reply", "WorkflowMap", "lost"]
