"""The approval story, with every refusal: what a person does in Planner, and what OpenText and the task say then."""

from datetime import UTC, datetime, timedelta

import pytest

from local.demo.world import create_contract
from tests.engine import Engine, engine

END = datetime(2028, 1, 31, tzinfo=UTC)
MINUTES = timedelta(minutes=2)


class Approval:
    """One running approval and its task."""

    def __init__(self, started: Engine, process: int, document: int) -> None:
        self.engine = started
        self.graph, self.content, self.users = started.world.graph, started.world.content, started.world.users
        self.process, self.document = process, document
        self.task = next(task["id"] for task in self.graph.tasks.values() if task["title"].startswith("Approve"))

    @property
    def visits(self):
        """The approver's completed visits."""
        return [visit for visit in self.content.workflow(self.process).visits if visit.completed_at]

    @property
    def text(self):
        """What the person reads in the task."""
        return self.graph.details[self.task]["description"]

    @property
    def percent(self):
        return self.graph.tasks[self.task]["percentComplete"]

    def decide(self, login, *outcomes):
        """Tick and complete, as a person does."""
        for outcome in outcomes:
            self.graph.tick(self.users[login], self.task, outcome)
        self.graph.complete(self.users[login], self.task)

    async def notice(self):
        """Let time pass until the bridge has seen and settled it."""
        for _ in range(8):
            await self.engine.tick(MINUTES)


@pytest.fixture
async def approval():
    """Start an approval whose task stands in Planner."""
    started = engine()
    world = started.world
    workspace = create_contract(world, "Contoso", END)
    document = world.content.add_document(workspace, "Contract.docx", user="pwilliams")
    process = world.content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )
    await started.look(f"workflow-{process}")
    await started.rest()
    return Approval(started, process, document)


async def test_one_clear_outcome_of_the_performer_advances_the_step_once(approval):
    approval.decide("dfoxhoven", "Approve")

    await approval.notice()

    assert [(visit.step.name, visit.disposition) for visit in approval.visits] == [("Approver", "Approve")]
    assert "dfoxhoven@contoso.example" in approval.visits[0].comment


async def test_a_rejection_ends_the_workflow(approval):
    approval.decide("dfoxhoven", "Reject")

    await approval.notice()

    assert approval.visits[0].disposition == "Reject"


@pytest.mark.parametrize(
    ("login", "outcomes", "said"),
    [
        pytest.param("nkaur", ["Approve"], "not a performer", id="wrong-person"),
        pytest.param("dfoxhoven", [], "No outcome is ticked", id="no-outcome"),
        pytest.param("dfoxhoven", ["Approve", "Reject"], "More than one outcome", id="two-outcomes"),
    ],
)
async def test_a_refused_completion_opens_the_task_again_and_says_why(approval, login, outcomes, said):
    approval.decide(login, *outcomes)

    await approval.notice()

    assert approval.visits == []
    assert approval.percent == 0
    assert said in approval.text
    lines = approval.graph.details[approval.task]["checklist"].values()
    assert not any(line["isChecked"] for line in lines)


async def test_an_approval_counts_for_the_version_that_the_task_showed(approval):
    approval.decide("dfoxhoven", "Approve")
    approval.content.add_version(approval.document, b"second", user="pwilliams")

    await approval.notice()

    assert approval.visits == []
    assert approval.percent == 0
    assert "Look at the new version" in approval.text
    assert f"document {approval.document}: version 2" in approval.text


async def test_after_a_refusal_the_person_can_do_it_right(approval):
    approval.decide("dfoxhoven")
    await approval.notice()

    approval.decide("dfoxhoven", "Approve")
    await approval.notice()

    assert [visit.disposition for visit in approval.visits] == ["Approve"]


async def test_a_step_that_is_gone_is_said_to_be_and_nothing_is_sent(approval):
    approval.content.complete_step("dfoxhoven", approval.process, 1, "Reject")
    approval.decide("dfoxhoven", "Approve")

    await approval.notice()

    assert [visit.disposition for visit in approval.visits] == ["Reject"]
    assert "Closed by OpenText" in approval.text
    history = await approval.engine.services.origins.list_entries(f"workflow-{approval.process}")
    assert "step_gone" in [entry.event.detail.get("reason") for entry in history]


async def test_a_deleted_task_is_made_again_and_advances_nothing(approval):
    approval.engine.forward(timedelta(hours=1))
    approval.graph.delete(approval.users["dfoxhoven"], approval.task)

    await approval.notice()

    assert approval.visits == []
    made = [task for task in approval.graph.tasks.values() if task["title"].startswith("Approve")]
    assert len(made) == 1


async def test_a_task_given_to_somebody_else_delegates_the_step(approval):
    approval.graph.reassign(approval.users["dfoxhoven"], approval.task, [approval.users["nkaur"]])

    await approval.notice()

    step = approval.content.workflow(approval.process).current[0]
    assert step.performer == approval.content.state.user_named("nkaur").id
    assert list(approval.graph.tasks[approval.task]["assignments"]) == [approval.users["nkaur"]]
