"""What the page is shown over, made by the real engine in memory: a bridge at rest, in trouble, and one approval."""

from datetime import timedelta

from local.demo.world import create_contract
from shared.models.gate import Gate
from shared.models.holds import HoldCause
from shared.models.intervention import Act, Intervention
from shared.models.messages import DeadLetter, OriginMessage
from shared.models.series import Stretch, start_of
from shared.models.troubles import Cause, Where
from shared.observability.tally import LAG, LOOKS, TASKS_MADE, Tally
from shared.operations.app_state import note_app
from shared.store.commit import link_key
from shared.store.series import Series
from tests.build import link, wanted
from tests.engine import AS_DEPLOYED, MAPPING, Engine, engine

NAMES = ("Contoso Supply 4711", "Fabrikam Logistics 2210", "Northwind Energy 0815", "Adatum Licences 1999")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LOOKS_SEEN = (4, 9, 14, 38, 61, 47, 30, 22, 18, 25, 41, 55, 72, 64, 49, 33, 27, 21, 16, 12, 19, 28, 34, 40)
BRAKED = "regional-checks"
LAGS_SEEN = (14.0, 11.5, 19.0, 22.5, 9.0, 31.0, 12.5, 48.0, 15.5, 13.0)


async def at_rest(*, contracts=4):
    """Some contracts have their tasks; nothing stands in the way."""
    bridge = engine(MAPPING, **AS_DEPLOYED)
    for name in NAMES[:contracts]:
        number = create_contract(bridge.world, name, bridge.inside.now() + timedelta(days=400))
        await bridge.look(f"workspace-{number}")
        await bridge.rest()
    await worked(bridge)
    bridge.inside.at += timedelta(minutes=3)
    await note_app(bridge.services)
    bridge.inside.at += timedelta(seconds=40)
    return bridge


