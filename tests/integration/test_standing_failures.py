"""
What fails for days costs a bounded number of looks, timers and calls; what failed goes on by itself once it is well.

Three days pass in virtual time. Unforeseen errors are tried five times, as the host does, and then become dead letters.
"""

import contextlib
import logging
from collections import Counter
from datetime import date, timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import Inside
from shared.intake.expected_failures import run_origin, run_plan, run_timer
from shared.models.messages import OriginMessage, PlanMessage
from shared.operations.dead_letters import bury
from shared.reconciler.reconcile import reconcile
from shared.store.row import unescape
from shared.watchers.read_plan import read_plan
from shared.watchers.timers import sweep_agenda, sweep_plans
from tests.repository import ROOT

STEP = timedelta(minutes=15)
DAY = timedelta(days=1)
TRIES = 5
LOOKS_A_DAY = 30
TIMERS = 10


class Days:
    """A worker that is driven through days, and counts."""

    def __init__(self, inside):
        self.inside = inside
        self.looks: Counter[tuple[str, date]] = Counter()
        self.timers: Counter[str] = Counter()

    async def pass_by(self, time):
        end = self.inside.at + time
        while self.inside.at < end:
            self.inside.at += STEP
            for sweep in (sweep_plans, sweep_agenda):
                with contextlib.suppress(ValueError):  # the host tells, and the next tick comes
                    await run_timer(sweep, self.inside)
            await self.drain()
            self.count_timers()

    async def drain(self):
        origins, plans = self.inside.origins, self.inside.plans
        while origins.show() or plans.show():
            if origins.messages:
                message = OriginMessage.model_validate_json(origins.messages.pop(0))
                await self.try_often(message)
            else:
                await run_plan(PlanMessage.model_validate_json(plans.messages.pop(0)), read_plan, self.inside)

    async def try_often(self, message):
        for _ in range(TRIES):
            self.looks[message.origin, self.inside.at.date()] += 1
            try:
                return await run_origin(message, reconcile, self.inside)
            except ValueError:
                continue
        return await bury("origins", message.model_dump_json(), self.inside.storage())

    def count_timers(self):
        rows = [key for of, rows in self.inside.account.tables["agenda"].items() if of != "dead" for key in rows]
        now = Counter(unescape(key.split("|")[1]) for key in rows)
        self.timers = Counter({origin: max(number, self.timers[origin]) for origin, number in now.items()})


class Break:
    """Stands before a simulator, and answers in its place."""

    def __init__(self, answer, *, only=""):
        self.answer, self.only = answer, only

    def before(self, handler):
        async def handle(method, path, query, headers, body):
            if self.only in path:
                return await self.answer(method, path)
            return await handler(method, path, query, headers, body)

        return handle


def status(code):
    async def answer(method, path):
        return code, {"content-type": "application/json"}, b'{"error": {"code": "", "message": "invented"}}'

    return answer


async def unforeseen(method, path):
    message = "invented: nobody thought of this"
    raise ValueError(message)


FAILURES = {
    "opentext-away": ("content", Break(status(503))),
    "unreadable": ("content", Break(status(404), only="/v2/")),
    "not-allowed-in-opentext": ("content", Break(status(403), only="/v2/")),
    "graph-away": ("graph", Break(status(503))),
    "not-allowed-in-graph": ("graph", Break(status(403))),
    "refused-by-planner": ("graph", Break(status(403), only="/planner/tasks")),
    "unforeseen": ("content", Break(unforeseen, only="/v2/")),
}


@pytest.fixture
async def days():
    """Give a bridge with a contract and an approval, all at rest."""
    logging.disable(logging.ERROR)
    inside = Inside(ROOT / "mapping.yaml")
    workspace = create_contract(inside.world, "Supply", inside.at + 400 * DAY)
    document = inside.world.content.add_document(workspace, "Supply.docx", b"text", user="pwilliams")
    workflow = inside.world.content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )
    for origin in (f"workspace-{workspace}", f"workflow-{workflow}"):
        inside.origins.messages.append(OriginMessage(origin=origin).model_dump_json())
    made = Days(inside)
    await made.drain()
    await made.pass_by(2 * STEP)
    made.looks.clear()
    made.timers.clear()
    yield made
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("name", FAILURES)
async def test_three_days_of_a_failure_cost_a_bounded_number_of_looks_timers_and_calls(days, name):
    system, broken = FAILURES[name]
    well = getattr(days.inside, system)
    setattr(days.inside, system, broken.before(well))
    days.inside.calls.clear()

    await days.pass_by(3 * DAY)

    hours = 72
    calls = sum(
        days.inside.calls[f"{of} {method}"] for of in ("opentext", "graph") for method in ("GET", "POST", "PUT")
    )
    print(name, max(days.looks.values(), default=0), max(days.timers.values(), default=0), calls / hours)
    assert max(days.looks.values(), default=0) <= LOOKS_A_DAY
    assert max(days.timers.values(), default=0) <= TIMERS
    assert calls / hours < 120


async def test_a_task_that_people_changed_has_an_unreadable_record_looked_for_no_more_often(days):
    """Every read of the plan finds the change again: nobody can agree on it as long as the record can't be read."""
    inside = days.inside
    process = next(iter(inside.world.content.state.processes))
    task = next(task for task in inside.world.graph.tasks.values() if task["title"].startswith("Approve"))
    del inside.world.content.state.processes[process]
    inside.world.graph.set_due(inside.world.users["lwhite"], task["id"], inside.at + 9 * DAY)
    asked: Counter[date] = Counter()
    well = inside.content

    async def counting(method, path, query, headers, body):
        asked[inside.at.date()] += f"processes/{process}" in path
        return await well(method, path, query, headers, body)

    inside.content = counting
    await days.pass_by(3 * DAY)

    assert 3 <= min(list(asked.values())[1:]) <= max(asked.values()) <= LOOKS_A_DAY
