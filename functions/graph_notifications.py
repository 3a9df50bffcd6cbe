"""POST /api/graph/notifications and /api/graph/lifecycle: Graph proves the address, then hints."""

from collections.abc import Awaitable, Callable

import azure.functions as func

from functions.answers import ANSWERED, accepted, problem, within
from functions.guard import guarded
from shared import wiring
from shared.intake.graph import Notifications, handshake
from shared.observability.telemetry import working

bp = func.Blueprint()  # type: ignore[no-untyped-call]  # its own types are unfinished


@bp.route(route="graph/notifications", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@guarded
async def graph_notifications(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Queue a read of the plans of each group that changed."""
    return await _answer(req, context, Notifications.take_changes)


@bp.route(route="graph/lifecycle", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@guarded
async def graph_lifecycle(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Have the subscriptions looked after by their timer."""
    return await _answer(req, context, Notifications.take_lifecycle)


async def _answer(
    req: func.HttpRequest, context: func.Context, take: Callable[[Notifications, bytes], Awaitable[object]]
) -> func.HttpResponse:
    # First of all, and without any settings: Graph may ask while the subscription is still being made.
    if (token := handshake(req.params)) is not None:
        return func.HttpResponse(token, mimetype="text/plain", headers={"X-Content-Type-Options": "nosniff"})
    with working(context.function_name, delivery=context.invocation_id, trace=context.trace_context.trace_parent):
        await wiring.current().warm_storage()
        try:
            await within(take(wiring.notifications(), req.get_body()))
        except ANSWERED as error:
            return problem(error)
    return accepted()
