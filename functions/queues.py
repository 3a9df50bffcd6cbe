"""Queues `origins` and `plans`: the work. Flows are imported in a thread, when they run: see `warmed`."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import azure.functions as func

from functions.guard import guarded
from functions.poison import bury_unread
from functions.warm import warmed
from shared import wiring
from shared.intake.expected_failures import run_origin, run_plan
from shared.intake.paused import is_put_back
from shared.intake.queued import read_origin_message, read_plan_message
from shared.intake.walls import tell_work
from shared.models.messages import OriginMessage, PlanMessage
from shared.observability.tally import LOOKS, tally
from shared.observability.telemetry import working

if TYPE_CHECKING:
    from shared.services import Services

bp = func.Blueprint()  # type: ignore[no-untyped-call]  # its own types are unfinished


@bp.queue_trigger(arg_name="message", queue_name="origins", connection="AzureWebJobsStorage")
@guarded
async def reconcile(message: func.QueueMessage) -> None:
    """Bring both sides of one origin together."""
    flow = await warmed(_reconcile)
    given = read_origin_message(message.get_body())
    if given is None:
        await bury_unread("origins", message)
        return
    with working("reconcile", origin=given.origin, reason=given.waited_for, delivery=message.id, trace=given.trace):
        if not await is_put_back(given, wiring.current()):
            await run_origin(given, flow, wiring.current())
            tally.add(LOOKS)
            await tell_work(wiring.current())


@bp.queue_trigger(arg_name="message", queue_name="plans", connection="AzureWebJobsStorage")
@guarded
async def read_plan(message: func.QueueMessage) -> None:
    """Read one plan and hand on the origins whose tasks changed."""
    flow = await warmed(_read_plan)
    given = read_plan_message(message.get_body())
    if given is None:
        await bury_unread("plans", message)
        return
    with working("read_plan", delivery=message.id, trace=given.trace) as at_hand:
        # Most reads find nothing: a row for each of them would be most of what a large bridge sends at rest.
        if not await is_put_back(given, wiring.current()):
            at_hand.was_idle = not await run_plan(given, flow, wiring.current())


def _reconcile() -> "Callable[[OriginMessage, Services], Awaitable[None]]":
    from shared.reconciler.reconcile import reconcile  # noqa: PLC0415 - see above

    return reconcile


def _read_plan() -> "Callable[[PlanMessage, Services], Awaitable[bool]]":
    from shared.watchers.read_plan import read_plan  # noqa: PLC0415 - see above

    return read_plan
