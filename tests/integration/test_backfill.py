"""Five hundred old workspaces, a death half-way, a resumption: each task once, and approvals never wait."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import START, Inside
from local.in_process.table_errors import failure
from local.local_system import ROOT
from shared.errors import RetryLaterError
from shared.models.messages import AgendaEntry, OriginMessage
from shared.models.words import WaitedFor
from shared.operations.backfill import AT_ONCE, Scope, find, hand_on, resume
from shared.watchers.timers import SHORT_QUEUE, sweep_agenda

OLD = 500
END = START + timedelta(days=400)
SCOPE = Scope("contract-package", datetime(2026, 1, 1, tzinfo=UTC))
TICK = timedelta(seconds=30)


async def run(inside):
    """Do what the command does; return how many were handed on."""
    services = inside.services()
    found = await find(SCOPE, services, lambda _: None)
    progress = await resume(SCOPE, services)
    return sum([count async for count in hand_on(found, SCOPE, progress, services)])


async def test_killed_half_way_and_resumed_each_task_is_there_once():
    """The command dies after 150 rows, a worker at its 60th origin; another worker and another run finish."""
    inside = Inside(ROOT / "mapping.yaml")
    made = [create_contract(inside.world, f"Old {number}", END) for number in range(OLD)]
    inside.account.gate = _dying(inside, after=150)
    with pytest.raises(RetryLaterError):
        await run(inside)
    inside.account.gate = None

    again = await run(inside)
    assert OLD - 150 - AT_ONCE <= again <= OLD - 150 + AT_ONCE

    died = False
    for _ in range(OLD // SHORT_QUEUE * 3):
        inside.at += TICK
        await sweep_agenda(inside.services())
        if not died and len(inside.world.graph.tasks) > 200:
            died = await _die_at_a_post(inside)
        await inside.drain()

    titles = Counter(task["title"] for task in inside.world.graph.tasks.values())
    assert len(titles) == 4 * OLD
    assert set(titles.values()) == {1}
    assert died
    assert len(made) == OLD


def _dying(inside, *, after):
    written: Counter[str] = Counter()

    async def gate(moment, table, operation):
        if (moment, table, operation) == ("before", "agenda", "upsert"):
            written["rows"] += 1
            if written["rows"] > after:
                raise failure(503, "ServerBusy")

    return gate


class KilledError(BaseException):
    """The process ended."""


async def _die_at_a_post(inside):
    """Let a worker die right after Planner made a task, and another one go on with a virgin memory."""
    handle = inside.graph

    async def die(method, path, query, headers, body):
        answer = await handle(method, path, query, headers, body)
        if method == "POST" and b"planner/tasks" in body:
            inside.account.gate = no_more
            raise KilledError
        return answer

    async def no_more(moment, table, operation):
        # Its `finally` blocks run, and have no effect, as after SIGKILL.
        raise KilledError

    inside.graph = die
    message = inside.origins.messages[0]
    with pytest.raises(KilledError):
        await inside.drain()
    inside.graph, inside.account.gate = handle, None
    inside.restart("second")
    # Seen again after its time, as the queue does with what nobody finished.
    inside.origins.messages.append(message)
    inside.at += timedelta(minutes=12)
    return True


async def test_a_workspace_that_changes_meanwhile_appears_once():
    """A hint comes while its back-fill row still waits; and one is made that the list did not show."""
    inside = Inside(ROOT / "mapping.yaml")
    old = create_contract(inside.world, "Old", END)
    await run(inside)
    new = create_contract(inside.world, "New", END)
    for workspace in (old, new):
        inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    await inside.drain()

    await sweep_agenda(inside.services())
    await inside.drain()

    titles = Counter(task["title"] for task in inside.world.graph.tasks.values())
    assert len(titles) == 8
    assert set(titles.values()) == {1}


async def test_an_approval_overtakes_back_fill():
    """Its timer is queued first, and back-fill only while hardly anything waits."""
    inside = Inside(ROOT / "mapping.yaml")
    for number in range(SHORT_QUEUE + 20):
        create_contract(inside.world, f"Old {number}", END)
    await run(inside)
    services = inside.services()
    await services.cursors.save(
        "discovery/next", (inside.at + timedelta(seconds=services.settings.opentext_discovery_seconds)).isoformat()
    )
    await services.agenda.put(AgendaEntry(at=inside.at, origin="workflow-7", waited_for=WaitedFor.THRESHOLD), inside.at)

    await sweep_agenda(services)

    queued = [OriginMessage.model_validate_json(message) for message in inside.origins.messages]
    assert (queued[0].origin, queued[0].bulk) == ("workflow-7", False)
    assert sum(message.bulk for message in queued) == SHORT_QUEUE - 1

    await sweep_agenda(services)
    assert len(inside.origins.messages) == SHORT_QUEUE


async def test_a_finished_run_begins_anew_and_a_broken_one_goes_on():
    inside = Inside(ROOT / "mapping.yaml")
    create_contract(inside.world, "Old", END)
    assert await run(inside) == 1

    assert (await resume(SCOPE, inside.services())).last == 0
    other = Scope(SCOPE.rule, SCOPE.since + timedelta(days=1))
    assert (await resume(other, inside.services())).last == 0


async def test_a_run_that_was_broken_off_begins_anew_when_its_rule_was_corrected(tmp_path):
    """What was handed on before was looked at by the wrong rule: it is handed on again."""
    inside = Inside(ROOT / "mapping.yaml")
    for number in range(AT_ONCE + 10):
        create_contract(inside.world, f"Old {number}", END)
    services = inside.services()
    found = await find(SCOPE, services, lambda _: None)
    async for _ in hand_on(found, SCOPE, await resume(SCOPE, services), services):
        break
    assert (await resume(SCOPE, services)).last == found.numbers[AT_ONCE - 1]

    corrected = tmp_path / "mapping.yaml"
    corrected.write_text(
        (ROOT / "mapping.yaml")
        .read_text()
        .replace(
            "id: contract-package",
            "id: contract-package\n    calendar: default\n    pause: {attributes: {Contract.Region: APAC}}",
            1,
        )
    )
    inside.reload(corrected, "after the correction")

    assert (await resume(SCOPE, inside.services())).last == 0
    assert await run(inside) == AT_ONCE + 10
