"""The tables are lost: every task is found again by its last line, and nothing is made twice."""

from collections import Counter
from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import START, Inside
from local.local_system import ROOT
from local.simulators.faults import Fault
from shared.errors import RefusedError, RetryLaterError
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.operations.rebuild import rebuild

END = START + timedelta(days=400)


class Case:
    """A contract with its four tasks, and an approval that waits for dfoxhoven."""

    def __init__(self):
        self.inside = Inside(ROOT / "mapping.yaml")
        content = self.inside.world.content
        self.workspace = create_contract(self.inside.world, "Supply", END)
        document = content.add_document(self.workspace, "Supply.docx", b"text", user="pwilliams")
        self.process = content.start_workflow(
            "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=self.workspace
        )

    async def begin(self):
        await self.hint(f"workspace-{self.workspace}", f"workflow-{self.process}")

    async def hint(self, *origins):
        for origin in origins:
            self.inside.origins.messages.append(OriginMessage(origin=origin).model_dump_json())
        await self.inside.drain()

    async def pass_time(self):
        await self.inside.pass_time(timedelta(minutes=6), times=4)

    def lose_tables(self):
        self.inside.account.tables.clear()
        self.inside.origins.messages.clear()
        self.inside.plans.messages.clear()
        self.inside.restart("after")

    def find(self, starting):
        tasks = self.inside.world.graph.tasks.values()
        return next(task for task in tasks if task["title"].startswith(starting))

    @property
    def titles(self):
        return Counter(task["title"] for task in self.inside.world.graph.tasks.values())

    async def states(self):
        services = self.inside.services()
        return {link.item: link.state async for _, link in services.origins.list_links()}


@pytest.fixture
async def case():
    """Everything is made and agreed on."""
    one = Case()
    await one.begin()
    await one.pass_time()
    assert len(one.titles) == 5
    return one


async def test_nothing_is_made_twice(case):
    before = case.titles
    case.lose_tables()

    found = await rebuild(case.inside.services(), lambda _: None)
    await case.pass_time()

    assert (found.plans, found.tasks, found.origins, found.known) == (2, 5, 2, 0)
    assert case.titles == before
    assert set((await case.states()).values()) == {LinkState.OPEN}


async def test_what_people_did_meanwhile_is_kept(case):
    """Nobody knows any more what was agreed on: what stands in Planner, where Planner owns the field, wins."""
    graph, users = case.inside.world.graph, case.inside.world.users
    case.lose_tables()
    task = case.find("Supply: legal review")
    graph.person_patch_task(users["lwhite"], task["id"], percentComplete=50)
    graph.edit_description(users["lwhite"], task["id"], f"My note\n{graph.details[task['id']]['description']}")

    await rebuild(case.inside.services(), lambda _: None)
    await case.pass_time()

    assert case.find("Supply: legal review")["percentComplete"] == 50
    assert graph.details[task["id"]]["description"].startswith("My note")


async def test_running_it_again_changes_nothing(case):
    case.lose_tables()
    await rebuild(case.inside.services(), lambda _: None)
    case.inside.calls.clear()

    again = await rebuild(case.inside.services(), lambda _: None)

    assert (again.tasks, again.known) == (0, 5)
    assert case.inside.calls["origins transaction"] == 0


async def test_a_workflow_that_was_advanced_is_not_advanced_again(case):
    graph, users = case.inside.world.graph, case.inside.world.users
    approval = case.find("Approve ")
    graph.tick(users["dfoxhoven"], approval["id"], "Approve")
    graph.complete(users["dfoxhoven"], approval["id"])
    await case.pass_time()
    advanced = case.inside.world.content.workflow(case.process).completed
    assert len(advanced) == 1
    case.lose_tables()

    await rebuild(case.inside.services(), lambda _: None)
    await case.pass_time()

    assert len(case.inside.world.content.workflow(case.process).completed) == 1
    assert sorted(set((await case.states()).values())) == [LinkState.COMPLETED, LinkState.OPEN]
    assert sum(title.startswith("Approve ") for title in case.titles.elements()) == 1


async def test_an_approval_completed_before_it_was_judged_is_asked_again(case):
    """Which version it was given for is not known any more: the safe answer is to ask."""
    graph, users = case.inside.world.graph, case.inside.world.users
    approval = case.find("Approve ")
    graph.tick(users["dfoxhoven"], approval["id"], "Approve")
    graph.complete(users["dfoxhoven"], approval["id"])
    case.lose_tables()

    await rebuild(case.inside.services(), lambda _: None)
    await case.pass_time()

    assert case.inside.world.content.workflow(case.process).completed == []
    assert case.find("Approve ")["percentComplete"] == 0
    assert "Note:" in graph.details[approval["id"]]["description"]


