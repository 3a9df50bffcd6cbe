"""
Everything that is measured, by name: workbook, alerts and runbook ask for these names.

An attribute has few values: no ids of origins, items, tasks or people.
"""

from dataclasses import dataclass
from enum import StrEnum

PREFIX = "bridge."


class Kind(StrEnum):
    """How values of one name belong together."""

    COUNTER = "counter"
    """They add up."""
    HISTOGRAM = "histogram"
    """They are spread: count, sum, smallest and largest are kept."""
    GAUGE = "gauge"
    """The last one counts, as long as somebody says it."""


@dataclass(frozen=True)
class Metric:
    """One name that is measured."""

    name: str
    """Without `PREFIX`, with which it is exported."""
    kind: Kind
    unit: str
    """UCUM: "s" for seconds, {thing} for a count."""
    about: str
    attributes: tuple[str, ...] = ()


METRICS = (
    Metric("hints", Kind.COUNTER, "{hint}", "Origins that OpenText hinted at and that were queued."),
    Metric("notifications.dropped", Kind.COUNTER, "{notification}", "Graph notifications with a wrong clientState."),
    Metric(
        "tasks_created", Kind.COUNTER, "{task}", "Planner tasks made, or found again after a lost answer.", ("how",)
    ),
    Metric("write_backs", Kind.COUNTER, "{write}", "What Planner's people did, written to OpenText.", ("how",)),
    Metric("refusals", Kind.COUNTER, "{refusal}", "Completions and reassignments put back.", ("reason",)),
    Metric("conflicts", Kind.COUNTER, "{conflict}", "Fields that both sides changed.", ("field", "winner")),
    Metric("item_failures", Kind.COUNTER, "{item}", "Items stopped by something unforeseen in their data.", ("where",)),
    Metric("dead_letters", Kind.COUNTER, "{letter}", "Messages that failed for good.", ("queue",)),
    Metric("put_off", Kind.COUNTER, "{delivery}", "Deliveries that met an expected failure and wait.", ("reason",)),
    Metric(
        "calls", Kind.COUNTER, "{call}", "Requests to an outside system; status 0: no answer.", ("system", "status")
    ),
    Metric("throttled", Kind.COUNTER, "{pause}", "Pauses that an outside system asked for.", ("system",)),
    Metric("sign_ins", Kind.COUNTER, "{sign-in}", "Sign-ins to OpenText, and how they ended.", ("identity", "outcome")),
    Metric("sweeps", Kind.COUNTER, "{run}", "Timer runs that came to their end.", ("timer",)),
    Metric("advance_lag", Kind.HISTOGRAM, "s", "From a task's completion in Planner to the advance in OpenText."),
    Metric("oldest_pending", Kind.GAUGE, "s", "How long the oldest due timer has been waiting for a sweep."),
    Metric("loop_held", Kind.HISTOGRAM, "s", "How long a worker's event loop was held, from 0.25 s on."),
    Metric("troubles", Kind.GAUGE, "s", "How long the oldest trouble of a kind has stood.", ("where", "cause")),
    Metric("plan_fill", Kind.GAUGE, "1", "Share of its tasks' limit that the fullest plan uses; 1: nothing fits."),
    Metric("subscription_left", Kind.GAUGE, "s", "Until the first wanted subscription ends; 0: one is missing."),
)
BY_NAME = {metric.name: metric for metric in METRICS}

DECISION = "decision"
"""Span and log line of each decision."""
DECISION_FIELDS = ("rule", "action", "outcome", "duration_ms")
"""What they carry beside origin and item; on a log record they are called bridge_rule and so on."""
