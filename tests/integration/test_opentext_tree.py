"""What the tree of Content Server tells of documents: what changed in a container, what lies below it, what is gone."""

from datetime import timedelta

import pytest

from local.simulators.faults import Fault
from shared.errors import UnreadableError
from shared.models.origin import Needs
from tests.integration.opentext_world import World
from tests.narrowing import sure

DAY = timedelta(days=1)
BARE = Needs(attributes=False)


async def changed(world, container, since):
    return [(stub.name, stub.is_container) async for stub in world.client.tree.list_changed(container, since)]


async def test_of_a_long_list_only_what_changed_is_read_and_every_folder():
    world = World()
    workspace = world.workspace()
    for number in range(250):
        world.server.add_document(workspace, f"Old {number:03}.pdf")
    world.server.add_folder(workspace, "Papers")
    world.at += 2 * DAY
    world.server.add_document(workspace, "New.pdf")
    pages = []

    def count(page):
        pages.append(page)
        return page

    counting = Fault.odd(count, path=f"/{workspace}/nodes", times=99)
    world.server.faults.add(counting)

    assert await changed(world, workspace, world.at - DAY) == [("New.pdf", False), ("Papers", True)]
    assert len(pages) == 3


async def test_one_hint_reaches_so_many_documents_so_deep():
    world = World()
    folder = workspace = world.workspace()
    for depth in range(5):
        folder = world.server.add_folder(folder, f"Level {depth}")
        world.server.add_document(folder, f"{depth}.pdf")
    top = sure(world.server.find_child(workspace, "Level 0"))

    assert len(await world.client.tree.list_documents_below(top)) == 3


async def test_a_shortcut_of_a_shortcut_is_the_original_wherever_it_is_met():
    world = World()
    workspace = world.workspace()
    document = world.server.add_document(workspace, "A.pdf")
    first = world.server.add_shortcut(workspace, document)
    second = world.server.add_shortcut(workspace, first)
    (alone,) = await world.client.workflows.read_versions([second])

    assert (await world.client.tree.read_stub(second)).node_id == document
    assert (await world.client.workspaces.read_document(second, BARE)).node_id == document
    assert (alone.node_id, alone.version) == (document, 1)
    assert await world.client.workflows.read_versions([second, document]) == (alone,)


@pytest.mark.parametrize("length", [1, 2, 3])
async def test_shortcuts_that_name_each_other_lead_nowhere(length):
    world = World()
    workspace = world.workspace()
    first = last = world.server.add_shortcut(workspace, workspace)
    for _ in range(length - 1):
        last = world.server.add_shortcut(workspace, last)
    world.server.state.nodes[first].original = last

    for read in (
        world.client.tree.read_stub(first),
        world.client.workspaces.read_document(first, BARE),
        world.client.workflows.read_versions([first]),
    ):
        with pytest.raises(UnreadableError, match="leads nowhere"):
            await read


async def test_a_shortcut_whose_original_is_not_told_is_no_document():
    world = World()
    workspace = world.workspace()
    document = world.server.add_document(workspace, "A.pdf")
    broken = world.server.add_shortcut(workspace, document)
    world.server.state.nodes[broken].original = 0

    assert await world.client.tree.list_documents_below(workspace) == (document,)
    with pytest.raises(UnreadableError, match="leads nowhere"):
        await world.client.tree.read_stub(broken)


async def recycled(world, node, name, *, is_container=False):
    """Look for a node in the recycle bin; return its name there, and how many pages were turned over."""
    pages = []

    def count(page):
        pages.append(page)
        return page

    world.server.faults.add(Fault.odd(count, path="/recyclebin/", times=99))
    return await world.client.tree.find_recycled(node, name, is_container=is_container), len(pages)


async def test_what_anybody_deleted_is_found_in_the_recycle_bin():
    """Unasked, the bin shows a user its own deletions, and the integration user deletes nothing."""
    world = World()
    document = world.server.add_document(world.workspace(), "A.pdf")
    world.server.delete(document, user="pwilliams")

    assert await recycled(world, document, "A.pdf") == ("A.pdf", 1)


@pytest.mark.parametrize("name", ["Before.pdf", None])
@pytest.mark.parametrize("is_container", [False, True])
async def test_what_has_another_name_or_none_is_found_among_what_was_deleted_last(name, is_container):
    """Containers stand before documents, in any order."""
    world = World()
    workspace = world.workspace()
    fill_bin(world, workspace, 250)
    add = world.server.add_folder if is_container else world.server.add_document
    node = add(workspace, "After.pdf")
    world.server.delete(node)

    found, _ = await recycled(world, node, name, is_container=is_container)

    assert found == "After.pdf"


@pytest.mark.parametrize("is_container", [False, True])
async def test_a_large_recycle_bin_is_not_read_through(is_container):
    world = World()
    workspace = world.workspace()
    add = world.server.add_folder if is_container else world.server.add_document
    first = add(workspace, "First")
    world.server.delete(first)
    fill_bin(world, workspace, 1200)

    found, pages = await recycled(world, first, "Before", is_container=is_container)

    assert found is None
    assert pages <= 6


def fill_bin(world, workspace, number):
    for one in range(number):
        for add in (world.server.add_folder, world.server.add_document):
            world.server.delete(add(workspace, f"{add.__name__} {one:04}"))


async def test_a_server_without_a_recycle_bin_states_nothing():
    world = World()
    document = world.server.add_document(world.workspace(), "A.pdf")
    world.server.delete(document)
    world.server.state.recycled.clear()

    assert (await recycled(world, document, "A.pdf"))[0] is None
    assert await world.client.tree.find_child(document, "A.pdf") is None
