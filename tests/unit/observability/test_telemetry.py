"""Logs tell which work they are of, and never a secret; a trace goes on through messages."""

import asyncio
import logging

import pytest

from shared.observability import secret_filter
from shared.observability.secret_filter import Redaction, redact
from shared.observability.telemetry import log_context, log_fields, traceparent, working

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("OTCSTicket: pC1hX9s+/=", "OTCSTicket: ***"),
        ("{'OTCSTicket': 'pC1hX9s'}", "{'OTCSTicket': '***'}"),
        ('{"ticket": "pC1hX9s", "name": "x"}', '{"ticket": "***", "name": "x"}'),
        ("[(b'otcsticket', b'pC1hX9s+/='), (b'date', b'Mon')]", "[(b'otcsticket', b'***'), (b'date', b'Mon')]"),
        ("username=bridge&password=hunter2&domain=", "username=bridge&password=***&domain="),
        ("client_secret=s3cr3t access_token=abc", "client_secret=*** access_token=***"),
        ("Authorization: Bearer eyJ0eXAi.abc.def", "Authorization: Bearer ***"),
        ("Authorization: Basic YnJpZGdlOmh1bnRlcjI=", "Authorization: Basic ***"),
        ("got eyJ0eXAiOiJKV1Qi.eyJhdWQi.c2ln back", "got *** back"),
        ("secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "secret ***"),
        ("X-Webhook-Secret: an-invented-secret", "X-Webhook-Secret: ***"),
        ('{"clientState": "an-invented-state"}', '{"clientState": "***"}'),
        ("AccountName=a;AccountKey=Zm9v+/==;End=x", "AccountName=a;AccountKey=***;End=x"),
        ("https://h/q?sv=1&sig=abc%3D&se=2", "https://h/q?sv=1&sig=***&se=2"),
        ("https://h/api/ready?code=abc==", "https://h/api/ready?code=***"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text, shown):
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "OPENTEXT_PASSWORD: is not set",
        "OPENTEXT_AUTH=password also needs OPENTEXT_USERNAME",
        "RefusedError code=exists, status code: 409",
        "workspace-28866: a basic plan, 3 tickets",
        "a password, a ticket and a cookie",
        'the task\'s etag W/"JzEtVGFzayAgQEBAQEBAQEBAQEBAQEBARCc=" is stale',
    ],
)
def test_words_about_secrets_are_left_alone(text):
    assert redact(text) == text


def record(message, *args, exc_info=None):
    made = logging.LogRecord("any.library", logging.INFO, __file__, 1, message, args, exc_info)
    Redaction().filter(made)
    return made


def test_a_secret_among_the_arguments_is_masked():
    assert record("ticket: %s", "pC1hX9s").getMessage() == "ticket: ***"


def test_arguments_stay_apart_where_that_is_enough():
    """Access logs are formatted from their arguments."""
    made = record('%s "%s"', "127.0.0.1", "GET /api/ready?code=abc")

    assert made.args == ("127.0.0.1", "GET /api/ready?code=***")


def test_a_clean_record_is_left_as_it_is():
    made = record("%d of %s", 3, "x")

    assert (made.msg, made.args) == ("%d of %s", (3, "x"))


def test_arguments_that_do_not_fit_are_not_printed():
    made = record("%d tickets", "pC1hX9s")

    assert "pC1hX9s" not in made.getMessage()


def test_a_secret_in_a_traceback_is_masked():
    error = ValueError("OTCSTicket: pC1hX9s")

    made = record("failed", exc_info=(type(error), error, None))

    assert "pC1hX9s" not in logging.Formatter("%(message)s").format(made)


def test_every_logger_is_covered_wherever_its_handlers_are():
    """The worker adds its handlers after the app was loaded."""
    before = logging.getLogRecordFactory()
    try:
        secret_filter.install()
        secret_filter.install()
        made = logging.getLogger("somebody.else").makeRecord("n", logging.INFO, "f", 1, "Bearer abcdef", (), None)
    finally:
        logging.setLogRecordFactory(before)

    assert made.getMessage() == "Bearer ***"


def test_records_carry_the_work_at_hand_and_lose_it_afterwards():
    with log_context(origin="workspace-1", delivery=None), log_context(item="rule|task"):
        inside = record("x")
    outside = record("x")

    assert (inside.bridge_origin, inside.bridge_item, inside.bridge_delivery) == ("workspace-1", "rule|task", "")
    assert outside.bridge_origin == ""


async def test_two_deliveries_at_once_do_not_mix():
    async def work(origin):
        with working("reconcile", origin=origin, delivery=f"of {origin}", trace=None):
            await asyncio.sleep(0)
            return log_fields()

    one, two = await asyncio.gather(work("workspace-1"), work("workspace-2"))

    assert (one["origin"], one["delivery"]) == ("workspace-1", "of workspace-1")
    assert (two["origin"], two["delivery"]) == ("workspace-2", "of workspace-2")


def test_a_trace_goes_on_from_the_message():
    with working("reconcile", delivery="1", trace=TRACE):
        inside = traceparent()

    assert inside is not None
    assert inside.split("-")[1] == TRACE.split("-")[1]


@pytest.mark.parametrize("trace", [None, "", "rubbish", "00-0-0-00"])
def test_without_a_trace_nothing_is_invented(trace):
    with working("reconcile", delivery="1", trace=trace):
        assert traceparent() is None
