"""What a failed answer means: one table."""

import json
from datetime import timedelta

import pytest

from shared.clients.opentext.errors import EXISTS, FORBIDDEN, NO_ENDPOINT, error_for, garbled
from shared.errors import (
    OutcomeUnknownError,
    RefusedError,
    StaleError,
    ThrottledError,
    UnavailableError,
    UnreadableError,
)

HTML = b"<html><body>Content Server Client Error. Please try again.</body></html>"


def said(text, **more):
    return json.dumps({"error": text, **more}).encode()


NO_NODE = said("Could not get a node for 5")
NO_STEP = said("Could not get a workflow for 1, 1, 2")
UNSEEN = said(
    "Sorry, the item you requested could not be accessed. Either it does not exist or you do not have permission."
)
NO_MODULE = said("The REST API URL could not be found in the mappings registry")
TAKEN = said("An item with the name 'evidence.json' already exists.")
CONFLICT = said("Could not update metadata (edit conflict).")
ODD = said("No output returned by the report")
LOCKED = said("The item is reserved by another user.")

TABLE = [
    # name, status, body, of a read, of a write
    ("node-400", 400, NO_NODE, UnreadableError, UnreadableError),
    ("node-404", 404, NO_NODE, UnreadableError, UnreadableError),
    ("node-500", 500, NO_NODE, UnreadableError, UnreadableError),
    ("step-500", 500, NO_STEP, UnreadableError, UnreadableError),
    ("unseen", 400, UNSEEN, UnreadableError, UnreadableError),
    ("404-json", 404, said("Nothing here"), UnreadableError, RefusedError),
    ("module", 400, NO_MODULE, RefusedError, RefusedError),
    ("exists", 500, TAKEN, RefusedError, RefusedError),
    ("conflict", 409, CONFLICT, StaleError, StaleError),
    ("409-other", 409, LOCKED, RefusedError, RefusedError),
    ("403-json", 403, LOCKED, UnreadableError, RefusedError),
    ("500-json", 500, ODD, UnreadableError, RefusedError),
    ("400-json", 400, LOCKED, RefusedError, RefusedError),
    ("401-again", 401, said("Authentication Required"), UnavailableError, UnavailableError),
    ("429", 429, b"", ThrottledError, ThrottledError),
    ("500-html", 500, HTML, UnavailableError, OutcomeUnknownError),
    ("503-html", 503, HTML, UnavailableError, OutcomeUnknownError),
    ("503-json", 503, said("Service not available"), UnavailableError, OutcomeUnknownError),
    ("504-empty", 504, b"", UnavailableError, OutcomeUnknownError),
    ("302-login", 302, b"", UnavailableError, UnavailableError),
    ("404-html", 404, HTML, UnavailableError, UnavailableError),
    ("500-garbled", 500, b'{"error": "cut', UnavailableError, OutcomeUnknownError),
    ("413", 413, HTML, RefusedError, RefusedError),
]


@pytest.mark.parametrize(
    ("status", "body", "of_read"), [(s, b, r) for _, s, b, r, _ in TABLE], ids=[row[0] for row in TABLE]
)
def test_a_failed_read_is_named_by_its_body_first(status, body, of_read):
    assert type(error_for(status, body, what="GET v2/nodes/5", wrote=False)) is of_read


@pytest.mark.parametrize(
    ("status", "body", "of_write"), [(s, b, w) for _, s, b, _, w in TABLE], ids=[row[0] for row in TABLE]
)
def test_a_failed_write_is_unknown_only_where_nobody_said_what_became_of_it(status, body, of_write):
    assert type(error_for(status, body, what="PUT v2/nodes/5", wrote=True)) is of_write


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        pytest.param(400, NO_MODULE, NO_ENDPOINT, id="module"),
        pytest.param(500, TAKEN, EXISTS, id="exists"),
        pytest.param(403, LOCKED, FORBIDDEN, id="forbidden"),
        pytest.param(
            400, said("Invalid username/password specified", errorDetail="662306821"), "662306821", id="detail"
        ),
        pytest.param(400, LOCKED, "", id="none"),
    ],
)
def test_a_refusal_carries_a_code(status, body, code):
    error = error_for(status, body, what="PUT v2/x", wrote=True)
    assert isinstance(error, RefusedError)
    assert error.code == code


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param("120", timedelta(minutes=2), id="seconds"),
        pytest.param(None, None, id="absent"),
        pytest.param("soon", None, id="not-a-number"),
    ],
)
def test_a_pause_is_kept(header, expected):
    error = error_for(429, b"", what="GET v2/x", wrote=False, headers={} if header is None else {"retry-after": header})
    assert isinstance(error, ThrottledError)
    assert (error.system, error.retry_after) == ("opentext", expected)


def test_a_long_text_is_cut():
    """Bodies may hold anything; a message is for a log line."""
    assert len(str(error_for(400, said("x" * 10_000), what="GET v2/x", wrote=False))) < 300


def test_a_success_that_makes_no_sense_may_have_been_done():
    assert type(garbled("PUT v2/x", wrote=True)) is OutcomeUnknownError
    assert type(garbled("GET v2/x", wrote=False)) is UnavailableError
