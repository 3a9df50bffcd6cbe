"""Count what was remembered: history is the one place that knows what truly happened."""

from collections.abc import Sequence
from datetime import datetime

from shared.models.events import EVENTS, EventKind
from shared.models.evidence import Event
from shared.observability.telemetry import count, record


def measure(events: Sequence[Event], now: datetime) -> None:
    """
    Count events that were committed, each once.

    Args:
        events: as they went into the history.
        now: UTC, for the lag from a completion in Planner to the advance in OpenText.
    """
    for event in events:
        facts = EVENTS[event.what]
        if facts.metric:
            told = {label: str(event.detail.get(label, "")) for label in facts.labels}
            count(facts.metric, 1, **(told or {"how": event.what.value}))
        # Without it the task was completed before the bridge knew of it: there is no lag to speak of.
        if event.what is EventKind.SENT_ON and (completed := event.detail.get("completed_at")):
            lag = (now - datetime.fromisoformat(completed)).total_seconds()
            record("advance_lag", max(lag, 0.0))
