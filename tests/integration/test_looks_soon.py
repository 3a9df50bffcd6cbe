"""What is about to show is not waited for by hours: looks within seconds after a hint and after a send-on, bounded."""

from dataclasses import replace
from datetime import timedelta

import pytest
from azure.core.exceptions import ServiceResponseError

from local.demo.world import create_contract
from local.in_process.system import Inside
from local.simulators.faults import Fault
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from tests.integration.measured_work import END
from tests.repository import ROOT

SECOND = timedelta(seconds=1)


class Case:
    """A bridge whose queues are worked on each second, and whose timers never tick: only the queue brings looks."""

    def __init__(self):
        self.inside = Inside(ROOT / "mapping.yaml")
        self.content, self.graph = self.inside.world.content, self.inside.world.graph
        self.looks = 0

    async def hint(self, origin):
        self.inside.origins.messages.append(OriginMessage(origin=origin).model_dump_json())
        await self.inside.drain()

    async def seconds(self, number):
        for _ in range(number):
            self.inside.at += SECOND
            self.looks += await self.inside.drain()

    def timers(self, waited_for):
        agenda = self.inside.account.tables["agenda"]
        return [key for rows in agenda.values() for key in rows if key.endswith(f"|{waited_for}")]

    @property
    def dues(self):
        return {key: task["dueDateTime"] for key, task in self.graph.tasks.items()}

    @property
    def title_of_approval(self):
        return next(title for title in self.titles if title.startswith("Approve"))

    @property
    def titles(self):
        return sorted(task["title"] for task in self.graph.tasks.values())


@pytest.fixture
def case():
    return Case()


@pytest.mark.parametrize(
    ("late", "within"), [pytest.param(3, 6, id="seconds later"), pytest.param(58, 76, id="a minute later")]
)
async def test_a_hint_that_overtakes_its_change_is_looked_at_again(case, late, within):
    """It is sent inside OpenText's transaction: the first look reads what was before."""
    workspace = create_contract(case.inside.world, "Supply", END)
    await case.hint(f"workspace-{workspace}")
    await case.seconds(120)
    before = case.dues
    await case.hint(f"workspace-{workspace}")

    await case.seconds(late)
    case.content.set_attribute("pwilliams", workspace, "Contract.End Date", "2029-06-30T00:00:00")
    assert case.dues == before
    await case.seconds(within - late)

    assert case.dues != before


async def test_a_hint_whose_look_found_something_else_is_followed_too(case):
    """What it found is not what it announced: that shows half a minute later."""
    workspace = create_contract(case.inside.world, "Supply", END)
    await case.hint(f"workspace-{workspace}")
    assert case.titles
    before = case.dues
    await case.seconds(30)
    case.content.set_attribute("pwilliams", workspace, "Contract.End Date", "2029-06-30T00:00:00")

    await case.seconds(31)

    assert case.dues != before


async def test_each_of_two_hints_that_overtake_their_changes_is_followed(case):
    """The second one relies on the looks of the first: these go on, although one of them found something."""
    workspace = create_contract(case.inside.world, "Supply", END)
    await case.hint(f"workspace-{workspace}")
    await case.seconds(120)
    await case.hint(f"workspace-{workspace}")
    await case.seconds(2)
    await case.hint(f"workspace-{workspace}")
    case.content.set_attribute("pwilliams", workspace, "Contract.End Date", "2029-06-30T00:00:00")
    await case.seconds(10)
    first = case.dues
    case.content.set_attribute("pwilliams", workspace, "Contract.End Date", "2030-06-30T00:00:00")

    await case.seconds(66)

    assert case.dues != first


