"""
`python -m tests.integration.measured_work`: play a short story with OpenTelemetry's SDK, and print what it collected.

A process of its own: providers are set once in a process, and other tests want none.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from local.demo.world import create_contract
from local.in_process.transport import Answer
from shared.observability import secret_filter
from shared.watchers.subscriptions import renew_subscriptions
from tests.engine import Engine, engine

END = datetime(2028, 1, 31, tzinfo=UTC)
LATE = timedelta(minutes=2)


class Records(logging.Handler):
    """Keeps the fields that a query may ask for."""

    def __init__(self):
        super().__init__()
        self.kept = []

    def emit(self, record):
        fields = {name: value for name, value in vars(record).items() if name.startswith("bridge_")}
        self.kept.append({"message": record.getMessage(), **fields})


async def play(started: Engine) -> None:
    """Make a workspace's tasks, have one approval refused and one advanced, meet a pause, look after subscriptions."""
    world = started.world
    workspace = create_contract(world, "Contoso", END)
    await started.look(f"workspace-{workspace}")
    document = world.content.add_document(workspace, "Contract.docx", user="pwilliams")
    process = world.content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )
    await started.look(f"workflow-{process}")
    await started.rest()
    task = next(task["id"] for task in world.graph.tasks.values() if task["title"].startswith("Approve"))
    for login in ("nkaur", "dfoxhoven"):
        world.graph.tick(world.users[login], task, "Approve")
        world.graph.complete(world.users[login], task)
        for _ in range(8):
            await started.tick(LATE)
    world.graph.deliver = answered
    await renew_subscriptions(started.services)


async def answered(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Prove the address to Graph, as the app does."""
    del headers, body
    return 200, {"content-type": "text/plain"}, parse_qs(urlsplit(url).query)["validationToken"][0].encode()


def main() -> None:
    """Print metrics, spans and log records as JSON."""
    reader, spans, records = InMemoryMetricReader(), InMemorySpanExporter(), Records()
    metrics.set_meter_provider(MeterProvider([reader]))
    tracing = TracerProvider()
    tracing.add_span_processor(SimpleSpanProcessor(spans))
    trace.set_tracer_provider(tracing)
    secret_filter.install()
    logging.getLogger().setLevel(logging.INFO)
    logging.getLogger().addHandler(records)
    asyncio.run(play(engine()))
    told = [{"name": span.name, **dict(span.attributes or {})} for span in spans.get_finished_spans()]
    print(json.dumps({"metrics": _points(reader), "spans": told, "records": records.kept}))


def _points(reader: InMemoryMetricReader) -> list[dict[str, object]]:
    data = reader.get_metrics_data()
    assert data is not None
    collected = json.loads(data.to_json())
    found = [metric for resource in collected["resource_metrics"] for metric in resource["scope_metrics"][0]["metrics"]]
    return [
        {"name": metric["name"], "unit": metric["unit"], **point}
        for metric in found
        for point in metric["data"]["data_points"]
    ]


if __name__ == "__main__":
    main()
