"""OpenText works in the background before the next step shows: it is looked for within seconds, not by the hour."""

from dataclasses import replace
from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import START, Inside
from local.local_system import ROOT
from shared.models.messages import OriginMessage

IN_BACKGROUND = timedelta(seconds=45)
SECONDS = timedelta(seconds=5)


class Case:
    """An approval whose countersignature shows 45 s after the decision."""

    def __init__(self):
        self.inside = Inside(ROOT / "mapping.yaml")
        world = self.inside.world
        self.graph, self.content, self.users = world.graph, world.content, world.users
        (number, kind) = next(iter(self.content.state.maps.items()))
        first, second = kind.steps
        slow = replace(kind, steps=(first, replace(second, appears_after=IN_BACKGROUND)))
        self.content.state.maps[number] = slow
        workspace = create_contract(world, "Supply", START + timedelta(days=400))
        document = self.content.add_document(workspace, "Supply.docx", b"text", user="pwilliams")
        self.process = self.content.start_workflow(
            "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
        )

    async def hint(self):
        self.inside.origins.messages.append(OriginMessage(origin=f"workflow-{self.process}").model_dump_json())
        await self.inside.drain()

    async def until_the_queue_is_empty(self):
        """No timer ticks: what comes, comes by the queue."""
        while self.inside.origins.hidden:
            self.inside.at += SECONDS
            await self.inside.drain()

    async def decide_in_opentext(self):
        self.content.complete_step("dfoxhoven", self.process, 1, "Approve")
        await self.hint()

    async def decide_in_planner(self):
        task = next(task["id"] for task in self.graph.tasks.values() if task["title"].startswith("Approve"))
        self.inside.at += timedelta(minutes=1)
        self.graph.tick(self.users["dfoxhoven"], task, "Approve")
        self.graph.complete(self.users["dfoxhoven"], task)
        await self.hint()


@pytest.mark.parametrize(
    "decide", [pytest.param(Case.decide_in_opentext, id="there"), pytest.param(Case.decide_in_planner, id="here")]
)
async def test_the_step_after_a_decision_gets_its_task_wherever_it_was_made(decide):
    case = Case()
    await case.hint()
    await case.until_the_queue_is_empty()
    await decide(case)
    await case.until_the_queue_is_empty()

    assert any(task["title"].startswith("Countersign") for task in case.graph.tasks.values())
