"""
/api/operations: the operations page, and the doors that it reads and acts through (docs/operations-api.md).

The shell is open to everybody, and holds nothing of anybody. The doors are one function, so that a key of it opens them
and nothing else of the app.
"""

import asyncio
from typing import TYPE_CHECKING

import azure.functions as func

from functions.evidence import answer_evidence
from functions.guard import guarded
from functions.operator_answers import Given, failed, found, read_given, refused, who
from shared import wiring
from shared.errors import BridgeError, DoorError, RejectedError
from shared.observability.telemetry import working

if TYPE_CHECKING:
    from shared.operations.page import Page

bp = func.Blueprint()  # type: ignore[no-untyped-call]  # its own types are unfinished


@bp.route(route="operations", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@guarded
async def operations_page(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the host wants the parameter
    """Answer with the page's shell."""
    page = await asyncio.to_thread(_page)
    return func.HttpResponse(page.html, headers=dict(page.headers), mimetype="text/html")


@bp.route(route="operations/{door}", methods=["GET", "POST"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def operations(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Answer at one of the operator's doors."""
    trace = context.trace_context.trace_parent
    with working("operations", delivery=context.invocation_id, trace=trace) as at_hand:
        # A page that is open asks two dozen times a minute: telemetry tells of what was done.
        at_hand.was_idle = req.method == "GET"
        await wiring.current().warm_storage()
        try:
            given = read_given(req)
            if (given.method, given.door) == ("GET", "evidence"):
                # Here and not above: the doors' models are many, and hints and notifications wait for none of them.
                from shared.models.asked import OneAsked, read_asked  # noqa: PLC0415

                return await answer_evidence(read_asked(OneAsked, given.fields).key)
        except RejectedError as error:
            return failed(error)
        return await _answer(given, who(req.headers, is_behind_entra=wiring.current().is_behind_entra()))


async def _answer(given: Given, by: str) -> func.HttpResponse:
    doors = await asyncio.to_thread(wiring.current().doors)
    try:
        return found(await doors.answer(given.method, given.door, given.fields, by))
    except DoorError as error:
        return refused(error)
    except BridgeError as error:
        return failed(error)


def _page() -> "Page":
    from shared.operations.page import render_page  # noqa: PLC0415 - a template engine is nothing to other functions

    return render_page()
