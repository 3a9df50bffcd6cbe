"""
Systems that are away for a while, in virtual time: within ten minutes of their return all is done, nothing twice.

People go on meanwhile: they create contracts, start approvals, decide them.
"""

import logging
from contextlib import suppress
from datetime import timedelta

import pytest
from azure.core.exceptions import ServiceRequestError, ServiceResponseError

from local.demo.world import create_contract
from local.in_process.system import Inside
from shared.errors import RetryLaterError
from shared.intake.expected_failures import run_origin, run_plan, run_timer
from shared.models.messages import OriginMessage, PlanMessage
from shared.reconciler.reconcile import reconcile
from shared.watchers.read_plan import read_plan
from shared.watchers.timers import sweep_agenda, sweep_plans
from tests.integration.measured_work import END
from tests.repository import ROOT

MINUTE, HIDDEN = timedelta(minutes=1), timedelta(seconds=30)
SOON, COARSE = 10, 20
"""Minutes after the end of an outage; and from one sweep to the next while it lasts: nothing comes of them."""
APPROVALS = 4
TASKS_OF_A_CONTRACT = 4


class Town:
    """Contracts and approvals, and people who go on whatever is away."""

    def __init__(self):
        self.inside = Inside(ROOT / "mapping.yaml")
        self.graph, self.content = self.inside.world.graph, self.inside.world.content
        self.reviewer = self.inside.world.users["dfoxhoven"]
        self.workspaces, self.processes = [], []

    def hint(self, origin):
        self.inside.origins.messages.append(OriginMessage(origin=origin).model_dump_json())

    def create(self, name):
        self.workspaces.append(create_contract(self.inside.world, name, END))
        self.hint(f"workspace-{self.workspaces[-1]}")

    def start(self, number):
        workspace = self.workspaces[number % len(self.workspaces)]
        document = self.content.add_document(workspace, f"Annex {number}.docx", b"text", user="pwilliams")
        self.processes.append(
            self.content.start_workflow(
                "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
            )
        )
        self.hint(f"workflow-{self.processes[-1]}")

    def decide(self, number):
        """Have the reviewer tick and complete the task of an approval."""
        (task,) = [key for key, body in self.graph.tasks.items() if f"Annex {number}.docx" in body["title"]]
        self.graph.tick(self.reviewer, task, "Approve")
        self.graph.complete(self.reviewer, task)

    def advanced(self):
        """Count the passages of each approval's first step that were completed."""
        return [len(self.content.workflow(process).completed) for process in self.processes]

    async def minutes(self, number, step=1):
        for _ in range(number // step):
            self.inside.at += step * MINUTE
            for sweep in (sweep_plans, sweep_agenda):
                with suppress(RetryLaterError):  # the host tells, and the next tick comes
                    await run_timer(sweep, self.inside)
            await self.drain()

    async def drain(self):
        origins, plans = self.inside.origins, self.inside.plans
        while origins.show() or plans.show():
            if origins.messages:
                await self.look(OriginMessage.model_validate_json(origins.messages.pop(0)))
            else:
                await run_plan(PlanMessage.model_validate_json(plans.messages.pop(0)), read_plan, self.inside)

    async def look(self, message):
        """Look as the host has it done: what fails is seen again after its visibility time."""
        try:
            await run_origin(message, reconcile, self.inside)
        except RetryLaterError:
            again = self.inside.at + HIDDEN
            self.inside.origins.hidden.append((again, message.model_dump_json()))


def answering(status, *, only=""):
    """Stand before a simulator and answer in its place."""

    def before(handler):
        async def handle(method, path, query, headers, body):
            if only in path:
                return status, {"content-type": "application/json"}, b'{"error": {"code": "", "message": "invented"}}'
            return await handler(method, path, query, headers, body)

        return handle

    return before


@pytest.fixture
async def town():
    """Give a town at rest: one contract, approvals that wait for their reviewer."""
    logging.disable(logging.ERROR)
    one = Town()
    one.create("Before")
    for number in range(APPROVALS):
        one.start(number)
    await one.minutes(5)
    yield one
    logging.disable(logging.NOTSET)


OUTAGES = {
    "Content Server answers 503 for six hours": ("content", answering(503), 6 * 60),
    "Planner answers 403 for a day": ("graph", answering(403, only="/planner/"), 24 * 60),
    "all of Graph answers 503 for six hours": ("graph", answering(503), 6 * 60),
    "all of Graph answers 403 for a day": ("graph", answering(403), 24 * 60),
    "OTDS answers 503 for six hours": ("content", answering(503, only="/otdsws/"), 6 * 60),
}


@pytest.mark.parametrize("name", OUTAGES)
async def test_within_ten_minutes_of_its_end_everything_is_done_and_nothing_twice(town, name):
    system, broken, minutes = OUTAGES[name]
    town.decide(0)
    well = getattr(town.inside, system)
    setattr(town.inside, system, broken(well))
    town.decide(1)
    town.create("During")
    town.start(APPROVALS)
    await town.minutes(minutes // 2, COARSE)
    town.decide(2)
    town.create("Late")
    await town.minutes(minutes - minutes // 2, COARSE)

    setattr(town.inside, system, well)
    await town.minutes(SOON)

    assert_all_is_done_once(town, contracts=("Before", "During", "Late"), decided=3)


async def test_storage_that_is_stopped_for_a_minute_costs_nothing_and_makes_nothing_twice(town):
    """It stops between an effect and its answer, too: what was written then is not written again."""
    town.decide(0)
    counted = town.inside.account.gate

    async def away(moment, table, operation):
        if moment == "before" and stopped:
            message = "invented: connection refused"
            raise ServiceRequestError(message)
        await counted(moment, table, operation)
        if moment == "after" and operation in ("transaction", "update", "upsert") and not stopped:
            stopped.append(table)
            message = "invented: connection reset"
            raise ServiceResponseError(message)

    stopped: list[str] = []
    town.inside.account.gate = away
    town.create("During")
    town.start(APPROVALS)
    await town.minutes(1)
    town.decide(1)
    assert stopped

    town.inside.account.gate = counted
    await town.minutes(SOON)

    assert_all_is_done_once(town, contracts=("Before", "During"), decided=2)


def assert_all_is_done_once(town, *, contracts, decided):
    assert town.advanced() == [1] * decided + [0] * (APPROVALS + 1 - decided)
    titles = sorted(task["title"] for task in town.graph.tasks.values())
    for contract in contracts:
        assert len([title for title in titles if title.startswith(f"{contract}: ")]) == TASKS_OF_A_CONTRACT, titles
    assert len([title for title in titles if title.startswith("Approve ")]) == APPROVALS + 1
    assert len([title for title in titles if title.startswith("Countersign ")]) == decided
