"""A finished workflow that is purged or archived can't be read any more: that is told once, and it is left in peace."""

import logging
from datetime import timedelta

import pytest

from local.simulators.faults import Fault
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from tests.integration.test_approvals import Approval, approval
from tests.integration.test_standing_failures import DAY, Days

__all__ = ["approval"]

ASKED = 8
"""How often the workflow itself is asked for: by the hint and what follows it, and by what a person changed."""


def end_by_rejection(approval: Approval) -> None:
    approval.decide("dfoxhoven", "Reject")


def end_by_stopping(approval: Approval) -> None:
    approval.content.stop_workflow(approval.process)


class Purged(Days):
    """Days after a purge, with what is asked of the workflow that is gone."""

    def __init__(self, approval: Approval) -> None:
        super().__init__(approval.engine.inside)
        del approval.content.state.processes[approval.process]
        self.origin, self.asked = f"workflow-{approval.process}", 0
        self._part, self._well = f"processes/{approval.process}", self.inside.content
        self.inside.content = self._count

    async def _count(self, method, path, query, headers, body):
        self.asked += self._part in path
        return await self._well(method, path, query, headers, body)

    def hint(self) -> None:
        self.inside.origins.messages.append(OriginMessage(origin=self.origin).model_dump_json())

    def told(self, caplog: pytest.LogCaptureFixture) -> list[str]:
        of_it = (one for one in caplog.records if self.origin in one.getMessage())
        return [one.getMessage() for one in of_it if one.levelno >= logging.WARNING]

    async def troubles(self) -> list[str]:
        storage = self.inside.storage()
        letters = [letter.letter.body for letter in await storage.agenda.list_dead()]
        return [text for text in (*letters, *map(str, await storage.troubles.list_all())) if self.origin in text]


@pytest.mark.parametrize("end", [end_by_rejection, end_by_stopping])
async def test_a_finished_workflow_that_was_purged_is_told_once_and_left(approval, end, caplog):
    """Neither a late hint nor a person who still works with its task has it looked for again and again."""
    end(approval)
    await approval.notice()
    purged = Purged(approval)
    caplog.clear()

    purged.hint()
    await purged.pass_by(DAY)
    approval.graph.set_due(approval.users["lwhite"], approval.task, purged.inside.at + timedelta(days=9))
    await purged.pass_by(2 * DAY)

    assert len(purged.told(caplog)) == 1
    assert await purged.troubles() == []
    assert 1 <= purged.asked <= ASKED
    assert purged.timers[purged.origin] <= len(WaitedFor)
    assert approval.percent == 100


async def test_one_that_was_archived_with_its_task_open_is_looked_for_hourly_and_reported_once(approval):
    """Nobody can say whether it was decided: the task stays, and a person is told after a day."""
    purged = Purged(approval)

    purged.hint()
    await purged.pass_by(DAY + DAY / 4)

    letters = [letter.letter.reason for letter in await purged.inside.storage().agenda.list_dead()]
    assert approval.percent == 0
    assert [reason.partition(":")[0] for reason in letters] == ["could not be read for a day"]
    assert purged.asked <= 30 + 30 / 4
    assert 1 <= purged.timers[purged.origin] <= 4


async def test_one_that_was_archived_while_its_task_was_being_made_is_looked_for_hourly(approval):
    """Each read of the plan finds a task of the bridge's making, and a reservation that nobody can settle now."""
    world = approval.engine.world
    world.graph.faults.add(Fault.dropped(method="POST", path="/planner/tasks", after=True))
    process = world.content.start_workflow(
        "Contract Approval", [approval.document], initiator="pwilliams", managers=["bridge"]
    )
    await approval.engine.look(f"workflow-{process}")
    purged = Purged(Approval(approval.engine, process, approval.document))

    await purged.pass_by(DAY)

    states = [link.state for link in (await purged.inside.storage().origins.find_links(purged.origin)).values()]
    assert states == [LinkState.RESERVED]
    assert purged.asked <= 30
