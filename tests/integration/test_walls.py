"""What one item's own data breaks stops that item alone, is told, and has a bounded way back."""

from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import START, Inside
from local.local_system import ROOT
from local.simulators.faults import Fault
from shared.models.holds import HoldCause, RefusalReason
from shared.models.link import Refusal
from shared.models.messages import OriginMessage, PlanMessage
from shared.models.words import WaitedFor
from shared.watchers.read_plan import read_plan
from tests.narrowing import sure

END = START + timedelta(days=400)


class Case:
    """A contract's workspace with its tasks at rest."""

    def __init__(self):
        self.inside = Inside(ROOT / "mapping.yaml")
        self.graph, self.content = self.inside.world.graph, self.inside.world.content
        self.services = self.inside.services()
        self.workspace = create_contract(self.inside.world, "Supply", END)
        self.origin = f"workspace-{self.workspace}"

    async def look(self, waited_for=WaitedFor.HINT):
        message = OriginMessage(origin=self.origin, waited_for=waited_for)
        self.inside.origins.messages.append(message.model_dump_json())
        await self.inside.drain()

    async def links(self):
        return await self.services.origins.find_links(self.origin)

    async def break_one(self, item):
        """Have a link hold what no release ever wrote there."""
        held = sure(await self.services.origins.take(self.origin, self.inside.at))
        naive = self.inside.at.replace(tzinfo=None)
        refusal = Refusal(reason=RefusalReason.REASSIGNED, text="put back", at=naive, reopened=True)
        link = held.links[item].put_back(refusal)
        await held.commit(links=[link], now=self.inside.at, release=True)

    def move_dates(self):
        self.content.set_attribute("pwilliams", self.workspace, "Contract.End Date", "2028-06-30T00:00:00")


REVIEW, RENEWAL = "contract-package|legal-review", "contract-package|renewal-decision"


@pytest.fixture
async def case():
    one = Case()
    await one.look()
    await one.inside.pass_time(timedelta(minutes=5), times=4)
    return one


async def test_an_item_whose_data_breaks_its_decision_is_held_alone_and_told(case):
    await case.break_one(REVIEW)
    case.move_dates()

    await case.look()

    links = await case.links()
    assert links[REVIEW].hold is HoldCause.ITEM_FAILED
    assert "TypeError" in links[REVIEW].reason
    assert links[RENEWAL].base["due"].asked == "2028-03-30"
    told = [entry for entry in await case.services.origins.list_entries(case.origin) if entry.what == "held"]
    assert [entry.item for entry in told] == [REVIEW]


async def test_an_item_that_goes_on_failing_is_tried_ever_less_often_and_told_once(case):
    await case.break_one(REVIEW)
    await case.look()
    await case.inside.pass_time(timedelta(minutes=5), times=36)

    broken = (await case.links())[REVIEW]
    assert broken.hold is HoldCause.ITEM_FAILED
    assert 5 <= broken.tries <= 8
    told = [entry for entry in await case.services.origins.list_entries(case.origin) if entry.what == "held"]
    assert len(told) == 1


async def test_an_item_that_failed_lets_its_plan_be_quiet_though_people_edit_its_task(case):
    """Each read of the plan would have its origin looked at, and nothing would come of it."""
    await case.break_one(REVIEW)
    await case.look()
    task = sure((await case.links())[REVIEW].task_id)
    case.graph.person_patch_task(case.inside.world.users["lwhite"], task, title="Renamed")
    await case.inside.pass_time(timedelta(minutes=5), times=6)
    plan = PlanMessage(plan=case.graph.tasks[task]["planId"])

    assert not await read_plan(plan, case.services)


async def test_an_item_that_failed_goes_on_once_its_data_is_right(case):
    await case.break_one(REVIEW)
    await case.look()
    assert (await case.links())[REVIEW].hold is HoldCause.ITEM_FAILED
    held = await case.services.origins.take(case.origin, case.inside.at)
    mended = held.links[REVIEW].model_copy(update={"refusals": ()})
    await held.commit(links=[mended], now=case.inside.at, release=True)

    await case.look(WaitedFor.OPERATOR)

    assert (await case.links())[REVIEW].hold is None


async def test_a_task_that_is_not_answered_stops_its_item_alone(case):
    task = (await case.links())[REVIEW].task_id
    case.graph.faults.add(Fault.status(503, method="GET", path=f"/planner/tasks/{task}", times=99))
    case.move_dates()

    await case.look()

    links = await case.links()
    assert links[REVIEW].hold is HoldCause.UNAVAILABLE
    assert links[RENEWAL].base["due"].asked == "2028-03-30"
    case.graph.faults.queue.clear()
    await case.inside.pass_time(timedelta(minutes=1), times=3)
    assert (await case.links())[REVIEW].hold is None


async def test_a_write_that_is_not_answered_stops_its_item_alone(case):
    task = (await case.links())[RENEWAL].task_id
    case.graph.faults.add(Fault.status(503, method="PATCH", path=f"/planner/tasks/{task}", times=99))
    case.move_dates()

    await case.look()

    assert (await case.links())[RENEWAL].hold is HoldCause.UNAVAILABLE
    case.graph.faults.queue.clear()
    await case.inside.pass_time(timedelta(minutes=1), times=3)
    renewal = (await case.links())[RENEWAL]
    assert (renewal.hold, renewal.base["due"].asked) == (None, "2028-03-30")