async def test_of_two_copies_the_older_is_linked_and_the_other_left(case):
    graph, users = case.inside.world.graph, case.inside.world.users
    task = case.find("Supply: legal review")
    copy = graph.person_create_task(users["lwhite"], task["planId"], "Copy")
    graph.edit_description(users["lwhite"], copy, graph.details[task["id"]]["description"])
    case.lose_tables()

    found = await rebuild(case.inside.services(), lambda _: None)

    assert found.tasks == 5
    assert [line.split(" (")[0] for line in found.left] == [f"task {copy}"]


async def test_a_task_that_lost_its_mark_is_not_taken_for_one_that_is_made_later(case):
    """Nothing that stood when the tables were rebuilt can be what a later POST made, however young it is."""
    graph, users = case.inside.world.graph, case.inside.world.users
    await case.hint(f"workspace-{create_contract(case.inside.world, 'Second', END)}")
    nameless = case.find("Second: legal review")["id"]
    graph.edit_description(users["lwhite"], nameless, "")
    case.lose_tables()
    await rebuild(case.inside.services(), lambda _: None)

    third = create_contract(case.inside.world, "Third", END)
    graph.faults.add(Fault.dropped(method="POST", path="/planner/tasks", times=3))
    await case.hint(f"workspace-{third}")
    await case.pass_time()

    assert graph.tasks[nameless]["title"] == "Second: legal review"
    assert {title: number for title, number in case.titles.items() if title.startswith("Third")} == {
        title.replace("Supply", "Third"): 1 for title in case.titles if title.startswith("Supply")
    }


async def test_an_origin_that_a_broken_run_took_is_looked_at_all_the_same(case):
    """Its row alone makes discovery pass it over; and the second run may not find its task any more."""
    graph, users = case.inside.world.graph, case.inside.world.users
    approval = case.find("Approve ")
    graph.complete(users["dfoxhoven"], approval["id"])
    case.lose_tables()
    case.inside.world.content.faults.add(Fault.status(503, path=f"/processes/{case.process}", times=9))
    with pytest.raises(RetryLaterError):
        await rebuild(case.inside.services(), lambda _: None)
    graph.edit_description(users["lwhite"], approval["id"], "")
    case.inside.world.content.faults.queue.clear()

    await rebuild(case.inside.services(), lambda _: None)

    due = await case.inside.services().agenda.due(case.inside.at)
    assert f"workflow-{case.process}" in {one.entry.origin for one in due}


async def test_what_is_over_is_looked_at_all_the_same_once_opentext_shows_it(case):
    """What the tables knew beside it is lost: for some minutes a proxy says of everything that it is not there."""
    graph, content, users = case.inside.world.graph, case.inside.world.content, case.inside.world.users
    deleted, *done = [task["id"] for task in graph.tasks.values() if task["title"].startswith("Supply")]
    for task in done:
        graph.complete(users["lwhite"], task)
    await case.pass_time()
    graph.delete(users["lwhite"], deleted)
    case.lose_tables()
    await rebuild(case.inside.services(), lambda _: None)
    states = {state for item, state in (await case.states()).items() if item.startswith("contract-package")}
    assert states == {LinkState.COMPLETED}

    content.faults.add(Fault.status(404, body=b'{"error": "not found"}', path="/api/", times=10**6))
    await case.inside.pass_time(timedelta(minutes=2), times=8)
    content.faults.queue.clear()
    await case.inside.pass_time(timedelta(minutes=30), times=3)

    assert sum(task["title"].startswith("Supply") for task in graph.tasks.values()) == len(done) + 1


async def test_it_refuses_while_somebody_is_at_work(case):
    """The app was not stopped: it would make tasks at the same time."""
    case.lose_tables()
    await case.inside.wire("busy").origins.take(f"workspace-{case.workspace}", case.inside.at)

    with pytest.raises(RefusedError, match="has work in hand"):
        await rebuild(case.inside.services(), lambda _: None)


async def test_a_group_that_is_gone_is_said_and_stops_the_start_until_an_operator_says_so_too(case):
    group = next(iter(case.inside.world.graph.state.groups))
    case.inside.world.graph.delete_group(group)
    case.lose_tables()

    found = await rebuild(case.inside.services(), lambda _: None)
    again = await rebuild(case.inside.services(), lambda _: None, gone=[group])

    assert (found.plans, found.is_whole, list(found.unproven)) == (1, False, [group])
    assert again.is_whole
