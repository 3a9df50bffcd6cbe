"""Queues `origins-poison` and `plans-poison`: messages that failed for good are reported, and looked at again later."""

import azure.functions as func

from functions.guard import guarded
from shared import wiring
from shared.observability.telemetry import working

bp = func.Blueprint()  # type: ignore[no-untyped-call]  # its own types are unfinished


@bp.queue_trigger(arg_name="message", queue_name="origins-poison", connection="AzureWebJobsStorage")
@guarded
async def dead_origins(message: func.QueueMessage) -> None:
    """Write down an origin message that failed for good."""
    await _bury("origins", message)


@bp.queue_trigger(arg_name="message", queue_name="plans-poison", connection="AzureWebJobsStorage")
@guarded
async def dead_plans(message: func.QueueMessage) -> None:
    """Write down a plan message that failed for good."""
    await _bury("plans", message)


async def bury_unread(queue: str, message: func.QueueMessage) -> None:
    """Write down a message that says nothing to us: tried again it would say no more."""
    await _bury(queue, message, why="it is no message of the bridge")


async def _bury(queue: str, message: func.QueueMessage, *, why: str = "") -> None:
    await wiring.current().warm_storage()
    from shared.operations.dead_letters import bury  # noqa: PLC0415 - HTTP functions do without the stores

    with working(f"dead_{queue}", delivery=message.id, trace=None):
        # Whatever it is: it may be a message for being none of ours.
        body = message.get_body().decode("utf-8", "replace")
        await bury(queue, body, wiring.storage(), why=why, came=message.insertion_time)
