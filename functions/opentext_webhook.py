"""POST /api/opentext/events: OpenText hints that something changed."""

import azure.functions as func

from functions.answers import ANSWERED, TELL_SECONDS, accepted, problem, within
from functions.guard import guarded
from shared import wiring
from shared.intake.walls import tell_work
from shared.observability.telemetry import working

bp = func.Blueprint()  # type: ignore[no-untyped-call]  # its own types are unfinished


@bp.route(route="opentext/events", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@guarded
async def opentext_webhook(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Queue the hinted origins and answer at once: OpenText may wait inside a transaction."""
    with working("opentext_webhook", delivery=context.invocation_id, trace=context.trace_context.trace_parent):
        await wiring.current().warm_queues()
        try:
            await within(wiring.intake().take(req.get_body(), req.headers))
        except ANSWERED as error:
            return problem(error)
        # In a worker's first minute there is nothing to write yet: the sender need not wait for the tables.
        if not wiring.current().is_young:
            await wiring.current().warm_storage()
            await tell_work(wiring.current(), longest=TELL_SECONDS)
    return accepted()
