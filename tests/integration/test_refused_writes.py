"""Planner refuses a change: it is said once and tried again now and then, and what people do goes on being seen."""

from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import START, Inside
from local.local_system import ROOT
from local.simulators.faults import Fault
from shared.models.holds import HoldCause
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from shared.reconciler.reconcile import reconcile
from shared.store.tasks import IndexRow, indexing
from tests.integration.test_approvals import approval
from tests.narrowing import sure

__all__ = ["approval"]

END = START + timedelta(days=400)
ITEM = "contract-package|renewal-decision"


class Case:
    """A contract whose tasks are made; one of them has to move, and Planner refuses that."""

    def __init__(self):
        self.inside = Inside(ROOT / "mapping.yaml")
        self.graph, self.content = self.inside.world.graph, self.inside.world.content
        self.workspace = create_contract(self.inside.world, "Supply", END)
        self.origin = f"workspace-{self.workspace}"

    async def hint(self):
        self.inside.origins.messages.append(OriginMessage(origin=self.origin).model_dump_json())
        await self.inside.drain()

    async def pass_minutes(self, minutes):
        await self.inside.pass_time(timedelta(minutes=5), times=minutes // 5)

    async def refuse(self):
        self.graph.faults.add(Fault.status(403, method="PATCH", path=f"/planner/tasks/{self.task['id']}", times=99))
        self.content.set_attribute("pwilliams", self.workspace, "Contract.End Date", "2028-06-30T00:00:00")
        await self.hint()

    @property
    def task(self):
        tasks = self.graph.tasks.values()
        return next(task for task in tasks if task["title"].endswith("decide on the renewal"))

    @property
    def refused(self):
        return self.graph.faults.struck

    async def link(self):
        return (await self.inside.services().origins.find_links(self.origin))[ITEM]

    async def entries(self, item=ITEM):
        """List what the history says of an item."""
        entries = await self.inside.services().origins.list_entries(self.origin)
        return [entry for entry in entries if entry.item == item]

    async def told(self, item=ITEM):
        return [entry.what for entry in await self.entries(item)]


@pytest.fixture
async def case():
    one = Case()
    await one.hint()
    await one.pass_minutes(30)
    return one


async def test_a_refused_change_is_said_once_and_does_not_have_its_plan_announced_for_ever(case):
    await case.refuse()
    await case.pass_minutes(50)

    # At once, then after 15 s, 1, 5 and 15 minutes; from there on hourly.
    assert case.refused == 5
    assert (await case.link()).hold == "refused"
    assert (await case.told()).count("held") == 1


async def test_a_row_that_was_left_old_is_put_right_although_a_change_is_refused_at_each_look(case):
    """Whoever agreed on the version died before the plan's row said so: each read of the plan would bring a look."""
    await case.refuse()
    link, services = await case.link(), case.inside.services()
    await services.tasks.change([indexing(link.plan_id, link.task_id, IndexRow(origin=case.origin, item=ITEM))])
    tried = case.refused

    changed = OriginMessage(origin=case.origin, waited_for=WaitedFor.CHANGED, plan=link.plan_id, tasks=(link.task_id,))
    await reconcile(changed, services)

    assert case.refused == tried + 1
    row = (await services.tasks.read_plan(link.plan_id)).tasks[link.task_id]
    assert row.says(IndexRow.of(case.origin, await case.link()))


async def test_what_people_change_is_taken_although_another_change_is_refused(case):
    await case.refuse()
    case.graph.person_patch_task(case.inside.world.users["lwhite"], case.task["id"], percentComplete=50, priority=1)
    await case.pass_minutes(50)

    link = await case.link()
    assert (link.base["progress"].got, link.base["priority"].got) == (50, 1)
    assert case.refused <= 6
    assert (await case.told())[-2:] == ["edited", "progressed"]


async def test_a_task_can_be_completed_although_a_change_is_refused(case):
    await case.refuse()
    case.graph.complete(case.inside.world.users["lwhite"], case.task["id"])
    await case.pass_minutes(10)

    assert (await case.link()).state is LinkState.COMPLETED


async def test_once_planner_takes_it_again_the_change_is_made(case):
    await case.refuse()
    case.graph.faults.queue.clear()
    await case.pass_minutes(65)

    assert case.task["dueDateTime"].startswith("2028-03-30")
    assert (await case.link()).hold is None


async def test_what_planner_took_is_told_although_it_refused_the_rest(case):
    """Its date is a change of the task, its region one of the details, and only these are refused."""
    path = f"/planner/tasks/{case.task['id']}/details"
    case.graph.faults.add(Fault.status(400, method="PATCH", path=path, times=99))
    case.content.set_attribute("pwilliams", case.workspace, "Contract.Region", "APJ")
    case.content.set_attribute("pwilliams", case.workspace, "Contract.End Date", "2028-06-30T00:00:00")
    await case.hint()
    await case.pass_minutes(50)

    link = await case.link()
    told = [entry for entry in await case.entries() if entry.what == "updated"]
    assert case.task["dueDateTime"].startswith("2028-03-30")
    assert (link.base["due"].asked, link.hold) == ("2028-03-30", HoldCause.REFUSED)
    assert [(one.detail["fields"], one.personal.detail["before"], one.personal.detail["after"]) for one in told] == [
        (["due"], {"due": "2027-09-28"}, {"due": "2028-03-30"})
    ]


async def test_a_part_that_planner_took_without_an_answer_is_told_once_and_is_nobodys_edit(case):
    """The whole is refused, then of its two parts the title is taken, and the answer about the date is lost."""
    path = f"/planner/tasks/{case.task['id']}"
    case.graph.faults.add(Fault.status(400, method="PATCH", path=path))
    case.graph.faults.add(Fault.odd(lambda answer: answer, method="PATCH", path=path))
    case.graph.faults.add(Fault.status(503, method="PATCH", path=path, after=True))
    case.content.rename("pwilliams", case.workspace, "Delivery")
    case.content.set_attribute("pwilliams", case.workspace, "Contract.End Date", "2028-06-30T00:00:00")
    await case.hint()
    case.content.set_attribute("pwilliams", case.workspace, "Contract.End Date", "2028-12-31T00:00:00")
    await case.hint()
    await case.pass_minutes(50)

    told = [(entry.what, entry.detail["fields"]) for entry in await case.entries() if "fields" in entry.detail]
    assert case.graph.faults.struck == 3
    assert case.task["dueDateTime"].startswith("2028-09-29")
    assert told == [("updated", ["title", "references"]), ("updated", ["due"]), ("updated", ["due"])]


REVIEW = "contract-package|legal-review"


async def test_of_a_list_that_is_too_long_what_fits_is_written_and_the_note_first(case):
    """A checklist that takes one line of two costs neither the block nor the title of its task."""
    other = Case()
    other.graph.rules.limits.checklist = 1
    await other.hint()

    link = (await other.inside.services().origins.find_links(other.origin))[REVIEW]
    details = other.graph.details[sure(link.task_id)]
    assert "=== OpenText" in details["description"]
    assert len(details["checklist"]) == 1
    assert link.hold is HoldCause.REFUSED
    assert "checklist" in link.reason

    other.graph.rules.limits.checklist = 20
    await other.pass_minutes(10)
    after = (await other.inside.services().origins.find_links(other.origin))[REVIEW]
    assert (after.hold, after.details_done) == (None, True)
    assert len(other.graph.details[sure(link.task_id)]["checklist"]) == 2


async def test_a_first_write_that_does_not_fit_as_a_whole_writes_what_fits_once():
    """People filled the checklist before the bridge's lines stood in it: the text is written, and not at each try."""
    case = Case()
    case.graph.faults.add(Fault.status(503, method="PATCH", path="/details", times=2))
    await case.hint()
    review = next(task["id"] for task in case.graph.tasks.values() if task["title"].endswith("legal review"))
    for number in range(20):
        case.graph.add_checklist_item(case.inside.world.users["lwhite"], review, f"Line {number}")
    await case.pass_minutes(600)

    told = await case.told(REVIEW)
    assert told.count("updated") == told.count("held") == 1
    assert "ref: " in case.graph.details[review]["description"]


async def test_a_lost_outcome_that_finds_no_room_is_not_written_around_at_each_try(approval):
    """Somebody took an outcome's line and filled the checklist: the other line stands, and is left alone."""
    graph, task = approval.graph, approval.task
    graph.remove_checklist_item(approval.users["lwhite"], task, "Reject")
    for number in range(19):
        graph.add_checklist_item(approval.users["lwhite"], task, f"Line {number}")
    approval.decide("dfoxhoven", "Approve")
    await approval.notice()
    before = graph.details[task]["@odata.etag"]
    await approval.engine.inside.pass_time(timedelta(minutes=5), times=100)

    assert approval.visits == []
    assert graph.details[task]["@odata.etag"] == before


async def test_a_task_that_cant_be_opened_again_keeps_its_note_and_is_left_alone(approval):
    """Where opening it again is refused, its unticked lines are not written once more at each try."""
    graph, task = approval.graph, approval.task
    graph.faults.hook = lambda *call: Fault.status(400) if call == ("PATCH", f"/planner/tasks/{task}") else None
    approval.decide("nkaur")
    await approval.notice()
    before = graph.details[task]["@odata.etag"]
    await approval.engine.inside.pass_time(timedelta(minutes=5), times=100)

    assert approval.percent == 100
    assert "not a performer" in approval.text
    assert graph.details[task]["@odata.etag"] == before
