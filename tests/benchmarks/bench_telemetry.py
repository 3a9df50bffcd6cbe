"""What an observer costs: the CPU of a reconcile with OpenTelemetry's SDK listening, against without it."""

import asyncio
from datetime import UTC, datetime
from functools import partial

from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from local.demo.world import create_contract
from shared.models.words import WaitedFor
from tests.benchmarks.ratios import Ratio, cpu
from tests.engine import Engine, engine

END = datetime(2028, 1, 31, tzinfo=UTC)
LOOKS = 20
TIMES = 30


def measure() -> list[Ratio]:
    """Reconcile a workspace at rest, first unobserved, then observed: the SDK can't be taken off again."""
    with asyncio.Runner() as runner:
        started, origin = runner.run(_at_rest())
        look = partial(_look, runner, started, origin)
        look()
        unobserved = cpu(look, times=TIMES)
        _observe()
        look()
        observed = cpu(look, times=TIMES)
    return [Ratio("a reconcile observed / unobserved", observed / unobserved, 1.1)]


async def _at_rest() -> tuple[Engine, str]:
    started = engine()
    origin = f"workspace-{create_contract(started.world, 'Observed', END)}"
    for _ in range(3):
        await started.look(origin)
    return started, origin


def _look(runner: asyncio.Runner, started: Engine, origin: str) -> None:
    async def looks() -> None:
        for _ in range(LOOKS):
            await started.look(origin, WaitedFor.CHANGED)

    runner.run(looks())


def _observe() -> None:
    """Record everything in memory: the export itself is the exporter's, and in Azure the host's."""
    tracing = TracerProvider()
    tracing.add_span_processor(BatchSpanProcessor(InMemorySpanExporter()))
    trace.set_tracer_provider(tracing)
    metrics.set_meter_provider(MeterProvider(metric_readers=[InMemoryMetricReader()]))
