"""
Print what the bridge costs a month: the table in docs/deploy.md. Change a price here and run it again.

    python3 infra/costs.py
"""  # noqa: INP001 - a script beside the template, no part of the app

import sys
from dataclasses import dataclass
from typing import NamedTuple

HOURS = 730
MINUTES = HOURS * 60
BUSY_MINUTES = 22 * 60
"""An hour on each working day."""
MEMORY_GB = 2
GROUPS = 8
"""All HTTP functions together, and each timer and queue by itself: what Flex Consumption scales by."""
EXECUTION_SECONDS = (0.3, 1.0)
"""Of one execution, on average: measured, and if each is billed a whole second."""
ALERTS = 11


class Price(NamedTuple):
    """US dollars for one unit, and where and when the number was found."""

    usd: float
    unit: str
    found: str


FLEX = "Functions, Flex Consumption; 2025-05"
PRICES = {
    "on demand": Price(0.000026, "GB-second on demand", FLEX),
    "executions": Price(0.40, "million executions", FLEX),
    "ready": Price(0.000004, "GB-second of an always-ready instance", FLEX),
    "ready, working": Price(0.000016, "GB-second that it works", FLEX),
    "logs": Price(2.30, "GB of logs", "Monitor, Analytics logs; 2026"),
    "alert": Price(1.50, "alert rule that looks every five minutes", "Monitor; not dated"),
    "operations": Price(0.04, "million operations on tables and queues", "Storage; not dated"),
    "gateway": Price(0.045, "hour of a NAT gateway, and the same for each GB", "NAT gateway; 2026"),
    "address": Price(0.005, "hour of a public address", "IP addresses; 2026"),
}
FREE_GB_SECONDS, FREE_EXECUTIONS, FREE_LOGS_GB = 100_000, 0.25, 5


@dataclass(frozen=True)
class Load:
    """What happens in a minute. From docs/scale.md; idle: two plans without tasks."""

    executions: float
    busy: float
    """More of them in a busy minute."""
    graph: float
    """Calls, of 20 KB each, compressed."""
    operations: float
    """Of tables and queues, of 2 KB each."""


LOADS = {
    "idle": Load(executions=11, busy=0, graph=5, operations=300),
    "10,000 links": Load(executions=22, busy=25, graph=24, operations=350),
    "100,000 links": Load(executions=126, busy=250, graph=202, operations=750),
}


def monthly(load: Load, *, zones: bool, network: bool) -> tuple[float, float]:
    """Return US dollars a month, from and to: by how long an execution is billed."""
    count = load.executions * MINUTES + load.busy * BUSY_MINUTES
    ready = (2 * GROUPS if zones else 1) * MEMORY_GB * HOURS * 3600 * _usd("ready")
    # Free grants are for what runs on demand; in zones, everything runs on instances that are always ready.
    executions = max(0.0, count / 1e6 - (0 if zones else FREE_EXECUTIONS)) * _usd("executions")
    always = (
        ready + executions + _logs(load) + ALERTS * _usd("alert") + _storage(load) + (_network(load) if network else 0)
    )
    low, high = (_working(count * seconds * MEMORY_GB, zones=zones) for seconds in EXECUTION_SECONDS)
    return always + low, always + high


def _usd(name: str) -> float:
    return PRICES[name].usd


def _working(gb_seconds: float, *, zones: bool) -> float:
    if zones:
        return gb_seconds * _usd("ready, working")
    return max(0.0, gb_seconds - FREE_GB_SECONDS) * _usd("on demand")


def _logs(load: Load) -> float:
    # Measured (tests/outages/quiet.py): 3.5 rows a minute at rest, 1.3 a look that finds nothing, of at most 1 KB; the
    # host adds three of half a KB to each execution.
    gigabytes = (3.5 + load.executions * (1.3 + 1.5)) * MINUTES / 1e6
    return max(0.0, gigabytes - FREE_LOGS_GB) * _usd("logs")


def _storage(load: Load) -> float:
    return load.operations * MINUTES / 1e6 * _usd("operations")


def _network(load: Load) -> float:
    gigabytes = (load.graph * 20 + load.operations * 2) * MINUTES / 1e6
    return HOURS * (_usd("gateway") + _usd("address")) + gigabytes * _usd("gateway")


def tables() -> str:
    """Return the costs and the prices they are made of, as Markdown."""
    lines = ["| USD a month | no network, no zones | network | zones | network and zones |", "|---|---|---|---|---|"]
    for name, load in LOADS.items():
        cells = [monthly(load, zones=zones, network=network) for zones in (False, True) for network in (False, True)]
        lines.append(f"| {name} | " + " | ".join(f"{low:.0f} to {high:.0f}" for low, high in cells) + " |")
    lines += ["", "| USD | for a | price list, and when it said so |", "|---|---|---|"]
    lines += [f"| {price.usd:f}".rstrip("0") + f" | {price.unit} | {price.found} |" for price in PRICES.values()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(tables())
