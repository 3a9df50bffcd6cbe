"""What the store's tests put into tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.models.evidence import Event
from shared.models.link import Link, LinkState, Posted, Reservation
from shared.models.messages import OriginMessage, PlanMessage
from shared.store.hands import Hands
from shared.timing import DEAD_AFTER

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ORIGIN = "workspace-28866"
_MADE: list[Hands] = []


def link(item="contract-package|legal-review", **fields):
    return Link(**{"item": item, "rule_id": "contract-package", "rule_hash": "h", "state": LinkState.OPEN, **fields})


def event(what="created", **detail):
    return Event(what=what, detail=detail)


def reservation(item="a|b", plan_id="plan", origin=ORIGIN):
    return Reservation(plan_id=plan_id, origin=origin, item=item, at=NOW, posted=Posted(title="Review"))


class NoQueues:
    """Stands in the queues' place, and remembers what was sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send_origin(self, message: OriginMessage, *, delay: timedelta | None = None) -> None:
        self.sent.append(message.origin)

    async def send_plan(self, message: PlanMessage, *, delay: timedelta | None = None) -> None:
        self.sent.append(f"plan {message.plan}")

    async def length(self, queue: str) -> int:
        return 0


def hands(tables, worker, queues=None, **given):
    _MADE.append(Hands(tables, queues or NoQueues(), worker, **given))
    return _MADE[-1]


def close_hands():
    """Let the hands of a test give no sign of life any more."""
    while _MADE:
        _MADE.pop().close()


async def bury(worker, by):
    """Have one worker buried by another, as if a minute had passed: the service's clock can't be moved."""
    sign = (await by.signs())[worker.worker]
    return await by.bury(replace(sign, age=DEAD_AFTER + SECOND))
