"""A worker whose clock was wrong leaves nothing that stands for longer than it would by a right one."""

from datetime import timedelta

import pytest
import yaml

from local.demo.world import create_contract
from local.in_process.system import OPENTEXT, START, Inside
from local.simulators.faults import Fault
from shared.models.holds import HoldCause
from shared.models.link import LinkState
from shared.models.messages import AgendaEntry, OriginMessage
from shared.models.words import WAITS, WaitedFor
from shared.watchers.timers import sweep_agenda
from tests.engine import AS_DEPLOYED
from tests.repository import ROOT

AHEAD = [timedelta(hours=1), timedelta(days=1)]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Case:
    """One contract with one task, and workers by whose clock it may be later than it is."""

    def __init__(self, folder):
        rules = yaml.safe_load((ROOT / "mapping.yaml").read_text())
        task = {"key": "review", "title": "{{ workspace.name }}", "assign": "role:Legal"}
        rule = {"id": "package", "on": "workspace", "plan": "contracts", "tasks": [task]}
        path = folder / "mapping.yaml"
        path.write_text(yaml.safe_dump({**rules, "rules": [rule]}))
        self.inside = Inside(path, settings=AS_DEPLOYED)
        self.world = self.inside.world
        self.origin = f"workspace-{create_contract(self.world, 'Supply', START + 400 * DAY)}"

    async def look(self):
        self.inside.origins.messages.append(OriginMessage(origin=self.origin).model_dump_json())
        await self.inside.drain()

    async def states(self):
        links = await self.inside.services().origins.find_links(self.origin)
        return {link.state for link in links.values()}


@pytest.mark.parametrize("ahead", AHEAD, ids=str)
async def test_what_a_worker_with_a_wrong_clock_put_off_is_done_soon_by_a_right_one(ahead, tmp_path):
    """OpenText is away for a moment, just when that worker looks."""
    case = Case(tmp_path)
    faults = case.world.content.faults
    faults.add(Fault.status(503, times=1))
    case.inside.at += ahead
    await case.look()
    assert await case.states() == set()

    case.inside.at -= ahead
    await case.inside.pass_time(5 * MINUTE, times=26)

    assert await case.states() == {LinkState.OPEN}


@pytest.mark.parametrize("ahead", [timedelta(), DAY, 365 * DAY], ids=str)
async def test_an_item_that_failed_by_a_wrong_clock_is_free_once_it_goes_well(ahead, tmp_path):
    case = Case(tmp_path)
    await case.look()
    services = case.inside.services()
    held = await services.origins.take(case.origin, case.inside.at)
    assert held is not None
    (link,) = held.links.values()
    failed = link.hindered(HoldCause.ITEM_FAILED, "TypeError", case.inside.at + ahead)
    await held.commit(links=[failed], now=case.inside.at, release=True)
    case.inside.at += MINUTE
    await case.look()

    (link,) = (await services.origins.find_links(case.origin)).values()
    assert link.hold is None


async def test_a_look_that_a_fast_clock_brought_early_and_that_fails_again_leaves_a_timer(tmp_path):
    """It may be for the very moment for which the one stood that was taken."""
    case = Case(tmp_path)
    agenda = case.inside.services().agenda
    waits = OriginMessage(origin=case.origin, waited_for=WaitedFor.RETRY).model_dump_json()
    for _ in range(8):
        case.inside.rng.seed(1)
        case.world.content.faults.add(Fault.status(503, path=f"/businessworkspaces/{case.origin.partition('-')[2]}"))
        case.inside.origins.messages.append(waits)
        await case.inside.drain()

        timers = [due for due in await agenda.due(START + DAY) if due.entry.waited_for is WaitedFor.RETRY]
        assert [due.entry.origin for due in timers] == [case.origin]
        await agenda.remove(timers[0])


@pytest.mark.parametrize("ahead", AHEAD, ids=str)
async def test_a_gate_that_was_closed_by_a_wrong_clock_opens_in_its_longest_time(ahead, tmp_path):
    case = Case(tmp_path)
    gates = case.inside.services().gates
    await gates.close("graph", START + ahead + HOUR, now=START + ahead)

    await case.look()

    assert await case.states() == {LinkState.OPEN}


async def test_what_was_announced_by_a_wrong_clock_is_settled_by_a_right_one(tmp_path):
    """The POST was not answered, and its worker was an hour ahead."""
    case = Case(tmp_path)
    case.world.graph.faults.add(Fault.dropped(method="POST", path="/planner/tasks", after=True))
    case.inside.at += HOUR
    await case.look()
    assert LinkState.RESERVED in await case.states()

    case.inside.at -= HOUR
    case.inside.restart("another")
    await case.look()
    await case.inside.pass_time(MINUTE, times=4)
    await case.look()

    assert await case.states() == {LinkState.OPEN}
    assert len(case.world.graph.tasks) == 1


async def test_timers_that_may_stand_far_off_are_left(tmp_path):
    case = Case(tmp_path)
    agenda = case.inside.services().agenda
    for waited_for in WaitedFor:
        # A gate's is the setting's.
        longest = (
            WAITS[waited_for].longest if waited_for is not WaitedFor.GATE else case.inside.services().gates.longest
        )
        at = START + (longest or 300 * DAY)
        await agenda.put(AgendaEntry(at=at, origin=f"workspace-{ord(waited_for[0])}", waited_for=waited_for), START)
    before = (await agenda.census(START)).later

    await sweep_agenda(case.inside.services())

    assert (await agenda.census(START)).later == before == len(WaitedFor)


async def test_they_are_looked_for_once_an_hour(tmp_path):
    case = Case(tmp_path)
    await case.inside.pass_time(MINUTE, times=5)
    before = case.inside.calls["agenda query"]
    await case.inside.pass_time(MINUTE, times=55)

    assert case.inside.calls["agenda query"] - before <= 55 * 2 + 2
    assert case.inside.calls[f"{OPENTEXT} GET"] > 0
