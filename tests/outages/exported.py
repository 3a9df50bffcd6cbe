"""
What the real exporters of Azure Monitor send, as rows of Application Insights.

They send over HTTP to a server on this machine. The time of a row is the virtual one of the minute in which it was
sent: what the exporter wrote there is this machine's.
"""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from azure.monitor.opentelemetry.exporter import (
    AzureMonitorLogExporter,
    AzureMonitorMetricExporter,
    AzureMonitorTraceExporter,
)
from opentelemetry import metrics, trace
from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, MetricsData
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased

from shared.observability.exporters import mask_logs, mask_spans
from tests.ingestion import Ingestion, ingestion

Row = dict[str, Any]


class _Minutes(MetricReader):
    """Hands metrics to the exporter whenever it is asked: the periodic reader does so once a minute."""

    def __init__(self, exporter: AzureMonitorMetricExporter) -> None:
        super().__init__(
            preferred_temporality=exporter._preferred_temporality,
            preferred_aggregation=exporter._preferred_aggregation,
        )
        self._exporter = exporter

    def _receive_metrics(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **_: Any) -> None:
        self._exporter.export(metrics_data, timeout_millis=timeout_millis)

    def shutdown(self, timeout_millis: float = 30_000, **_: Any) -> None:
        self._exporter.shutdown(timeout_millis)


class Exported:
    """The exporters of this process, which can be set up only once."""

    def __init__(self, server: Ingestion, *, metrics_alone: bool) -> None:
        self._server = server
        how = {"connection_string": server.where, "disable_offline_storage": True}
        self._reader = _Minutes(AzureMonitorMetricExporter(**how))
        self._spans = TracerProvider(sampler=ParentBased(ALWAYS_ON), shutdown_on_exit=False)
        self._spans.add_span_processor(BatchSpanProcessor(AzureMonitorTraceExporter(**how)))
        self._logs = LoggerProvider(shutdown_on_exit=False)
        self._logs.add_log_record_processor(BatchLogRecordProcessor(AzureMonitorLogExporter(**how)))
        mask_spans(self._spans)
        mask_logs(self._logs)
        metrics.set_meter_provider(MeterProvider(metric_readers=[self._reader], shutdown_on_exit=False))
        if metrics_alone:
            return
        trace.set_tracer_provider(self._spans)
        logging.getLogger().addHandler(LoggingHandler(level=logging.INFO, logger_provider=self._logs))
        logging.getLogger().setLevel(logging.INFO)

    def minute(self, now: datetime) -> list[Row]:
        """Have everything sent that came up since the last time, and return it as rows of that moment."""
        self._reader.collect()
        self._spans.force_flush()
        self._logs.force_flush()
        bodies, self._server.sent[:] = list(self._server.sent), []
        return [_row(one, now) for body in bodies for one in json.loads(body)]


@contextmanager
def exporting(*, metrics_alone: bool = False) -> Iterator[Exported]:
    """
    Set the exporters up.

    Args:
        metrics_alone: leave spans and log records out.
    """
    os.environ["APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL"] = "true"
    os.environ["APPLICATIONINSIGHTS_SDKSTATS_DISABLED"] = "true"
    with ingestion() as server:
        yield Exported(server, metrics_alone=metrics_alone)


_TABLES = {
    "MetricData": "customMetrics",
    "MessageData": "traces",
    "ExceptionData": "exceptions",
    "RequestData": "requests",
    "RemoteDependencyData": "dependencies",
}


def _row(envelope: Row, now: datetime) -> Row:
    """
    Read an envelope as the tables of Application Insights show it.

    Source: https://learn.microsoft.com/azure/azure-monitor/app/data-model-complete
    """
    kind, data = envelope["data"]["baseType"], envelope["data"]["baseData"]
    row: Row = {
        "table": _TABLES.get(kind, kind),
        "timestamp": now.replace(tzinfo=None),
        "customDimensions": data.get("properties") or {},
        "bytes": len(json.dumps(envelope)),
    }
    if kind == "MetricData":
        (point,) = data["metrics"]
        value = point["value"]
        # Of one observation the service itself says what is smallest and largest.
        row |= {"name": point["name"], "value": value, "valueSum": value, "valueCount": point.get("count") or 1}
        row |= {"valueMin": point.get("min", value), "valueMax": point.get("max", value)}
    else:
        row |= {"name": data.get("name") or "", "message": data.get("message") or ""}
    return row
