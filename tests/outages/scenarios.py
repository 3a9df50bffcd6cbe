"""
What goes wrong, and what has to be said of it: by which alerts, and by when.

An alert that is not named must not fire. All of them are over a while after the cause is.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

from local.demo.world import create_contract
from local.in_process.transport import Answer, Handler, Query
from local.local_system import SETTINGS
from local.simulators.faults import Fault, Faults
from shared.models.messages import OriginMessage, PlanMessage
from shared.models.words import WaitedFor
from tests.outages.app import ADDRESSES, App

DAYS = timedelta(days=400)
BRAKED = Path(__file__).with_name("braked.yaml")
"""A mapping under which more than one ending an hour is held."""


Act: TypeAlias = Callable[[App], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One thing that goes wrong."""

    name: str
    says: str
    """In words for the table."""
    breaks: Act
    mends: Act
    alerts: Mapping[str, int] = field(default_factory=dict)
    """Name → by which minute after it broke it has to fire."""
    minutes: int = 15
    """How long it stays broken."""
    well_after: int = 15
    """Minutes after which no alert fires any more."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Other settings of the app."""
    from_start: bool = False
    """It is broken before the app is first deployed."""
    is_listed: bool = True
    """It stands in the table of docs/operations.md."""


class Break:
    """Stands before a simulator, and answers some calls in its place."""

    def __init__(self, well: Handler, status: int, is_meant: Callable[[str, str, bytes], bool], **headers: str) -> None:
        self._well, self._status, self._is_meant, self._headers = well, status, is_meant, headers

    async def __call__(self, method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer in the simulator's place, or hand the call on."""
        if not self._is_meant(method, path, body):
            return await self._well(method, path, query, headers, body)
        error = b'{"error": {"code": "Authorization_RequestDenied", "message": "made up"}}'
        given = {name.replace("_", "-"): value for name, value in self._headers.items()}
        return self._status, {"content-type": "application/json", **given}, error


def graph(status: int, only: str = "", **headers: str) -> Act:
    """Have Graph answer a status, to everything or to what holds a text in its path."""

    async def breaks(app: App) -> None:
        app.graph = Break(app.world.graph.handle, status, lambda _, path, __: only in path, **headers)
        await new_work(app)

    return breaks


def content(status: int, is_meant: Callable[[str, str, bytes], bool]) -> Act:
    """Have Content Server and OTDS answer a status to some calls."""

    async def breaks(app: App) -> None:
        app.content = Break(app.world.content.handle, status, is_meant)
        await new_work(app)

    return breaks


async def mend(app: App) -> None:
    """Let both systems answer for themselves."""
    app.graph, app.content = app.world.graph.handle, app.world.content.handle


async def new_work(app: App) -> None:
    """Have a contract made, and hinted at."""
    number = create_contract(app.world, f"Contract of {app.now():%H:%M}", app.now() + DAYS)
    app.queues["origins"].messages.append(OriginMessage(origin=f"workspace-{number}").model_dump_json())


async def nothing(app: App) -> None:
    """Leave it as it is."""
    del app


def setting(**changed: str) -> Act:
    """Restart the app with other settings."""

    async def change(app: App) -> None:
        app.change(**changed)
        await new_work(app)

    return change


async def _refuse_performers(app: App) -> None:
    """Let nobody be signed in for, and have an approval begin: its form is asked for in the performer's name."""
    await content(400, lambda _, path, body: path.startswith("/otdsws") and b"token-exchange" in body)(app)
    number = create_contract(app.world, "Decided", app.now() + DAYS)
    document = app.world.content.add_document(number, "Supply.docx", b"text", user="pwilliams")
    process = app.world.content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=number
    )
    app.queues["origins"].messages.append(OriginMessage(origin=f"workflow-{process}").model_dump_json())


async def _open_sign_ins(app: App) -> None:
    """Do what the runbook says: mend, then open the gates."""
    await mend(app)
    await _open_all(app)


async def _open_all(app: App) -> None:
    storage = app.wired.storage()
    for name in await storage.gates.list_all():
        await storage.gates.open(name)


async def _new_password(app: App) -> None:
    app.change(OTDS_CLIENT_SECRET=SETTINGS["OTDS_CLIENT_SECRET"])
    await _open_all(app)


async def _lose_plan(app: App) -> None:
    plan = next(key for key, body in app.world.graph.plans.items() if body["title"] == "Finance")
    await graph(404, f"/planner/plans/{plan}")(app)


async def _look_again(app: App) -> None:
    """Mend it, and have everything looked at and every plan read, as the runbook says and `manage.py replay` does."""
    await mend(app)
    async for origin in app.wired.storage().origins.list_origins():
        message = OriginMessage(origin=origin, waited_for=WaitedFor.OPERATOR)
        app.queues["origins"].messages.append(message.model_dump_json())
    async for row in app.wired.storage().plans.list_all():
        plan = PlanMessage(plan=row.plan_id, waited_for=WaitedFor.OPERATOR)
        app.queues["plans"].messages.append(plan.model_dump_json())


async def _refuse_tasks(app: App) -> None:
    app.world.graph.faults.add(Fault.status(403, method="POST", path="/planner/tasks", times=10**6))
    await new_work(app)


