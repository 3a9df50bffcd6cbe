"""Orders and limits that only show when something dies, is slow, or acts between a write and the read after it."""

from contextlib import suppress
from datetime import timedelta

import pytest
from azure.core.exceptions import ServiceRequestError

from local.demo.world import create_contract
from local.in_process.system import Inside
from local.simulators.faults import Fault
from shared.errors import BridgeError
from shared.models.link import LinkState, Posted, Reservation
from shared.models.messages import OriginMessage, PlanMessage
from shared.models.words import WaitedFor
from shared.reconciler.reconcile import reconcile
from shared.store.tasks import reserving
from shared.watchers.read_plan import read_plan
from tests.integration.measured_work import END
from tests.integration.test_adversaries import P, started
from tests.integration.test_approvals import Approval
from tests.repository import ROOT


class Case:
    """A contract, and one worker."""

    def __init__(self):
        self.inside = Inside(ROOT / "mapping.yaml", settings={"SETTLE_SECONDS": "120"})
        self.graph, self.content = self.inside.world.graph, self.inside.world.content
        self.services = self.inside.services()
        self.workspace = create_contract(self.inside.world, "Supply", END)
        self.origin = f"workspace-{self.workspace}"

    async def look(self):
        await reconcile(OriginMessage(origin=self.origin), self.services)

    async def links(self):
        return list((await self.services.origins.find_links(self.origin)).values())


@pytest.fixture
def case():
    return Case()


async def test_a_worker_that_dies_after_a_lost_answer_leaves_the_timer_that_settles_it(case):
    """It was set before anything was posted, and stands until all that was posted is known."""
    case.graph.faults.add(Fault.dropped(method="POST", path="/planner/tasks", after=True, times=2))
    counted = case.inside.account.gate

    async def dies(moment, table, operation):
        if case.graph.tasks and table == "agenda" and operation == "upsert":
            message = "invented: it died here"
            raise ServiceRequestError(message)
        await counted(moment, table, operation)

    case.inside.account.gate = dies
    with suppress(BridgeError):
        await case.look()
    case.inside.account.gate = counted

    assert LinkState.RESERVED in {link.state for link in await case.links()}
    timers = await case.services.agenda.due(case.inside.at + timedelta(minutes=3))
    assert WaitedFor.SETTLE in {due.entry.waited_for for due in timers if due.entry.origin == case.origin}


async def test_a_plan_is_not_taken_for_unchanged_while_a_reservation_is_open(case):
    """A listed task may be the one that was posted for it, and would be passed over at every later read."""
    await case.look()
    await case.inside.drain()
    await case.inside.pass_time(timedelta(minutes=6), times=3)
    (plan,) = {task["planId"] for task in case.graph.tasks.values() if task["title"].endswith("legal review")}
    before = await case.services.plans.find(plan)
    assert before.digest == before.last
    elsewhere = Reservation(
        plan_id=plan, origin="workspace-1", item="r|k", at=case.inside.at, posted=Posted(title="Elsewhere")
    )
    await case.services.tasks.change([reserving(elsewhere)])
    case.graph.person_create_task(case.inside.world.users["lwhite"], plan, "A person's")

    await read_plan(PlanMessage(plan=plan), case.services)

    after = await case.services.plans.find(plan)
    assert after.last != before.last
    assert after.digest == before.digest


async def test_a_look_that_is_told_to_end_starts_no_call_that_it_may_not_outlive(case):
    """The host is about to end the worker: what it would post then, nobody would know of."""
    real = case.inside.content

    async def told_to_end(*request):
        case.services.deadlines.shorten()
        return await real(*request)

    case.inside.content = told_to_end
    await case.look()

    assert case.graph.tasks == {}
    timers = await case.services.agenda.due(case.inside.at + timedelta(minutes=3))
    assert case.inside.origins.messages or case.origin in {due.entry.origin for due in timers}


