"""How the bridge stands: what waits, what is held and why. Needs storage alone."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from shared.models.holds import HoldCause
from shared.models.link import LinkState
from shared.services import Storage
from shared.store.agenda import Census
from shared.store.queues import ORIGINS, PLANS
from shared.targets.capacity import fullest
from shared.watchers.discovery import NEXT


@dataclass(frozen=True)
class HeldLink:
    """An item without a task, and why."""

    origin: str
    item: str
    reason: str
    retry_at: datetime | None
    """UTC. None: it is looked at when its reason changes."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """What an operator wants to know first."""

    queues: dict[str, int]
    """Messages that wait, about, by queue."""
    timers: Census
    oldest: datetime | None
    """UTC: when the oldest timer that is due was to fire. None: nothing is due."""
    gates: dict[str, datetime]
    """Systems that asked for a pause which is not over, and until when."""
    plans: int
    gone: dict[str, str] = field(default_factory=dict)
    """Plans that can't be read, and why."""
    fullest: float
    """Share of its limit that the fullest plan uses."""
    discovery: datetime | None
    """UTC: when OpenText is asked next for what no hint announced. None: never yet."""
    states: Counter[LinkState] | None
    """Links by state; None: not counted."""
    held: tuple[HeldLink, ...] = ()


async def read_status(storage: Storage, *, with_links: bool) -> Status:
    """
    Read how things stand.

    Args:
        with_links: count links, too: that reads the whole table.

    Raises:
        UnavailableError: storage does not answer.
    """
    now = storage.now()
    rows = [row async for row in storage.plans.list_all()]
    states, held = await _links(storage) if with_links else (None, ())
    found = await storage.cursors.find(NEXT)
    return Status(
        queues={name: await storage.queues.length(name) for name in (ORIGINS, PLANS)},
        timers=await storage.agenda.census(now),
        oldest=await storage.agenda.oldest(now),
        gates={name: gate.until for name, gate in (await storage.gates.list_all()).items() if gate.until > now},
        plans=len(rows),
        gone={row.plan_id: row.gone for row in rows if row.gone},
        fullest=fullest(rows),
        discovery=None if found is None else datetime.fromisoformat(found),
        states=states,
        held=held,
    )


async def _links(storage: Storage) -> tuple[Counter[LinkState], tuple[HeldLink, ...]]:
    states: Counter[LinkState] = Counter()
    held: list[HeldLink] = []
    async for origin, link in storage.origins.list_links():
        states[link.state] += 1
        is_at_work = link.state in (LinkState.OPEN, LinkState.RESERVED)
        if link.state is LinkState.HELD or (link.hold and is_at_work) or link.hold is HoldCause.RECORD:
            held.append(HeldLink(origin, link.item, link.reason, link.retry_at))
    return states, tuple(held)
