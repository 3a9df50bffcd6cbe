"""Details that are not there yet when their task was just made: a reviewer waits seconds for the outcome lines."""

import re
from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import Inside
from local.simulators.faults import Fault
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from shared.watchers.timers import sweep_agenda, sweep_plans
from tests.integration.measured_work import END
from tests.repository import ROOT

SWEEP = 60
"""Seconds between two sweeps, as the timers are set."""


class Case:
    """An approval that is about to be made, in a Planner whose details lag behind their tasks."""

    def __init__(self, lag, mapping=ROOT / "mapping.yaml"):
        self.inside = Inside(mapping)
        self.graph, content = self.inside.world.graph, self.inside.world.content
        self.graph.rules.details_lag = lag
        workspace = create_contract(self.inside.world, "Supply", END)
        self.document = document = content.add_document(workspace, "Supply.docx", b"text", user="pwilliams")
        process = content.start_workflow(
            "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
        )
        self.origin = f"workflow-{process}"

    async def seconds_until_lines(self, most):
        """Hint, then let seconds pass: what is queued is done as it can be seen, and the timers tick each minute."""
        self.inside.origins.messages.append(OriginMessage(origin=self.origin).model_dump_json())
        for second in range(most):
            await self.inside.drain()
            if self.lines():
                return second
            self.inside.at += timedelta(seconds=1)
            if second % SWEEP == SWEEP - 1:
                await sweep_plans(self.inside.services())
                await sweep_agenda(self.inside.services())
        return most

    async def seconds(self, number):
        """Let seconds pass, in which no timer ticks; return how many messages were worked on."""
        worked_on = 0
        for _ in range(number):
            self.inside.at += timedelta(seconds=1)
            worked_on += await self.inside.drain()
        return worked_on

    def lines(self):
        tasks = [key for key, body in self.graph.tasks.items() if body["title"].startswith("Approve")]
        return sorted(line["title"] for task in tasks for line in self.graph.details[task]["checklist"].values())


@pytest.mark.parametrize(
    ("lag", "within"),
    [
        pytest.param(0, 0, id="at once"),
        pytest.param(1, 5, id="one 404"),
        pytest.param(2, 30, id="two 404"),
        pytest.param(3, 30, id="three 404"),
    ],
)
async def test_the_outcome_lines_come_within_seconds(lag, within):
    case = Case(lag)

    seconds = await case.seconds_until_lines(300)

    assert seconds <= within
    assert case.lines() == ["Approve", "Reject"]


async def test_a_records_tasks_show_their_context_within_seconds_too():
    case = Case(2)
    workspace = create_contract(case.inside.world, "Other", END)
    case.inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    await case.inside.drain()
    await case.seconds(30)

    texts = [case.graph.details[key]["description"] for key in case.graph.tasks]

    assert len(texts) == 4
    assert all(f"workspace-{workspace} " in text for text in texts), "the last line says whose it is"


async def test_looks_for_another_reason_leave_missing_details_to_those_that_look_for_them():
    """Each would have four more looks follow it."""
    case = Case(10_000)
    await case.seconds_until_lines(1)
    looks = 0
    for _ in range(20):
        message = OriginMessage(origin=case.origin, waited_for=WaitedFor.CHANGED)
        case.inside.origins.messages.append(message.model_dump_json())
        case.inside.at += timedelta(seconds=3)
        looks += await case.inside.drain()
    looks += await case.seconds(240)

    assert looks <= 20 + 4


async def test_looks_for_one_tasks_details_that_end_too_soon_are_not_taken_for_those_of_another(tmp_path):
    mapping = tmp_path / "mapping.yaml"
    renewal = "      - key: renewal-decision\n"
    text = (ROOT / "mapping.yaml").read_text()
    mapping.write_text(
        text.replace(renewal, f"{renewal}        when: {{attributes: {{Contract.Approval: Approved}}}}\n")
    )
    case = Case(10_000, mapping)
    content, graph = case.inside.world.content, case.graph
    workspace = create_contract(case.inside.world, "Other", END)
    look = OriginMessage(origin=f"workspace-{workspace}", waited_for=WaitedFor.CHANGED).model_dump_json()
    case.inside.origins.messages.append(look)
    await case.inside.drain()
    first = set(graph.tasks)
    await case.seconds(78)
    graph.rules.details_lag = 3
    content.set_attribute("pwilliams", workspace, "Contract.Approval", "Approved")
    case.inside.origins.messages.append(look)
    await case.inside.drain()
    (renewal,) = graph.tasks.keys() - first
    assert not graph.details[renewal]["description"]

    await case.seconds(30)

    assert graph.details[renewal]["description"]


async def test_a_hint_whose_task_had_no_details_at_first_is_followed_all_the_same():
    """Looking for the details came first: what else the hint announced may show after it."""
    case = Case(1)
    await case.seconds_until_lines(30)
    assert case.lines()
    case.inside.world.content.add_version(case.document, b"another", user="pwilliams")

    await case.seconds(90)

    assert [body["title"] for body in case.graph.tasks.values() if body["title"].endswith("v2")]


async def test_details_that_never_come_are_asked_for_ever_less_often():
    case = Case(10_000)

    assert await case.seconds_until_lines(600) == 600
    first = case.inside.calls["graph POST"]
    for _ in range(24 * 60):
        case.inside.at += timedelta(minutes=1)
        await sweep_agenda(case.inside.services())
        await case.inside.drain()

    calls = case.inside.calls["graph POST"] - first
    assert 24 <= calls <= 24 * 4, "the resync of an hour, and the try of an hour"


async def test_a_task_that_stands_leaves_no_timer_to_be_settled_where_its_details_fail():
    """Each look that failed so would leave one more; another brings the details."""
    case = Case(timedelta())
    reads = iter([Fault.status(504)])
    is_of_a_task = re.compile(r"/planner/tasks/.+/details").fullmatch
    case.graph.faults.hook = lambda method, path: next(reads, None) if is_of_a_task(path) else None
    case.inside.origins.messages.append(OriginMessage(origin=case.origin).model_dump_json())
    await case.inside.drain()

    now, agenda = case.inside.at, case.inside.services().agenda
    left = await agenda.due(now + timedelta(hours=1))
    assert next(reads, None) is None
    assert case.lines() == []
    assert {due.entry.waited_for for due in left} & {WaitedFor.SETTLE, WaitedFor.RETRY} == {WaitedFor.RETRY}
    await case.inside.pass_time(timedelta(minutes=1), times=1)
    assert case.lines() == ["Approve", "Reject"]
