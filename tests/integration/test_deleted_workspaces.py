"""A workspace that is deleted: only a statement ends its work; its history is kept as long as any, and no longer."""

from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import START, Inside
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from shared.operations.retention import Keeping, due_for_purge, purge_origin
from tests.repository import ROOT

YEARS = timedelta(days=11 * 366)


class Case:
    """A contract with its tasks and a running approval."""

    def __init__(self):
        self.inside = Inside(ROOT / "mapping.yaml")
        self.content, self.graph = self.inside.world.content, self.inside.world.graph
        self.workspace = create_contract(self.inside.world, "Supply", START + timedelta(days=400))
        document = self.content.add_document(self.workspace, "Supply.docx", b"text", user="pwilliams")
        self.process = self.content.start_workflow(
            "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=self.workspace
        )
        self.origin, self.approval = f"workspace-{self.workspace}", f"workflow-{self.process}"

    async def look(self, waited_for=WaitedFor.HINT):
        for origin in (self.origin, self.approval):
            self.inside.origins.messages.append(OriginMessage(origin=origin, waited_for=waited_for).model_dump_json())
        await self.inside.drain()

    async def links(self, origin=None):
        found = await self.inside.services().origins.find_links(origin or self.origin)
        return list(found.values())

    @property
    def open(self):
        return sorted(task["title"] for task in self.graph.tasks.values() if task["percentComplete"] < 100)


@pytest.fixture
async def case():
    one = Case()
    await one.look()
    await one.inside.pass_time(timedelta(minutes=5), times=3)
    return one


async def test_a_workspace_that_lies_in_the_recycle_bin_ends_its_work_with_that_reason(case):
    case.content.delete(case.workspace)

    await case.look()

    links = await case.links()
    assert {link.state for link in links} == {LinkState.CLOSED}
    assert {link.reason for link in links} == {"the workspace was deleted in OpenText"}
    assert not [title for title in case.open if title.startswith("Supply: ")]


async def test_a_workspace_that_was_renamed_before_it_was_deleted_ends_too(case):
    case.content.rename("pwilliams", case.workspace, "Cancelled")
    case.content.delete(case.workspace)

    await case.look()

    assert {link.reason for link in await case.links()} == {"the workspace was deleted in OpenText"}


async def test_nothing_ends_while_nothing_is_stated_and_it_is_told(case):
    """The bin can't be seen, or was emptied: the workspace may only be hidden from the bridge."""
    before = case.open
    case.content.delete(case.workspace)
    case.content.state.recycled.clear()

    await case.look()
    await case.inside.pass_time(timedelta(hours=2), times=15)

    assert case.open == before
    assert {link.state for link in await case.links()} == {LinkState.OPEN}
    assert any(case.origin in dead.letter.body for dead in await case.inside.services().agenda.list_dead())


async def test_a_workspace_that_is_restored_goes_on_as_it_was(case):
    before, kept = case.open, case.content.state.workspaces[case.workspace]
    case.content.delete(case.workspace)
    await case.look()
    assert case.open != before
    case.content.restore(case.workspace)
    case.content.state.workspaces[case.workspace] = kept

    await case.look(WaitedFor.RESYNC)

    assert case.open == before


async def test_retention_covers_its_history(case):
    case.content.delete(case.workspace)
    await case.look()
    services = case.inside.services()
    assert await due_for_purge(case.origin, services) == ()

    case.inside.at += YEARS
    assert await due_for_purge(case.origin, services)
    assert await purge_origin(case.origin, Keeping(services, "operator"))

    assert [str(entry.what) for entry in await services.origins.list_entries(case.origin)] == ["checkpoint"]


async def test_once_its_work_is_over_it_is_left_in_peace_though_the_bin_is_emptied(case):
    case.content.delete(case.workspace)
    await case.look()
    case.content.state.recycled.clear()

    await case.inside.pass_time(timedelta(hours=4), times=6 * 9)

    dead = await case.inside.services().agenda.list_dead()
    assert not [letter for letter in dead if case.origin in letter.letter.body]
    assert {link.state for link in await case.links()} == {LinkState.CLOSED}


async def test_an_approval_ends_with_its_step_though_its_record_is_gone(case):
    case.content.delete(case.workspace)
    await case.look()

    case.content.stop_workflow(case.process)
    await case.look()
    await case.inside.pass_time(timedelta(minutes=30), times=4)

    assert {link.state for link in await case.links(case.approval)} == {LinkState.CLOSED}
