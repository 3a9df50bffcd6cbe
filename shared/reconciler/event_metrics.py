"""Count what was remembered: history is the one place that knows what truly happened."""

from collections.abc import Callable, Sequence
from datetime import datetime

from shared.models.evidence import Event
from shared.observability.telemetry import count, record

_MADE = frozenset({"created", "settled"})
_WRITTEN_BACK = frozenset({"sent_on", "delegated", "recorded"})


def measure(events: Sequence[Event], now: datetime) -> None:
    """
    Count events that were committed, each once.

    Args:
        events: as they went into the history.
        now: UTC, for the lag from a completion in Planner to the advance in OpenText.
    """
    for event in events:
        if event.what in _MADE:
            count("tasks_created", how=event.what)
        elif event.what in _WRITTEN_BACK:
            count("write_backs", how=event.what)
        if (counted := _COUNTED.get(event.what)) is not None:
            counted(event, now)


def _refused(event: Event, now: datetime) -> None:
    del now
    count("refusals", reason=str(event.detail.get("reason", "")))


def _conflict(event: Event, now: datetime) -> None:
    del now
    count("conflicts", field=str(event.detail.get("field", "")), winner=str(event.detail.get("winner", "")))


def _advanced(event: Event, now: datetime) -> None:
    # Without it the task was completed before the bridge knew of it: there is no lag to speak of.
    if completed := event.detail.get("completed_at"):
        lag = (now - datetime.fromisoformat(completed)).total_seconds()
        record("advance_lag", max(lag, 0.0))


_COUNTED: dict[str, Callable[[Event, datetime], None]] = {
    "refused": _refused,
    "conflict": _conflict,
    "sent_on": _advanced,
}
