"""
Mask what OpenTelemetry exports: spans with their names, attributes, status and events; log records with theirs.

The Functions worker configures the exporters before the app is loaded. So ours is put before the ones that are there:
each of them is handed what it changed. Without an SDK in the process there is nothing to do.
"""

from collections.abc import Mapping
from typing import Any, cast

from opentelemetry import trace
from opentelemetry._logs import get_logger_provider

from shared.observability.masking import MASK, redact


class MaskSpans:
    """A span processor that masks what a span tells, once it has ended."""

    def on_start(self, span: Any, parent_context: Any = None) -> None:  # noqa: ANN401 - the SDK's, which is optional
        """Do nothing: the span is not told yet."""

    def _on_ending(self, span: Any) -> None:  # noqa: ANN401 - the SDK's
        """Do nothing: `on_end` gets what exporters get."""

    def on_end(self, span: Any) -> None:  # noqa: ANN401 - the SDK's
        """Change what the exporters will be handed: one object for all of them, which the SDK means to be read only."""
        span._name = redact(span.name)  # noqa: SLF001 - see above
        span._attributes = masked(span.attributes)  # noqa: SLF001 - see above
        for event in span.events:
            event._name, event._attributes = redact(event.name), masked(event.attributes)  # noqa: SLF001 - see above
        for link in span.links:
            link._attributes = masked(link.attributes)  # noqa: SLF001 - see above
        status = span.status
        if status.description:
            span._status = type(status)(status.status_code, redact(status.description))  # noqa: SLF001 - see above

    def shutdown(self) -> None:
        """Do nothing: nothing is kept."""

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Do nothing: nothing is kept."""
        return timeout_millis >= 0


class MaskLogs:
    """A log record processor that masks what a record tells."""

    def on_emit(self, log_record: Any) -> None:  # noqa: ANN401 - the SDK's
        """Change the record: all exporters get this one."""
        record = log_record.log_record
        record.body = _value(record.body)
        record.attributes = masked(record.attributes)

    def enabled(self, **_: object) -> bool:
        """Ask for no record by itself."""
        return False

    def shutdown(self) -> None:
        """Do nothing: nothing is kept."""

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Do nothing: nothing is kept."""
        return timeout_millis >= 0


def mask_exports() -> None:
    """Put the masks before the exporters of this process. Asked again, it does nothing."""
    mask_spans(trace.get_tracer_provider())
    mask_logs(get_logger_provider())


def mask_spans(provider: object) -> None:
    """Mask what a tracer provider exports. One of the API alone exports nothing."""
    _put_first(getattr(provider, "_active_span_processor", None), "_span_processors", MaskSpans)


def mask_logs(provider: object) -> None:
    """Mask what a logger provider exports. One of the API alone exports nothing."""
    _put_first(getattr(provider, "_multi_log_record_processor", None), "_log_record_processors", MaskLogs)


def _put_first(several: object, name: str, mask: type[MaskSpans | MaskLogs]) -> None:
    # The SDK only offers to add at the end, where the exporters' queues have the span already.
    known = cast("tuple[object, ...]", getattr(several, name, ()))
    if several is not None and not any(isinstance(one, mask) for one in known):
        setattr(several, name, (mask(), *known))


def masked(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return attributes without secrets. One whose own name says what it is goes as a whole."""
    found = {}
    for name, value in (attributes or {}).items():
        # A header or setting as an attribute: the name stands apart from its value.
        is_secret = redact(f"{name}=x") == f"{name}={MASK}"
        found[name] = MASK if is_secret else _value(value)
    return found


def _value(value: Any) -> Any:  # noqa: ANN401 - whatever an attribute holds
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, bytes):
        return redact(value.decode("utf-8", "replace")).encode()
    if isinstance(value, Mapping):
        return masked(value)
    if isinstance(value, list | tuple):
        return type(value)(map(_value, value))
    return value