@pytest.mark.parametrize("apart", [pytest.param(apart, id=f"{apart} s") for apart in (1, 14, 16, 30, 55, 74, 76)])
@pytest.mark.parametrize("late", [pytest.param(24, id="half a minute later"), pytest.param(58, id="a minute later")])
async def test_a_hint_that_follows_another_one_is_followed_as_long(case, apart, late):
    """The looks that follow the first one may end before the second one's change shows."""
    workspace = create_contract(case.inside.world, "Supply", END)
    await case.hint(f"workspace-{workspace}")
    await case.seconds(120)
    before = case.dues
    await case.hint(f"workspace-{workspace}")
    await case.seconds(apart)
    await case.hint(f"workspace-{workspace}")
    await case.seconds(late)
    case.content.set_attribute("pwilliams", workspace, "Contract.End Date", "2029-06-30T00:00:00")
    assert case.dues == before

    await case.seconds(76 - late)

    assert case.dues != before


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        pytest.param(429, {"Retry-After": "20"}, id="asked to pause"),
        pytest.param(503, {}, id="failed"),
    ],
)
@pytest.mark.parametrize("is_second", [pytest.param(False, id="its look"), pytest.param(True, id="the look after it")])
async def test_a_hint_whose_look_could_not_be_made_is_followed_still(case, status, headers, is_second):
    """What is tried in its place may come before the change shows, and knows nothing of a hint."""
    workspace = create_contract(case.inside.world, "Supply", END)
    await case.hint(f"workspace-{workspace}")
    await case.seconds(150)
    before, fault = case.dues, Fault.status(status, headers=headers, path="/businessworkspaces")
    if is_second:
        await case.hint(f"workspace-{workspace}")
        case.content.faults.add(fault)
        await case.seconds(6)
    else:
        case.content.faults.add(fault)
        await case.hint(f"workspace-{workspace}")
    assert not case.content.faults.queue

    await case.inside.pass_time(20 * SECOND, times=2)
    case.content.set_attribute("pwilliams", workspace, "Contract.End Date", "2029-06-30T00:00:00")
    assert case.dues == before
    await case.inside.pass_time(20 * SECOND, times=8)

    assert case.dues != before


async def test_a_hint_that_meets_a_look_at_work_is_followed(case):
    """The holder of the lease looks once more for the mark, not for the hint."""
    workspace = create_contract(case.inside.world, "Supply", END)
    await case.hint(f"workspace-{workspace}")
    await case.seconds(150)
    services = case.inside.services()
    held = await services.origins.take(f"workspace-{workspace}", services.now())
    await case.hint(f"workspace-{workspace}")
    assert await held.release()
    before = case.dues

    case.content.set_attribute("pwilliams", workspace, "Contract.End Date", "2029-06-30T00:00:00")
    await case.inside.pass_time(20 * SECOND, times=7)

    assert case.dues != before


async def test_a_hint_about_a_document_that_comes_while_the_first_look_at_its_workflow_is_at_work_is_followed(case):
    """It leads to the workspace alone: that the workflow shows the document is written down after that look."""
    workspace = create_contract(case.inside.world, "Supply", END)
    document = case.content.add_document(workspace, "Supply.docx", b"text", user="pwilliams")
    process = case.content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )
    await case.hint(f"workspace-{workspace}")
    await case.seconds(150)

    def upload(method, path):
        case.graph.faults.hook = None
        case.content.add_version(document, b"another", user="pwilliams")

    case.graph.faults.hook = upload
    message = OriginMessage(origin=f"workflow-{process}", waited_for=WaitedFor.DISCOVERED)
    case.inside.origins.messages.append(message.model_dump_json())
    await case.inside.drain()
    assert case.graph.faults.hook is None
    assert case.title_of_approval.endswith("v1")
    await case.seconds(61)

    assert case.title_of_approval.endswith("v2")


async def test_many_hints_while_a_system_is_paused_leave_few_timers(case):
    workspace = create_contract(case.inside.world, "Supply", END)
    await case.hint(f"workspace-{workspace}")
    await case.seconds(150)
    case.content.faults.add(Fault.status(429, headers={"Retry-After": "90"}, path="/businessworkspaces"))

    for _ in range(40):
        await case.hint(f"workspace-{workspace}")
        await case.seconds(1)

    assert 1 <= len(case.timers(WaitedFor.HINT_AGAIN)) <= 2


