"""
What is told of the work: log fields that follow it, spans, counters; and what is never told: secrets.

Only the OpenTelemetry API is used: without an SDK in the process spans and counters cost nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache

from opentelemetry import context as otel_context
from opentelemetry import metrics
from opentelemetry import trace as otel_trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.observability.gauges import Shown
from shared.observability.metrics import BY_NAME, PREFIX, Kind
from shared.observability.tally import tally

FIELDS = ("origin", "item", "delivery", "function")
"""Log fields; on a record they are called bridge_origin and so on."""

_fields: ContextVar[dict[str, str] | None] = ContextVar("bridge_log_fields", default=None)
_NOBODY = 1
"""A valid id, so that the parent counts as one; it is never exported."""
_propagator = TraceContextTextMapPropagator()
_tracer = otel_trace.get_tracer("bridge")
_meter = metrics.get_meter("bridge")


def log_fields() -> dict[str, str]:
    """Return the fields of the work at hand."""
    return dict(_fields.get() or {})


@contextmanager
def log_context(**fields: str | None) -> Iterator[None]:
    """Add fields (of `FIELDS`; None adds nothing) to every record of this task and the tasks that it starts."""
    given = {name: value for name, value in fields.items() if value is not None}
    token = _fields.set({**log_fields(), **given})
    try:
        yield
    finally:
        _fields.reset(token)


@contextmanager
def unobserved() -> Iterator[None]:
    """
    Keep a library's own spans out of the trace: the Graph SDK starts five for each call, a tenth of a reconcile's CPU.

    They follow a parent that is not sampled; a sampler that asks its parent (`parentbased_...`) drops them.
    """
    nothing = otel_trace.NonRecordingSpan(otel_trace.SpanContext(_NOBODY, _NOBODY, is_remote=False))
    token = otel_context.attach(otel_trace.set_span_in_context(nothing))
    try:
        yield
    finally:
        otel_context.detach(token)


@dataclass
class Delivery:
    """One delivery of the host, while it is at work."""

    was_idle: bool = False
    """There was nothing to do. Its span is not ended, so never exported: two timers alone would make six a minute."""


@contextmanager
def working(
    function: str, *, origin: str | None = None, reason: str | None = None, delivery: str | None, trace: str | None
) -> Iterator[Delivery]:
    """
    Do one delivery of the host: a span named after the function, and log fields.

    Args:
        reason: why it is looked at, for the span.
        delivery: the message's id or the invocation's.
        trace: the traceparent to go on from. None or malformed: the host's own.
    """
    parent = _propagator.extract({"traceparent": trace}) if trace else otel_context.get_current()
    given = {"bridge.origin": origin, "bridge.reason": reason}
    attributes = {name: value for name, value in given.items() if value}
    span = _tracer.start_span(function, context=parent, attributes=attributes)
    delivery_at_hand = Delivery()
    with log_context(function=function, origin=origin, delivery=delivery):
        try:
            # Nothing of an exception goes onto the span here: its text is masked where it leaves the function.
            with otel_trace.use_span(span, record_exception=False, set_status_on_exception=False):
                yield delivery_at_hand
        except Exception as error:
            span.set_status(otel_trace.Status(otel_trace.StatusCode.ERROR, type(error).__name__))
            # Whatever was said before: without its end, the span of a failure would not be exported.
            delivery_at_hand.was_idle = False
            raise
        finally:
            if not delivery_at_hand.was_idle:
                span.end()


def start_span(name: str) -> otel_trace.Span:
    """Begin a span below the work at hand; whoever began it ends it."""
    return _tracer.start_span(name)


def traceparent() -> str | None:
    """Name the work at hand for a message (W3C traceparent). None: nobody traces it."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


def count(name: str, amount: int = 1, **attributes: str) -> None:
    """Add to a counter of `shared.observability.metrics`."""
    tally.add(name, amount)
    _counter(name).add(amount, attributes)


def record(name: str, value: float, **attributes: str) -> None:
    """Add a value to a histogram of `shared.observability.metrics`."""
    tally.record(name, value)
    _histogram(name).record(value, attributes)


def show(name: str, value: float, **attributes: str) -> None:
    """Say what a gauge of `shared.observability.metrics` shows now; it falls silent when nobody says it any more."""
    _gauge(name).show(value, attributes)


@cache
def _counter(name: str) -> metrics.Counter:
    return _meter.create_counter(*_asked(name, Kind.COUNTER))


@cache
def _histogram(name: str) -> metrics.Histogram:
    return _meter.create_histogram(*_asked(name, Kind.HISTOGRAM))


@cache
def _gauge(name: str) -> Shown:
    shown = Shown()

    def observe(_: metrics.CallbackOptions) -> Iterator[metrics.Observation]:
        return (metrics.Observation(value, attributes) for value, attributes in shown.fresh())

    exported, unit, about = _asked(name, Kind.GAUGE)
    _meter.create_observable_gauge(exported, [observe], unit, about)
    return shown


def _asked(name: str, kind: Kind) -> tuple[str, str, str]:
    metric = BY_NAME[name]
    if metric.kind is not kind:
        message = f"{name} is a {metric.kind}, not a {kind}"
        raise TypeError(message)
    return PREFIX + metric.name, metric.unit, metric.about
