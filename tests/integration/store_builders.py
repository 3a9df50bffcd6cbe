"""What the store's tests put into tables."""

from datetime import UTC, datetime, timedelta

from shared.models.evidence import Event
from shared.models.link import Link, LinkState, Posted, Reservation

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
LEASE = timedelta(minutes=11)
SECOND = timedelta(seconds=1)
ORIGIN = "workspace-28866"


def link(item="contract-package|legal-review", **fields):
    return Link(**{"item": item, "rule_id": "contract-package", "rule_hash": "h", "state": LinkState.OPEN, **fields})


def event(what="created", **detail):
    return Event(what=what, detail=detail)


def reservation(item="a|b", plan_id="plan", origin=ORIGIN):
    return Reservation(plan_id=plan_id, origin=origin, item=item, at=NOW, posted=Posted(title="Review"))
