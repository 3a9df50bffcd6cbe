"""
What Microsoft Graph answers, and what each answer means for the caller.

Source: https://learn.microsoft.com/graph/errors
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.clients.json_body import read_json
from shared.clients.no_answer import Cures, redirected
from shared.clients.pause import LONGEST_PAUSE, answered_at, pause_of
from shared.errors import (
    BridgeError,
    NotFoundError,
    OutcomeUnknownError,
    RefusedError,
    RetryLaterError,
    StaleError,
    ThrottledError,
    UnavailableError,
)
from shared.models.base import Foreign
from shared.models.fields import OptionalText
from shared.models.listed import UnreadRow
from shared.models.planner import Answered, IdentitySet

M = TypeVar("M", bound=BaseModel)

CURES = Cures(address="GRAPH_BASE_URL", certificate="a proxy that opens TLS has to leave Microsoft Graph alone")
LONGEST_MESSAGE = 200  # characters of the other side's words that are worth a log line


@dataclass(frozen=True)
class Answer:
    """One answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """Found under names in lower case."""
    body: Any
    """Bytes as they came, or what JSON made of them when the answer came in a batch."""
    longest_pause: timedelta = LONGEST_PAUSE
    """What `Retry-After` is cut to."""

    @property
    def pause(self) -> timedelta | None:
        """For how long it asks to be left alone. None: it names no time."""
        return pause_of(self.headers, self.longest_pause)

    @property
    def is_graphs_own(self) -> bool:
        """An error in Graph's own words, and not a proxy's page."""
        return _statement(self) is not None

    @property
    def is_success(self) -> bool:
        """Carried out."""
        return 200 <= self.status < 300


class _Statement(Foreign):
    code: OptionalText = None
    message: OptionalText = None


class _ErrorBody(Foreign):
    error: _Statement


def error_for(answer: Answer, *, wrote: bool) -> BridgeError:
    """
    Choose the error for an answer that is no success.

    A 404 is a positive statement only in Graph's own words. One from a proxy would have a living task made again.

    Args:
        wrote: the request was a write, so that a server's failure leaves its outcome unknown.
    """
    statement = _statement(answer)
    message = _describe(answer, statement)
    match answer.status:
        case 429:
            return ThrottledError(message, system="graph", retry_after=answer.pause)
        case 404 if statement is not None:
            return NotFoundError(message, answered=answered_at(answer.headers))
        # 409: the change met another one. 412: the service does not know that version any more. Read again, either
        # way.
        case 409 | 412:
            return StaleError(message)
        case status if status < 400 or status in (401, 404):  # a redirect is not followed: nothing was carried out
            return UnavailableError(message)
        case status if status == 408 or status >= 500:
            return lost(message, wrote=wrote)
    code = (statement.code if statement else None) or ""
    return RefusedError(
        message, code=code, field=_refused_field(code, (statement.message if statement else None) or "")
    )


def lost(message: str, *, wrote: bool) -> RetryLaterError:
    """Choose the error for a request without a sensible answer: a write may have been done."""
    return OutcomeUnknownError(message) if wrote else UnavailableError(message)


def parse(model: type[M], answer: Answer, *, wrote: bool) -> M:
    """
    Read an answer's body.

    Raises:
        BridgeError: as `error_for` chooses.
        OutcomeUnknownError: a write succeeded, and what it made can't be read from its answer.
        UnavailableError: a read was answered by something else.
    """
    check(answer, wrote=wrote)
    try:
        found = _validated(model, answer.body)
    except ValidationError as error:
        message = f"Graph answered {answer.status} with what is no {model.__name__}: {reason_of(error)}"
        raise lost(message, wrote=wrote) from error
    except ValueError as error:
        message = f"Graph answered {answer.status} with what is no JSON"
        raise lost(message, wrote=wrote) from error
    return found.answered_at(answered_at(answer.headers)) if isinstance(found, Answered) else found