async def test_a_node_that_is_not_visible_yet_is_looked_for_again(case):
    number = case.content.state.next_id() + 1
    await case.hint(f"node-{number}")

    await case.seconds(4)
    workspace = create_contract(case.inside.world, "Supply", END)
    assert workspace == number
    await case.seconds(2)

    assert len(case.titles) == 4


async def test_a_hint_that_brings_nothing_costs_two_looks_more_and_no_third(case):
    workspace = create_contract(case.inside.world, "Supply", END)
    await case.hint(f"workspace-{workspace}")
    await case.seconds(120)
    case.looks = 0

    await case.hint(f"workspace-{workspace}")
    await case.seconds(600)

    assert case.looks == 2


async def test_many_hints_of_one_record_bring_no_more_looks_than_one_of_them(case):
    workspace = create_contract(case.inside.world, "Supply", END)
    await case.hint(f"workspace-{workspace}")
    await case.seconds(120)
    case.looks = 0

    for _ in range(20):
        await case.hint(f"workspace-{workspace}")
    await case.seconds(600)

    assert case.looks <= 4


async def test_hints_that_come_each_second_bring_few_looks_more(case):
    workspace = create_contract(case.inside.world, "Supply", END)
    await case.hint(f"workspace-{workspace}")
    await case.seconds(150)
    case.looks = 0

    for _ in range(60):
        await case.hint(f"workspace-{workspace}")
        await case.seconds(1)
    await case.seconds(600)

    assert case.looks <= 2 * 60 // 15


class Approved(Case):
    """A bridge that has not looked yet since its reviewer approved: the next look sends the step on."""

    def __init__(self):
        super().__init__()
        self.workspace = create_contract(self.inside.world, "Supply", END)
        document = self.content.add_document(self.workspace, "Supply.docx", b"text", user="pwilliams")
        self.process = self.content.start_workflow(
            "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=self.workspace
        )

    @property
    def has_next_step(self):
        return any(title.startswith("Countersign") for title in self.titles)

    async def approve(self, next_step_after):
        await self.hint(f"workflow-{self.process}")
        (task,) = [key for key, body in self.graph.tasks.items() if body["title"].startswith("Approve")]
        reviewer = self.inside.world.users["dfoxhoven"]
        await self.seconds(30)
        self.graph.tick(reviewer, task, "Approve")
        self.graph.complete(reviewer, task)
        self.inside.at += timedelta(minutes=2)
        _appear_later(self.content.workflow(self.process), timedelta(seconds=next_step_after))
        message = OriginMessage(origin=f"workflow-{self.process}", waited_for=WaitedFor.CHANGED)
        self.inside.origins.messages.append(message.model_dump_json())


@pytest.mark.parametrize(("after", "within"), [pytest.param(3, 6, id="3 s"), pytest.param(45, 91, id="45 s")])
async def test_the_step_after_a_send_on_is_looked_for_though_it_appears_late(after, within):
    """OpenText works in the background on what a send-on leads to."""
    case = Approved()
    await case.approve(after)
    await case.inside.drain()
    assert not case.has_next_step

    await case.seconds(within)

    assert case.has_next_step


async def test_the_step_after_a_send_on_is_looked_for_though_its_look_could_not_be_finished():
    """The look that is made in its place finds the step sent on, and nothing that shows that it was just now."""
    case = Approved()
    await case.approve(45)
    case.inside.origins.refusals += [None, ServiceResponseError("reset")]
    await case.inside.drain()
    assert not case.inside.origins.refusals
    assert case.timers(WaitedFor.RETRY)

    await case.inside.pass_time(20 * SECOND, times=2)
    assert not case.timers(WaitedFor.RETRY)
    assert not case.has_next_step
    await case.seconds(91)

    assert case.has_next_step


def _appear_later(process, after):
    """Have every step that comes from now on appear after a while."""
    process.map = replace(process.map, steps=tuple(replace(step, appears_after=after) for step in process.map.steps))
