"""
What an observer costs: the CPU of a reconcile with OpenTelemetry's SDK listening, against without it.

`python -m tests.benchmarks.bench_telemetry [observed]` prints the CPU seconds of some looks: each in a process of its
own, for the SDK can't be taken off again.
"""

import asyncio
import subprocess
import sys
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
from tests.repository import ROOT

END = datetime(2028, 1, 31, tzinfo=UTC)
OBSERVED = "observed"
LOOKS = 20
TIMES = 10
TURNS = 3


def measure() -> list[Ratio]:
    """Reconcile a workspace at rest, unobserved and observed in turns."""
    turns = [(_fresh(), _fresh(OBSERVED)) for _ in range(TURNS)]
    unobserved, observed = (min(seconds) for seconds in zip(*turns, strict=True))
    return [Ratio("a reconcile observed / unobserved", observed / unobserved, 1.1)]


def _fresh(*arguments: str) -> float:
    command = [sys.executable, "-m", "tests.benchmarks.bench_telemetry", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    return float(done.stdout)


def main(arguments: list[str]) -> None:
    """Print the CPU seconds of the looks."""
    with asyncio.Runner() as runner:
        if arguments == [OBSERVED]:
            _observe()
        started, origin = runner.run(_at_rest())
        look = partial(_look, runner, started, origin)
        look()
        print(cpu(look, times=TIMES))


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


if __name__ == "__main__":
    main(sys.argv[1:])