def _validated(model: type[M], body: Any) -> M:  # noqa: ANN401 - bytes, or what JSON made of them
    if not isinstance(body, bytes):
        return model.model_validate(body)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] != "json_invalid":
            raise
        # Half a surrogate pair somewhere, or a byte that is no UTF-8: read as well as it goes.
        return model.model_validate(read_json(body))


def reason_of(error: ValidationError) -> str:
    """Name the fields that can't be read, and why; none of their values."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    named = (f"{'.'.join(map(str, problem['loc'])) or 'all of it'}: {problem['msg']}" for problem in problems[:3])
    return "; ".join(named)[:LONGEST_MESSAGE]


def read_rows(model: type[M], rows: list[Any]) -> tuple[list[M], list[UnreadRow]]:
    """Read rows one by one, so that one that can't be read costs itself alone."""
    found: list[M] = []
    unread: list[UnreadRow] = []
    for row in rows:
        try:
            found.append(model.model_validate(row))
        except ValidationError as error:
            unread.append(_unread(row if isinstance(row, dict) else {}, reason_of(error)))
    return found, unread


def _unread(row: dict[str, Any], reason: str) -> UnreadRow:
    """Say what can be told of a row all the same."""
    id_ = row.get("id")
    try:
        # Read by itself: who made a task is what tells a person's, which stops nothing, from one that may be ours.
        made_by = IdentitySet.model_validate(row.get("createdBy")).key
    except ValidationError:
        made_by = None
    return UnreadRow(id=id_ if isinstance(id_, str) else None, reason=reason, made_by=made_by)


def attempt(model: type[M], outcome: Answer | BridgeError, *, wrote: bool) -> M | BridgeError:
    """Read one answer of many, so that its error stands in its place and the others are kept."""
    if isinstance(outcome, BridgeError):
        return outcome
    try:
        return parse(model, outcome, wrote=wrote)
    except BridgeError as error:
        return error


def check(answer: Answer, *, wrote: bool) -> None:
    """
    Let a success pass.

    Raises:
        BridgeError: as `error_for` chooses.
    """
    if not answer.is_success:
        raise error_for(answer, wrote=wrote)


def _statement(answer: Answer) -> _Statement | None:
    """None: the body is not Graph's, but a proxy's page or nothing."""
    try:
        return _validated(_ErrorBody, answer.body).error
    except ValueError:
        return None


_LIMITED = {
    "MaximumAssigneesInTasks": "assignees",
    "MaximumTasksAssignedToUser": "assignees",
    "MaximumChecklistItemsOnTask": "checklist",
    "MaximumReferencesOnTask": "references",
}
"""Source: https://learn.microsoft.com/office365/planner/planner-limits."""
_PROPERTIES = {
    "title": "title",
    "description": "description",
    "checklist": "checklist",
    "references": "references",
    "assignments": "assignees",
    "appliedCategories": "labels",
    "bucketId": "bucket",
    "dueDateTime": "due date",
    "startDateTime": "start date",
    "priority": "priority",
    "percentComplete": "progress",
}
"""Graph's properties of a task → what people call them."""
_NAMED = re.compile(rf"\b({'|'.join(_PROPERTIES)})\b")


def _refused_field(code: str, message: str) -> str:
    """Say what the one property that a refusal is about is called; "": it names none, or several."""
    named = set(_NAMED.findall(message))
    return _LIMITED.get(code) or (_PROPERTIES[named.pop()] if len(named) == 1 else "")


def _describe(answer: Answer, statement: _Statement | None) -> str:
    if 300 <= answer.status < 400:
        return f"Graph answered {answer.status}: {redirected(answer.headers.get('location'), CURES)}"
    if statement is None:
        return f"Graph answered {answer.status} without its own error"
    words = " ".join(part for part in (statement.code, statement.message) if part)
    return f"Graph answered {answer.status}: {words[:LONGEST_MESSAGE]}"