async def worked(bridge: Engine):
    """Six hours of work, for the charts."""
    series, now = bridge.services.series, bridge.inside.now()
    for number in range(72):
        at = now - (72 - number) * 5 * MINUTE
        tally = Tally()
        tally.add(LOOKS, LOOKS_SEEN[number // 3 % len(LOOKS_SEEN)] + number % 4)
        tally.add(TASKS_MADE, number % 5)
        for lag in LAGS_SEEN[: number % 4]:
            tally.record(LAG, lag + number % 9)
        writer = Series(bridge.services.tables, "worker")
        await writer.keep(tally, at, at_once=True)
    assert len(await series.list_since(start_of(now - 6 * HOUR))) > 60
    assert Stretch(at=now)


async def in_trouble():
    """A permission is missing, a sign-in is refused, a name is unknown, a rule is braked, messages died."""
    bridge = await at_rest()
    services, now = bridge.services, bridge.inside.now()
    await told(
        bridge,
        Where.PLAN,
        "xqQg5FS2LkCp935s-FIFm2QAFkHM",
        Cause.NOT_ALLOWED,
        ago=6 * HOUR,
        text="403: the app lacks the permission Tasks.ReadWrite.All",
    )
    await told(
        bridge,
        Where.RULE,
        "renewal",
        Cause.NOT_KNOWN,
        ago=3 * HOUR,
        text="Contract.Ende is no attribute; the nearest is Contract.End Date (mapping.yaml, line 42)",
    )
    gate = Gate(
        until=now + 4 * MINUTE,
        since=now - 18 * MINUTE,
        why="OTDS refused the sign-in for user 1004: invalid_client",
        refused=3,
    )
    await services.tables.control.put("gate", "sign-in-performer-1004", gate.model_dump_json())
    await services.gates.close("graph", now + 6 * MINUTE, now=now - 2 * MINUTE, why="429: asked for 480 s")
    await held(bridge, "workspace-30001", 41, HoldCause.REFUSED, "Planner refused the change: 403", ago=6 * HOUR)
    await held(
        bridge, "workflow-40007", 3, HoldCause.SIGN_IN, "OTDS refused the sign-in for user 1004", ago=18 * MINUTE
    )
    await held(
        bridge,
        "workspace-30002",
        2,
        HoldCause.PERFORMER_UNKNOWN,
        "nkaur@contoso.example is not in the directory",
        ago=26 * HOUR,
    )
    await held(
        bridge,
        "workspace-30003",
        58,
        HoldCause.BRAKE,
        "more tasks of this rule would end within an hour than its brake lets through",
        ago=9 * MINUTE,
        rule=BRAKED,
    )
    await held(bridge, "workspace-30004", 19, HoldCause.MAPPING, "waits for contract-package|legal-review", ago=HOUR)
    await braked(bridge, BRAKED)
    await letters(bridge)
    await done_by_hand(bridge)
    return bridge


async def told(bridge, where, subject, cause, *, ago, text):
    troubles, now = bridge.services.troubles, bridge.inside.now()
    for minutes in range(int(ago / MINUTE), -1, -30):
        await troubles.tell(where, subject, cause, text, now - minutes * MINUTE, next_try=now + 7 * MINUTE)


async def held(bridge, origin, count, cause, reason="", *, ago=HOUR, rule="contract-package"):
    """Have an origin with items that are held so."""
    services, now = bridge.services, bridge.inside.now()
    lease = await services.origins.take(origin, now)
    links = [
        link(wanted(item_key=f"{rule}|task-{number:05}", rule_id=rule)).hindered(
            cause, reason, now - ago, retry_at=now + 11 * MINUTE
        )
        for number in range(count)
    ]
    await lease.commit(links=links, now=now, release=True)


async def many_held(bridge, count):
    """Have very many items that are held, a hundred an origin: as their rows stand, since looks would take minutes."""
    now, table = bridge.inside.now(), bridge.services.tables.origins
    row = link(wanted()).hindered(HoldCause.REFUSED, "Planner refused the change: 403", now - HOUR).model_dump_json()
    for number in range(count):
        item = f"contract-package|task-{number % 100:03}"
        text = row.replace(wanted().item_key, item)
        await table.put(f"workspace-{70000 + number // 100}", link_key(item), text)


async def braked(bridge, rule):
    """Have a rule that would end more than it may."""
    now = bridge.inside.now() - 9 * MINUTE

    async def count_open():
        return 60

    for _ in range(2):
        await bridge.services.brakes.take(rule, 25, limit=25, now=now, count_open=count_open)


async def letters(bridge, count=2):
    """Have messages that failed for good."""
    now = bridge.inside.now()
    for number in range(count):
        body = OriginMessage(origin=f"workspace-{31000 + number}").model_dump_json()
        letter = DeadLetter(
            at=now - HOUR,
            queue="origins",
            body=body,
            reason="failed at every try: KeyError: 'due'",
            replay="",
            tries=2,
            again=now + HOUR,
        )
        await bridge.services.agenda.put_dead(letter)
    unread = DeadLetter(
        at=now - 2 * HOUR, queue="origins", body="<not ours>", reason="it is no message of the bridge", replay=""
    )
    await bridge.services.agenda.put_dead(unread)


def letter(bridge, *, body, reason):
    """A message that failed for good."""
    return DeadLetter(at=bridge.inside.now() - HOUR, queue="origins", body=body, reason=reason, replay="")


async def done_by_hand(bridge):
    now = bridge.inside.now()
    for minutes, act, subject, count in (
        (140, Act.LOOK, "workspace-28866", 1),
        (96, Act.RETRY, "refused", 12),
        (31, Act.OPEN_GATE, "graph", 1),
    ):
        await bridge.services.interventions.tell(
            Intervention(
                at=now - minutes * MINUTE, by="operator n.kaur@contoso.example", act=act, subject=subject, count=count
            )
        )


async def one_life():
    """An approval: a colleague interferes, the reviewer decides; an operator had looked at it meanwhile."""
    bridge = await at_rest(contracts=1)
    content, graph, users = bridge.world.content, bridge.world.graph, bridge.world.users
    workspace = next(iter(await known(bridge, "workspace")))
    document = content.add_document(
        int(workspace.removeprefix("workspace-")), "Supply contract.docx", b"first", user="pwilliams"
    )
    process = content.start_workflow(
        "Contract Approval",
        [document],
        initiator="pwilliams",
        managers=["bridge"],
        workspace=int(workspace.removeprefix("workspace-")),
    )
    origin = f"workflow-{process}"
    await bridge.look(origin)
    await bridge.tick(MINUTE)
    task = next(task for task in graph.tasks.values() if task["title"].startswith("Approve "))
    graph.tick(users["lwhite"], task["id"], "Approve")
    graph.complete(users["lwhite"], task["id"])
    await bridge.tick(2 * MINUTE)
    await bridge.tick(2 * MINUTE)
    await bridge.services.queues.send_origin(
        OriginMessage(origin=origin, waited_for="operator", asked_by="operator n.kaur@contoso.example")
    )
    await bridge.rest()
    bridge.forward(38 * MINUTE)
    graph.tick(users["dfoxhoven"], task["id"], "Approve")
    graph.complete(users["dfoxhoven"], task["id"])
    for _ in range(4):
        await bridge.tick(MINUTE)
    await note_app(bridge.services)
    return bridge, origin


async def known(bridge, kind):
    return [key async for key in bridge.services.origins.list_origins() if key.startswith(kind)]
