"""What the tree of Content Server tells of documents: what changed in a container, what lies below it, what is gone."""

from datetime import timedelta

from local.simulators.faults import Fault
from tests.integration.opentext_world import World
from tests.narrowing import sure

DAY = timedelta(days=1)


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


async def test_a_server_without_a_recycle_bin_states_nothing():
    world = World()
    document = world.server.add_document(world.workspace(), "A.pdf")
    world.server.delete(document)

    assert await world.client.tree.is_recycled(document, "A.pdf")
    world.server.state.recycled.clear()
    assert not await world.client.tree.is_recycled(document, "A.pdf")
    assert await world.client.tree.find_child(document, "A.pdf") is None
