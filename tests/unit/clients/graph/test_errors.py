"""What each of Graph's answers means for the caller."""

from datetime import timedelta

import httpx
import pytest
from pydantic import BaseModel

from shared.clients.graph.answers import Answer, attempt, error_for, parse
from shared.errors import (
    NotFoundError,
    OutcomeUnknownError,
    RefusedError,
    StaleError,
    ThrottledError,
    UnavailableError,
)
from tests.narrowing import as_a
from tests.unit.clients.graph.graph_double import said

HTML = b"<!DOCTYPE html><html><body>Not Found</body></html>"


class Thing(BaseModel):
    id: str


def answer(status, body=b'{"error": {"code": "", "message": "told"}}', **headers):
    return Answer(status, httpx.Headers(headers), body)


@pytest.mark.parametrize(
    ("status", "for_a_read", "for_a_write"),
    [
        (400, RefusedError, RefusedError),
        (401, UnavailableError, UnavailableError),
        (403, RefusedError, RefusedError),
        (404, NotFoundError, NotFoundError),
        (405, RefusedError, RefusedError),
        (408, UnavailableError, OutcomeUnknownError),
        (409, StaleError, StaleError),
        (412, StaleError, StaleError),
        (423, RefusedError, RefusedError),
        (429, ThrottledError, ThrottledError),
        (302, UnavailableError, UnavailableError),
        (500, UnavailableError, OutcomeUnknownError),
        (502, UnavailableError, OutcomeUnknownError),
        (503, UnavailableError, OutcomeUnknownError),
        (504, UnavailableError, OutcomeUnknownError),
    ],
)
def test_each_status_says_what_to_do_next(status, for_a_read, for_a_write):
    assert type(error_for(answer(status), wrote=False)) is for_a_read
    assert type(error_for(answer(status), wrote=True)) is for_a_write


@pytest.mark.parametrize("body", [HTML, b"", b"[]", b'{"value": []}', "text", None])
def test_a_404_that_graph_did_not_state_is_no_statement(body):
    """A proxy's page must never have a living task made again."""
    assert type(error_for(answer(404, body), wrote=False)) is UnavailableError


def test_a_refusal_keeps_graphs_code():
    body = said(403, "MaximumTasksInProject", "too many").content

    assert as_a(RefusedError, error_for(answer(403, body), wrote=True)).code == "MaximumTasksInProject"


@pytest.mark.parametrize("body", [said(403).content, said(403, message="no").content, HTML, {"error": {"code": None}}])
def test_a_refusal_without_a_code_has_an_empty_one(body):
    """Planner's "no access" comes with an empty code. Source: Learn, JSON batching."""
    assert as_a(RefusedError, error_for(answer(403, body), wrote=False)).code == ""


@pytest.mark.parametrize(("value", "pause"), [("10", timedelta(seconds=10)), ("soon", None), (None, None)])
def test_throttling_names_the_pause(value, pause):
    headers = {} if value is None else {"retry-after": value}

    error = as_a(ThrottledError, error_for(answer(429, **headers), wrote=True))

    assert (error.system, error.retry_after) == ("graph", pause)


@pytest.mark.parametrize(
    ("code", "message", "field"),
    [
        ("BadRequest", "The property 'description' is too long.", "description"),
        ("BadRequest", "The value of title exceeds the maximum.", "title"),
        ("MaximumAssigneesInTasks", "The request would exceed a limit.", "assignees"),
        ("BadRequest", "dueDateTime is before startDateTime.", ""),
        ("BadRequest", "The dueDateTime is odd.", "due date"),
        ("MaximumChecklistItemsOnTask", "", "checklist"),
        ("BadRequest", "The title and the description are odd.", ""),
        ("", "You do not have the required permissions to access this item.", ""),
    ],
)
def test_a_refusal_says_what_it_is_about_in_words_for_people_where_graph_does(code, message, field):
    refusal = error_for(answer(403, said(403, code, message).content), wrote=True)

    assert as_a(RefusedError, refusal).field == field


def test_what_the_other_side_says_is_cut():
    long = said(400, message="x" * 5000).content

    assert len(str(error_for(answer(400, long), wrote=False))) < 300


@pytest.mark.parametrize("body", [b'{"id": "1"', b"", HTML, b"[]", b"{}", {}, "bytes", None])
def test_a_success_that_can_not_be_read_is_lost(body):
    """After a write it may have been done; after a read nothing is known."""
    with pytest.raises(UnavailableError):
        parse(Thing, answer(200, body), wrote=False)
    with pytest.raises(OutcomeUnknownError):
        parse(Thing, answer(201, body), wrote=True)


@pytest.mark.parametrize("body", [b'{"id": "1", "new": true}', {"id": "1", "new": True}])
def test_a_body_is_read_from_bytes_and_from_a_batch_alike(body):
    assert parse(Thing, answer(200, body), wrote=False) == Thing(id="1")


def test_one_failure_of_many_stands_in_its_place():
    before = StaleError("earlier")

    assert attempt(Thing, answer(200, {"id": "1"}), wrote=True) == Thing(id="1")
    assert isinstance(attempt(Thing, answer(412), wrote=True), StaleError)
    assert attempt(Thing, before, wrote=True) is before
