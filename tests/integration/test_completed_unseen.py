"""A plain step that is completed at the very moment at which its task begins to show another version."""

from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.simulators.faults import Fault
from tests.engine import engine
from tests.integration.test_approvals import END, Approval

COUNTERSIGN = 2


class Race:
    """Somebody completes right before the bridge's write, and `answer` decides what the read after it tells."""

    def __init__(self, approval, task, answer):
        self.approval, self.task, self.answer = approval, task, answer
        self.is_completed = self.is_told = False
        approval.graph.faults.hook = self.hook

    def hook(self, method, path):
        if (method, path) == ("PATCH", f"/planner/tasks/{self.task}/details") and not self.is_completed:
            self.is_completed = True
            self.approval.graph.complete(self.approval.users["nkaur"], self.task)
        elif (method, path) == ("GET", f"/planner/tasks/{self.task}") and self.is_completed and not self.is_told:
            self.is_told = True
            return self.answer(self)
        return None


def no_answer(_race):
    return Fault.status(503)


def a_replica_that_lags_behind(race):
    race.approval.graph.serve_stale(race.task)


@pytest.fixture
async def countersigned():
    """Start an approval that is granted; the next step asks for no outcome."""
    made = engine()
    workspace = create_contract(made.world, "Contoso", END)
    document = made.world.content.add_document(workspace, "Contract.docx", user="pwilliams")
    process = made.world.content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )
    await made.look(f"workflow-{process}")
    await made.rest()
    approval = Approval(made, process, document)
    approval.decide("dfoxhoven", "Approve")
    await approval.notice()
    made.world.content.delegate("pwilliams", process, COUNTERSIGN, "nkaur")
    await made.look(f"workflow-{process}")
    await made.rest()
    return approval


@pytest.mark.parametrize("answer", [no_answer, a_replica_that_lags_behind])
async def test_a_completion_right_before_a_new_version_is_shown_does_not_count_for_it(countersigned, answer):
    approval = countersigned
    task = next(task["id"] for task in approval.graph.tasks.values() if task["title"].startswith("Countersign"))
    race = Race(approval, task, answer)
    approval.content.add_version(approval.document, b"2", user="pwilliams")
    await approval.engine.look(f"workflow-{approval.process}")
    assert race.is_completed
    for _ in range(20):
        await approval.engine.tick(timedelta(minutes=1))

    assert race.is_told
    assert [visit.step.name for visit in approval.visits] == ["Approver"]
    assert approval.graph.tasks[task]["percentComplete"] == 0


async def test_what_a_replica_shows_that_lags_behind_our_own_write_is_nobodys_edit(countersigned):
    approval = countersigned
    task = next(task["id"] for task in approval.graph.tasks.values() if task["title"].startswith("Countersign"))

    def lag(method, path):
        if (method, path) == ("GET", f"/planner/tasks/{task}") and approval.graph.tasks[task]["title"].endswith("v2"):
            approval.graph.faults.hook = None
            approval.graph.serve_stale(task)

    approval.graph.faults.hook = lag
    approval.content.add_version(approval.document, b"2", user="pwilliams")
    await approval.engine.look(f"workflow-{approval.process}")
    await approval.engine.rest()

    assert approval.graph.faults.hook is None
    history = await approval.engine.services.origins.list_entries(f"workflow-{approval.process}")
    assert "edited" not in [entry.what for entry in history]
    assert approval.graph.tasks[task]["title"].endswith("v2")
