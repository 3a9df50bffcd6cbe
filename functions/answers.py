"""HTTP answers to what went wrong: problem documents that name the field."""

import asyncio
import json
import logging
from collections.abc import Awaitable
from http import HTTPStatus
from typing import TypeVar

import azure.functions as func

from shared.errors import BridgeError, RejectedError, RetryLaterError, SettingsError, UnavailableError
from shared.intake.opentext import NoBodyError, OversizedError
from shared.intake.signatures import UnprovenError

log = logging.getLogger(__name__)
T = TypeVar("T")

ANSWERED = (RejectedError, RetryLaterError, SettingsError)
"""What an HTTP function answers itself; everything else is a fault of ours, and the host's 500."""
RETRY_SECONDS = 30
DOOR_SECONDS = 4.0
"""OpenText waits five seconds inside a transaction, Graph ten."""
TELL_SECONDS = 0.5
"""What may be written for operators' charts after that, while the sender still waits."""
_STATUS = (
    (UnprovenError, HTTPStatus.UNAUTHORIZED),
    (NoBodyError, HTTPStatus.LENGTH_REQUIRED),
    (OversizedError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (RejectedError, HTTPStatus.BAD_REQUEST),
)
"""The first that fits; 503 for what may pass later."""


async def within(work: Awaitable[T]) -> T:
    """
    Wait for work that asks storage, no longer than a sender waits for us.

    Raises:
        UnavailableError: it took too long. What it asked for may have been done.
    """
    try:
        async with asyncio.timeout(DOOR_SECONDS):
            return await work
    except TimeoutError as error:
        message = f"storage did not answer within {DOOR_SECONDS:g} seconds"
        raise UnavailableError(message) from error


def problem(error: BridgeError) -> func.HttpResponse:
    """
    Answer with a problem document; its `errors` name each field.

    Source: RFC 9457 (problem+json, and its own example of an `errors` member).
    """
    status = _status(error)
    log.warning("answered %d: %s", status, error)
    body: dict[str, object] = {"type": "about:blank", "title": status.phrase, "status": status.value}
    if isinstance(error, RejectedError):
        body["detail"] = "; ".join(str(one) for one in error.problems)
        body["errors"] = [{"field": one.field, "detail": one.message} for one in error.problems]
        return _document(body, status, {})
    # Strangers may read this: what is missing stands in the log and on /api/ready.
    body["detail"] = "Perhaps not all of it was taken. Send it again later: taking it twice does no harm."
    return _document(body, status, {"Retry-After": str(RETRY_SECONDS)})


def _status(error: BridgeError) -> HTTPStatus:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.SERVICE_UNAVAILABLE)


def _document(body: dict[str, object], status: HTTPStatus, headers: dict[str, str]) -> func.HttpResponse:
    text = json.dumps(body, ensure_ascii=False)
    return func.HttpResponse(text, status_code=status, headers=headers, mimetype="application/problem+json")


def accepted() -> func.HttpResponse:
    """Answer that everything is queued."""
    return func.HttpResponse(status_code=HTTPStatus.ACCEPTED)


def document(body: object, status: HTTPStatus) -> func.HttpResponse:
    """Answer with JSON."""
    return func.HttpResponse(json.dumps(body, ensure_ascii=False), status_code=status, mimetype="application/json")