async def test_a_groups_step_that_was_accepted_late_in_a_look_is_sent_on_by_the_next():
    """The first call's answer took nearly all the time: what became of a second one nobody would know."""
    made, process, document = started()
    made.world.content.add_group("Board", [P, "nkaur"])
    made.world.content.delegate("bridge", process, 1, "Board")
    await made.look(f"workflow-{process}")
    await made.rest()
    approval, real, called = Approval(made, process, document), made.inside.content, list[str]()
    approval.decide(P, "Approve")

    async def told_to_end(method, path, query, headers, body):
        if method == "PUT":
            called.append(body.decode())
            if len(called) == 1:
                made.inside.services().deadlines.shorten()
        return await real(method, path, query, headers, body)

    made.inside.content = told_to_end
    await reconcile(OriginMessage(origin=f"workflow-{process}"), made.inside.services())
    assert len(called) == 1

    await made.inside.pass_time(timedelta(minutes=2), times=5)
    assert [visit.disposition for visit in approval.visits] == ["Approve"]


class Meanwhile:
    """Has a person complete a task at the moment in which the bridge's change of it is on its way."""

    def __init__(self, case, task):
        self.case, self.task = case, task
        self.real, self.met = case.inside.graph, False

    async def __call__(self, method, path, query, headers, body):
        if method == "PATCH" and not self.met:
            self.met = True
            self.case.graph.complete(self.case.inside.world.users["lwhite"], self.task)
        return await self.real(method, path, query, headers, body)


@pytest.fixture
async def renewal(case):
    """Give the renewal's task at rest, whose date is about to be moved."""
    await case.look()
    await case.inside.drain()
    await case.inside.pass_time(timedelta(minutes=6), times=3)
    (task,) = [key for key, body in case.graph.tasks.items() if body["title"].endswith("decide on the renewal")]
    case.content.set_attribute("pwilliams", case.workspace, "Contract.End Date", "2029-06-30T00:00:00")
    case.inside.graph = Meanwhile(case, task)
    return task


async def test_a_completion_between_a_write_and_its_answer_is_judged_in_the_same_look(case, renewal):
    """Such a write succeeds, for it does not overlap; its answer alone shows what the person did."""
    await case.look()

    (link,) = [link for link in await case.links() if link.task_id == renewal]
    assert link.state is LinkState.COMPLETED


async def test_a_completion_that_only_an_answer_showed_is_agreed_on_by_nobody(case, renewal):
    """The worker dies before it judges it: the next read of the plan must announce the task."""
    counted, commits = case.inside.account.gate, []

    async def dies(moment, table, operation):
        if case.inside.graph.met and (moment, table, operation) == ("before", "origins", "transaction"):
            commits.append(table)
            if len(commits) > 1:
                message = "invented: it died here"
                raise ServiceRequestError(message)
        await counted(moment, table, operation)

    case.inside.account.gate = dies
    with suppress(BridgeError):
        await case.look()
    case.inside.account.gate = counted

    (link,) = [link for link in await case.links() if link.task_id == renewal]
    assert link.state is LinkState.OPEN
    assert link.etag < case.graph.tasks[renewal]["@odata.etag"]


async def test_what_is_completed_before_the_new_version_was_read_again_counts_for_the_old_one():
    """The task shows the new version for a moment then; whoever decides in it had the old one before them."""
    made, process, document = started()
    await made.look(f"workflow-{process}")
    await made.rest()
    approval = Approval(made, process, document)
    made.forward(timedelta(minutes=2))
    approval.content.add_version(document, b"2", user="pwilliams")
    real = made.inside.graph
    met: list[str] = []

    async def meanwhile(method, path, query, headers, body):
        answer = await real(method, path, query, headers, body)
        if method == "PATCH" and path.endswith("/details") and not met:
            met.append(path)
            made.forward(timedelta(seconds=5))
            approval.decide(P, "Approve")
        return answer

    made.inside.graph = meanwhile
    await made.look(f"workflow-{process}")
    await made.rest()
    await approval.notice()

    assert met
    assert [visit.disposition for visit in approval.visits] in ([], [""])
    assert approval.percent < 100
