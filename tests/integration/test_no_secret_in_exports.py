"""
What the real exporters of Azure Monitor send holds no secret, whichever way it was told.

They send to a server on this machine, as they would to Azure: `IngestionEndpoint` of the connection string.
"""

import json
import logging

import pytest
from azure.monitor.opentelemetry.exporter import AzureMonitorLogExporter, AzureMonitorTraceExporter
from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import INVALID_SPAN_CONTEXT, Link, Status, StatusCode

from shared.observability import secret_filter
from shared.observability.exporters import mask_logs, mask_spans
from tests.ingestion import ingestion

SECRET = "hunter2-zq"
TEXTS = (
    f"password=a {SECRET},b;c",
    f"OTDS_CLIENT_SECRET={SECRET}",
    f"https://bridge:{SECRET}@h.example/cs",
    f"Cookie: a=b; LLCookie={SECRET}",
    f"OTCSTicket: {SECRET}",
    f"Authorization: Bearer {SECRET}",
    f"https://a.blob.example/x?sv=1&sig={SECRET}",
    f"AccountName=a;AccountKey={SECRET};End=x",
    json.dumps({"otdsticket": SECRET}),
)


@pytest.fixture
def azure(monkeypatch):
    """An exporter's other side, and how to reach it."""
    monkeypatch.setenv("APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL", "true")
    with ingestion() as server:
        yield server


def told(server):
    """All that was sent."""
    return b"\n".join(server.sent).decode()


def fail(tracer, text):
    """Leave a span by an exception, which becomes its status and an event."""
    with tracer.start_as_current_span(f"call {text}") as span:
        span.set_attribute("http.url", text)
        span.set_attribute("http.request.header.OTCSTicket", SECRET)
        span.set_attribute("list", [text, "x"])
        raise ValueError(text)


def test_spans_with_their_status_events_links_and_attributes(azure):
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(
        BatchSpanProcessor(AzureMonitorTraceExporter(connection_string=azure.where, disable_offline_storage=True))
    )
    mask_spans(provider)
    mask_spans(provider)
    tracer = provider.get_tracer("any.library")
    for text in TEXTS:
        with pytest.raises(ValueError, match=SECRET):
            fail(tracer, text)
        with tracer.start_as_current_span("b", links=[Link(INVALID_SPAN_CONTEXT, {"x": text})]) as span:
            span.add_event(text, {"why": text})
            span.set_status(Status(StatusCode.ERROR, text))
    provider.shutdown()

    assert "any.library" in told(azure) or "call " in told(azure)
    assert "***" in told(azure)
    assert SECRET not in told(azure)


def test_log_records_with_their_arguments_exceptions_and_extras(azure):
    factory = logging.getLogRecordFactory()
    levels = {name: logging.getLogger(name).level for name in secret_filter.CHATTY}
    provider = LoggerProvider(shutdown_on_exit=False)
    exporter = AzureMonitorLogExporter(connection_string=azure.where, disable_offline_storage=True)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    mask_logs(provider)
    log = logging.getLogger("any.other.library")
    handler = LoggingHandler(logger_provider=provider)
    log.addHandler(handler)
    try:
        secret_filter.install()
        for text in TEXTS:
            tell(log, text)
    finally:
        log.removeHandler(handler)
        provider.shutdown()
        logging.setLogRecordFactory(factory)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)

    assert "it failed" in told(azure)
    assert "KeyError" in told(azure)
    assert SECRET not in told(azure)


def tell(log, text):
    """Every way in which a library logs."""
    log.error(text)
    log.error("it failed with %s", text)
    log.error("%s", {"detail": text})
    log.error(ValueError(text))
    log.error("x", extra={"header": text, "OTCSTicket": SECRET, "nested": {"a": [text]}})
    log.error("x", stack_info=True)
    try:
        break_down(text)
    except ExceptionGroup:
        log.exception("it failed")


def break_down(text):
    raise ExceptionGroup("several", [ValueError(text), OSError(5, text)]) from KeyError(text)
