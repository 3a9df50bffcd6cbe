"""
Keep every span in a file, as Azure Monitor would keep them: the platform sets OpenTelemetry's SDK up, not the app.

Source: https://learn.microsoft.com/azure/azure-functions/opentelemetry-howto
"""

import json
from collections.abc import Sequence
from pathlib import Path

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import format_span_id, format_trace_id


class SpanFile(SpanExporter):
    """Appends ended spans to a file, a JSON object a line."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Write them down."""
        with self._file.open("a") as lines:
            lines.writelines(f"{json.dumps(_told(span))}\n" for span in spans)
        return SpanExportResult.SUCCESS


def record_spans(file: Path) -> None:
    """Have every span of this process written to a file. Once a process."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(SpanFile(file)))
    trace.set_tracer_provider(provider)


def _told(span: ReadableSpan) -> dict[str, object]:
    return {
        "name": span.name,
        "trace": format_trace_id(span.context.trace_id),
        "id": format_span_id(span.context.span_id),
        "parent": format_span_id(span.parent.span_id) if span.parent else None,
        "start": span.start_time,
        "attributes": dict(span.attributes or {}),
    }
