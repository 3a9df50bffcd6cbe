"""What comes to the operator's doors over HTTP, and what goes back: JSON both ways. No answer repeats what was sent."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import azure.functions as func

from shared.errors import (
    BridgeError,
    DoorError,
    NotFoundError,
    OtherMethodError,
    Problem,
    RejectedError,
    RetryLaterError,
    SettingsError,
    UnconfirmedError,
)
from shared.models.intervention import OPERATOR
from shared.observability.secret_filter import redact

log = logging.getLogger(__name__)
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
LONGEST_BODY = 16_384
RETRY_SECONDS = "30"
PRINCIPAL = "x-ms-client-principal-name"
"""
Set by App Service where Entra stands in front of the app; from outside it does not get through then.

Source: https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
"""


@dataclass(frozen=True)
class Given:
    """A request, taken apart."""

    method: str
    door: str
    fields: dict[str, Any]


def read_given(req: func.HttpRequest) -> Given:
    """
    Take a request apart.

    Raises:
        RejectedError: says what is to be sent, and how.
    """
    if "code" in req.params:
        message = "send the key in the header x-functions-key: an address is kept in logs and histories"
        raise RejectedError([Problem("code", message)])
    door = str(req.route_params.get("door", ""))
    if req.method == "GET":
        return Given("GET", door, dict(req.params))
    if req.params:
        raise RejectedError([Problem("", "a POST takes its fields from the body, none from the address")])
    return Given("POST", door, _body(req))


def _body(req: func.HttpRequest) -> dict[str, Any]:
    # A form of another site can't send that type without asking first.
    if str(req.headers.get("content-type", "")).partition(";")[0].strip().lower() != "application/json":
        raise RejectedError([Problem("content-type", "must be application/json")])
    content = req.get_body()
    if len(content) > LONGEST_BODY:
        raise RejectedError([Problem("", f"the body must have at most {LONGEST_BODY} bytes")])
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise RejectedError([Problem("", "the body must be a JSON object")])
    return body


def who(headers: Mapping[str, str], *, is_behind_entra: bool) -> str:
    """Say who stands at the door: "operator", and his name where Entra says it."""
    name = headers.get(PRINCIPAL, "") if is_behind_entra else ""
    return f"{OPERATOR} {''.join(filter(str.isprintable, name))}".strip()


def found(text: str) -> func.HttpResponse:
    """Answer with a model's JSON."""
    return func.HttpResponse(text, mimetype="application/json", headers=HEADERS)


def refused(error: DoorError) -> func.HttpResponse:
    """Answer that there is no such door, that it is there for the other method, or that many would feel it."""
    if isinstance(error, UnconfirmedError):
        return _document(HTTPStatus.CONFLICT, str(error), count=error.count, needs_confirmation=True)
    if isinstance(error, OtherMethodError):
        return _document(HTTPStatus.METHOD_NOT_ALLOWED, f"Ask with {error.method}.", {"Allow": error.method})
    return _not_found()


def failed(error: BridgeError) -> func.HttpResponse:
    """Answer with what went wrong; whoever has the key may read it."""
    log.warning("answered an operator: %s: %s", type(error).__name__, error)
    if isinstance(error, RejectedError):
        problems = [{"field": one.field, "detail": one.message} for one in error.problems]
        return _document(HTTPStatus.BAD_REQUEST, "; ".join(map(str, error.problems)), errors=problems)
    if isinstance(error, NotFoundError):
        return _not_found()
    if isinstance(error, RetryLaterError | SettingsError):
        return _document(HTTPStatus.SERVICE_UNAVAILABLE, redact(str(error)), {"Retry-After": RETRY_SECONDS})
    return _document(HTTPStatus.CONFLICT, redact(str(error)))


def _not_found() -> func.HttpResponse:
    # What was asked for is not repeated.
    return _document(HTTPStatus.NOT_FOUND, "There is no such door, origin, item, gate, rule, plan or letter.")


def _document(
    status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None, **more: object
) -> func.HttpResponse:
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail, **more}
    return func.HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status_code=status,
        mimetype="application/problem+json",
        headers={**HEADERS, **(headers or {})},
    )