async def _take_tasks(app: App) -> None:
    app.world.graph.faults = Faults()
    await _look_again(app)


async def _hang(app: App) -> None:
    app.hangs = True


async def _answer(app: App) -> None:
    app.hangs = False


async def _poison(app: App) -> None:
    app.unforeseen = "origins"
    await new_work(app)


async def _heal(app: App) -> None:
    app.unforeseen = ""


async def _end_many(app: App) -> None:
    """Have a condition say no to all contracts at once."""
    for number in [
        node for node in app.world.content.state.nodes if app.world.content.attribute(node, REGION) == "EMEA"
    ]:
        app.world.content.set_attribute("pwilliams", number, REGION, "APAC")
        app.queues["origins"].messages.append(OriginMessage(origin=f"workspace-{number}").model_dump_json())


async def _release(app: App) -> None:
    await app.wired.storage().brakes.release("package", app.now())


REGION = "Contract.Region"


def _is_otds(_: str, path: str, __: bytes) -> bool:
    return path.startswith("/otdsws")


def _is_content_server(_: str, path: str, __: bytes) -> bool:
    return path.startswith("/cs")


def _is_record(_: str, path: str, __: bytes) -> bool:
    return "/nodes/" in path or "/businessworkspaces" in path


SCENARIOS = (
    Scenario(name="quiet", says="nothing is wrong", breaks=nothing, mends=nothing, is_listed=False),
    Scenario(
        name="throttled",
        says="Graph asks for a pause of two minutes, again and again",
        breaks=graph(429, retry_after="120"),
        mends=mend,
        is_listed=False,
    ),
    Scenario(
        name="permission-missing",
        says="The app never had the permission: every call to Planner is refused",
        breaks=graph(403, "/planner/"),
        mends=_look_again,
        alerts={"permission-missing": 15},
        from_start=True,
    ),
    Scenario(
        name="permission-withdrawn",
        says="The permission is withdrawn: from one moment on every call to Planner is refused",
        breaks=graph(403, "/planner/"),
        mends=_look_again,
        alerts={"permission-missing": 15},
        well_after=30,
    ),
    Scenario(
        name="content-server-away",
        says="Content Server answers 503, OTDS is well",
        breaks=content(503, _is_content_server),
        mends=mend,
        alerts={"system-away": 11},
    ),
    Scenario(
        name="graph-away",
        says="All of Graph answers 503",
        breaks=graph(503),
        mends=mend,
        alerts={"system-away": 11},
        is_listed=False,
    ),
    Scenario(
        name="otds-refuses",
        says="OTDS refuses the bridge's own sign-in: the secret was changed",
        breaks=setting(OTDS_CLIENT_SECRET="changed"),
        mends=_new_password,
        alerts={"sign-in-refused": 6},
    ),
    Scenario(
        name="performer-refused",
        says="OpenText refuses to let the bridge act for a performer",
        breaks=_refuse_performers,
        mends=_open_sign_ins,
        alerts={"sign-in-refused": 11},
    ),
    Scenario(
        name="plan-gone",
        says="One plan was deleted",
        breaks=_lose_plan,
        mends=mend,
        alerts={"permission-missing": 15},
        well_after=30,
    ),
    Scenario(
        name="storage-hangs",
        says="Storage takes requests and answers none",
        breaks=_hang,
        mends=_answer,
        alerts={"no-sweep": 16},
        minutes=17,
    ),
    Scenario(
        name="mapping-broken",
        says="The mapping can't be used from the start",
        breaks=setting(MAPPING_FILE="no-such-mapping.yaml"),
        mends=setting(MAPPING_FILE=ADDRESSES["MAPPING_FILE"]),
        alerts={"troubles": 11, "no-sweep": 16},
    ),
    Scenario(
        name="unresolved-reference",
        says="One reference to the vault does not resolve: Graph's client state",
        breaks=setting(GRAPH_CLIENT_STATE="@Microsoft.KeyVault(SecretUri=https://vault.example/x)"),
        mends=setting(GRAPH_CLIENT_STATE=SETTINGS["GRAPH_CLIENT_STATE"]),
        alerts={"troubles": 11},
    ),
    Scenario(
        name="poison",
        says="A message fails at every try, for a reason that nobody foresaw",
        breaks=_poison,
        mends=_heal,
        alerts={"dead-letters": 10, "troubles": 15},
        well_after=70,
    ),
    Scenario(
        name="brake",
        says="A condition says no to many tasks at once",
        breaks=_end_many,
        mends=_release,
        alerts={"brake": 10},
        environment={"MAPPING_FILE": str(BRAKED)},
        is_listed=False,
    ),
    Scenario(
        name="tasks-refused",
        says="Planner refuses to make one contract's tasks for more than an hour",
        breaks=_refuse_tasks,
        mends=_take_tasks,
        alerts={"held-for-an-hour": 66},
        minutes=70,
        is_listed=False,
    ),
    Scenario(
        name="records-refused",
        says="Content Server refuses to show its records for more than an hour",
        breaks=content(403, _is_record),
        mends=_look_again,
        alerts={"held-for-an-hour": 66},
        minutes=70,
        is_listed=False,
    ),
)
