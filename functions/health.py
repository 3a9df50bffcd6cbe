"""GET /api/health: the process lives. GET /api/ready: and what stands between it and its work."""

from http import HTTPStatus

import azure.functions as func

from functions.answers import document
from functions.guard import guarded
from shared import wiring
from shared.operations.health import check_all, report

bp = func.Blueprint()  # type: ignore[no-untyped-call]  # its own types are unfinished


@bp.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@guarded
async def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the host wants the parameter
    """Answer, that is all."""
    return document({"alive": True}, HTTPStatus.OK)


@bp.route(route="ready", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def ready(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the host wants the parameter
    """Check settings, mapping, OpenText, Graph and storage; a key is needed, since problems name settings."""
    await wiring.current().warm()
    body = report(await check_all(wiring.probes()))
    return document(body, HTTPStatus.OK if body["ready"] else HTTPStatus.SERVICE_UNAVAILABLE)
