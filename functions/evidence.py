"""GET /api/origins/{key}/evidence: an origin's history, as the evidence document."""

from http import HTTPStatus

import azure.functions as func

from functions.answers import ANSWERED, document, problem, within
from functions.guard import guarded
from shared import wiring
from shared.errors import Problem, RejectedError
from shared.models.keys import split_origin_key
from shared.observability.telemetry import working

bp = func.Blueprint()  # type: ignore[no-untyped-call]  # its own types are unfinished


@bp.route(route="origins/{key}/evidence", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def evidence(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Answer with the whole history; a key is needed, since it names people."""
    key = str(req.route_params.get("key", ""))
    with working("evidence", origin=key, delivery=context.invocation_id, trace=context.trace_context.trace_parent):
        await wiring.current().warm_storage()
        return await answer_evidence(key)


async def answer_evidence(key: str) -> func.HttpResponse:
    """Answer with the evidence document of an origin; the storage is warm."""
    # Here and not above: hints and notifications wait for none of it.
    from shared.evidence.document import JSON_TYPE, render_json  # noqa: PLC0415
    from shared.models.evidence_files import file_name  # noqa: PLC0415

    try:
        _check(key)
        lines = await within(wiring.storage().origins.list_lines(key))
    except ANSWERED as error:
        return problem(error)
    if not lines:
        return document({"title": "Not Found", "status": 404, "detail": "no history"}, HTTPStatus.NOT_FOUND)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(key, "json")}"', "Cache-Control": "no-store"}
    return func.HttpResponse(render_json(key, lines), mimetype=JSON_TYPE, headers=headers)


def _check(key: str) -> None:
    try:
        split_origin_key(key)
    except ValueError as error:
        raise RejectedError([Problem("key", str(error))]) from error
