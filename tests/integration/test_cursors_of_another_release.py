"""Whatever stands in a cursor, be it another release's or nothing sensible: it costs beginning again, and no more."""

from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import START, Inside
from local.local_system import ROOT
from shared.intake.graph import SUBSCRIPTIONS_DUE
from shared.models.messages import AgendaEntry
from shared.models.words import WaitedFor
from shared.operations.status import read_status
from shared.targets.unproven import EVERYWHERE, Unproven
from shared.watchers.discovery import NEXT
from shared.watchers.subscriptions import TOUCHED, renew_subscriptions
from shared.watchers.timers import FORWARD, sweep_agenda

END = START + timedelta(days=400)
VALUES = {
    "no time": "soon",
    "a time without its zone": "2026-11-23T09:00:00",
    "a number": "7",
    "a list": "[1]",
    "another shape": '{"format": 2, "at": {"seconds": 1}}',
    "nothing": "",
    "null": "null",
}


@pytest.fixture(params=list(VALUES.values()), ids=list(VALUES))
async def inside(request):
    """Everything runs; then each cursor holds what no release of ours wrote."""
    one = Inside(ROOT / "mapping.yaml")
    create_contract(one.world, "Supply", END)
    await one.pass_time(timedelta(minutes=6), times=2)
    cursors = one.services().cursors
    names = [row["RowKey"] for row in one.account.tables["control"]["cursor"].values()]
    for name in {*(name.replace("=2F", "/") for name in names), FORWARD, NEXT, SUBSCRIPTIONS_DUE, TOUCHED}:
        await cursors.save(name, request.param)
    return one


async def test_what_is_due_is_queued(inside):
    services = inside.services()
    entry = AgendaEntry(at=inside.at, origin="workspace-1", waited_for=WaitedFor.RETRY)
    await services.agenda.put(entry, inside.at)
    inside.at += timedelta(seconds=10)

    await sweep_agenda(services)

    assert any('"workspace-1"' in body for body in inside.origins.messages)


async def test_what_is_new_is_discovered(inside):
    """It was made while nothing ran, long before the list is looked at again."""
    new = create_contract(inside.world, "New", END)
    inside.at += timedelta(hours=5)

    await inside.pass_time(timedelta(minutes=6), times=6)

    links = await inside.services().origins.find_links(f"workspace-{new}")
    assert len(links) == 4


async def test_subscriptions_are_kept(inside):
    await renew_subscriptions(inside.services())


async def test_the_state_is_told(inside):
    assert await read_status(inside.storage(), with_links=True)


@pytest.mark.parametrize("value", [value for value in VALUES.values() if value])
async def test_where_it_is_not_known_what_a_rebuild_could_not_find_nothing_is_made(value):
    one = Inside(ROOT / "mapping.yaml")
    await one.services().cursors.save("rebuild/unproven", value)
    cursors = one.services().cursors

    assert set(await Unproven(cursors, one.now).read()) == {EVERYWHERE}
    assert await cursors.rebuilt_at() is None
