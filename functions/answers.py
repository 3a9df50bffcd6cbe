"""HTTP answers to what went wrong: problem documents that name the field."""

import json
import logging
from http import HTTPStatus

import azure.functions as func

from shared.errors import BridgeError, RejectedError, RetryLaterError, SettingsError
from shared.intake.opentext import OversizedError
from shared.intake.signatures import UnprovenError

log = logging.getLogger(__name__)

ANSWERED = (RejectedError, RetryLaterError, SettingsError)
"""What an HTTP function answers itself; everything else is a fault of ours, and the host's 500."""
RETRY_SECONDS = 30
_STATUS = (
    (UnprovenError, HTTPStatus.UNAUTHORIZED),
    (OversizedError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (RejectedError, HTTPStatus.BAD_REQUEST),
)
"""The first that fits; 503 for what may pass later."""


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
    body["detail"] = "Nothing was taken. Send it again later."
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
