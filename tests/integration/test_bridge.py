"""The real function app, real Azurite, real HTTP: both directions, and the promises that stand on storage."""

import asyncio
import inspect
from datetime import UTC, datetime, timedelta

from azure.storage.queue.aio import QueueServiceClient

from local.demo.observe import tasks
from local.demo.world import create_contract
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.reconciler.reconcile import reconcile
from shared.store.queues import ORIGINS
from shared.wiring import Wiring

END = datetime(2028, 1, 31, tzinfo=UTC)


def test_the_story_of_the_demo_happens(played):
    """A workspace becomes tasks, a completed task advances the workflow, a reassigned step moves its task."""
    assert played == {LinkState.COMPLETED: 1, LinkState.OPEN: 5}


async def test_the_same_hint_three_times_makes_each_task_once(system):
    workspace = create_contract(system.world, "Thrice", END)

    answers = [await system.hint(node_id=workspace) for _ in range(3)]

    await _until(lambda: len(tasks(system, starting="Thrice")) >= 4)
    await _at_rest(system)
    assert answers == [202, 202, 202]
    assert len(tasks(system, starting="Thrice")) == 4


async def test_two_workers_on_one_origin_make_each_task_once(unhosted):
    """Both look at the same workspace at the same moment; the lease lets one of them act."""
    workspace = create_contract(unhosted.world, "Twice", END)
    workers = [Wiring(unhosted.settings) for _ in range(2)]
    message = OriginMessage(origin=f"workspace-{workspace}")

    await asyncio.gather(*(reconcile(message, worker.services()) for worker in workers))
    await asyncio.gather(*(reconcile(message, worker.services()) for worker in workers))

    assert len(tasks(unhosted, starting="Twice")) == 4
    for worker in workers:
        await worker.close()


async def test_at_rest_another_round_writes_nothing(unhosted):
    """Own echoes cost a read and no write."""
    workspace = create_contract(unhosted.world, "Quiet", END)
    worker = Wiring(unhosted.settings)
    message = OriginMessage(origin=f"workspace-{workspace}")
    await reconcile(message, worker.services())
    await reconcile(message, worker.services())
    before = {task["id"]: task["@odata.etag"] for task in tasks(unhosted, starting="Quiet")}

    await reconcile(message, worker.services())

    assert {task["id"]: task["@odata.etag"] for task in tasks(unhosted, starting="Quiet")} == before
    await worker.close()


async def _until(happened, *, seconds=60):
    """Wait for something real to happen; the time limit only ends a failing test."""
    end = datetime.now(UTC) + timedelta(seconds=seconds)
    while not (happened() if not inspect.iscoroutinefunction(happened) else await happened()):
        assert datetime.now(UTC) < end, "it did not happen"
        await asyncio.sleep(0.1)


async def _at_rest(system):
    """Wait until nobody has anything in hand, and no message is to be taken; looks that come later are hidden."""
    worker = Wiring(system.settings)
    async with QueueServiceClient.from_connection_string(system.storage) as queues:
        origins = queues.get_queue_client(ORIGINS)

        async def nothing_waits():
            return not await origins.peek_messages() and not await worker.storage().hands.signs()

        await _until(nothing_waits)
    await worker.close()
