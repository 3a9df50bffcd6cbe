"""
What a timer remembers, and whether it missed an occurrence. Pure.

Sources: https://github.com/Azure/azure-webjobs-sdk-extensions, TimerListener, ScheduleMonitor, TimerSchedule
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from local.functions_host.schedule import Schedule

NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""What `Last` says of a timer that has not fired yet."""


@dataclass(frozen=True)
class Status:
    """What is known of a timer between two runs."""

    last: datetime
    next: datetime
    updated: datetime

    def told(self) -> dict[str, str]:
        """Write it as functions get it."""
        return {"Last": self.last.isoformat(), "LastUpdated": self.updated.isoformat(), "Next": self.next.isoformat()}


@dataclass(frozen=True)
class Start:
    """How a timer begins."""

    status: Status
    is_past_due: bool
    remembered: Status | None
    """What must be stored; None: what is stored is right."""


def is_under_a_minute(schedule: Schedule) -> bool:
    """Say whether the host keeps no schedule status of it: more than one occurrence a minute."""
    _second, *rest = schedule.expression.split()
    first = schedule.after(datetime(2000, 1, 1, tzinfo=UTC))
    return rest == ["*"] * 5 and schedule.after(first) - first < timedelta(minutes=1)


def start(stored: Status | None, schedule: Schedule, now: datetime) -> Start:
    """Decide how a timer begins whose host starts, or has just got its lock."""
    if stored is None:
        following = schedule.after(now)
        # Two moments of writing: functions get one, storage the other.
        in_memory, stored = Status(NEVER, following, NEVER), Status(NEVER, following, now)
        return Start(in_memory, is_past_due=False, remembered=stored)
    basis = next((moment for moment in (stored.last, stored.updated) if moment != NEVER), now)
    expected = schedule.after(basis)
    if expected == stored.next:
        return Start(stored, is_past_due=now > stored.next, remembered=None)
    # The schedule has changed: what the old one missed is not made up for.
    if now > expected:
        expected, basis = schedule.after(now), now
    changed = Status(NEVER, expected, basis)
    return Start(changed, is_past_due=False, remembered=changed)


def after_run(status: Status, schedule: Schedule, began: datetime, *, is_out_of_turn: bool) -> Status:
    """Compute the status after a run; `began` is when it began."""
    # Begun a little early, by a clock that stepped back: no occurrence fires twice.
    moment = began if is_out_of_turn else max(began, status.next)
    return replace(status, last=moment, next=schedule.after(moment), updated=moment)


def dump(status: Status) -> str:
    """Write it down for storage."""
    return json.dumps(status.told())


def load(text: str) -> Status:
    """Read what `dump` wrote."""
    told: dict[str, Any] = json.loads(text)
    return Status(*(datetime.fromisoformat(told[name]) for name in ("Last", "Next", "LastUpdated")))
