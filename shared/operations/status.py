"""How the bridge stands: what is in the way, by cause; what waits; what is held and why. Needs storage alone."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.models.holds import HOLDS, HoldCause
from shared.models.link import Link, LinkState
from shared.models.trouble import Trouble
from shared.operations.app_state import AppState, find_app
from shared.operations.troubles import read_troubles
from shared.operations.unread_rows import rows_just_met
from shared.services import Storage
from shared.store.agenda import Census
from shared.store.queues import ORIGINS, PLANS
from shared.targets.capacity import fullest
from shared.watchers.discovery import NEXT


@dataclass(frozen=True)
class HeldLink:
    """An item that can't go on, and why."""

    origin: str
    item: str
    cause: HoldCause
    reason: str
    retry_at: datetime | None
    """UTC. None: it is looked at when its reason changes."""


@dataclass(frozen=True)
class HoldGroup:
    """All items that are held by one cause."""

    cause: HoldCause
    count: int
    example: str
    """What the first of them says."""
    next_try: datetime | None
    """UTC: of the first that is tried again. None: when something changes."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """What an operator wants to know first."""

    now: datetime
    troubles: tuple[Trouble, ...]
    """Of systems, plans, rules, functions and origins; the oldest first."""
    app: AppState | None
    """None: the app never swept."""
    queues: dict[str, int]
    """Messages that wait, about, by queue."""
    timers: Census
    oldest: datetime | None
    """UTC: when the oldest timer that is due was to fire. None: nothing is due."""
    plans: int
    fullest: float
    """Share of its limit that the fullest plan uses."""
    discovery: datetime | None
    """UTC: when OpenText is asked next for what no hint announced. None: never yet."""
    released: Counter[str] = field(default_factory=Counter)
    """By rule: items that the mapping let go, and whose tasks are left alone."""
    states: Counter[LinkState] | None
    """Links by state; None: not counted."""
    held: tuple[HeldLink, ...] = field(default=(), repr=False)

    @property
    def holds(self) -> tuple[HoldGroup, ...]:
        """What is held, by cause, the most first."""
        causes = Counter(one.cause for one in self.held)
        return tuple(self._group(cause, count) for cause, count in causes.most_common())

    @property
    def needs_person(self) -> bool:
        """Whether something waits for a person: what passes by itself, and normal waiting, does not."""
        by_brake = any(one.cause is HoldCause.BRAKE for one in self.held)
        return by_brake or self.timers.dead > 0 or any(trouble.facts.needs_person for trouble in self.troubles)

    def as_json(self) -> dict[str, Any]:
        """Return it for machines; times are ISO 8601, UTC."""
        return {
            "now": self.now.isoformat(),
            "needs_person": self.needs_person,
            "troubles": [_trouble_json(trouble) for trouble in self.troubles],
            "holds": [_hold_json(group) for group in self.holds],
            "app": None if self.app is None else self.app.model_dump(mode="json"),
            "queues": self.queues,
            "timers": {"due": self.timers.due, "later": self.timers.later, "backfill": self.timers.bulk},
            "oldest_timer_due": _iso(self.oldest),
            "dead_letters": self.timers.dead,
            "plans": {"count": self.plans, "fullest": round(self.fullest, 3)},
            "next_discovery": _iso(self.discovery),
            "released": dict(sorted(self.released.items())),
            "links": None if self.states is None else {state.value: n for state, n in sorted(self.states.items())},
        }

    def _group(self, cause: HoldCause, count: int) -> HoldGroup:
        mine = [one for one in self.held if one.cause is cause]
        again = min((one.retry_at for one in mine if one.retry_at is not None), default=None)
        return HoldGroup(cause, count, mine[0].reason, again)


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
    states, held, released = await _links(storage) if with_links else (None, (), Counter[str]())
    found = await storage.cursors.find(NEXT)
    return Status(
        now=now,
        app=await find_app(storage),
        queues={name: await storage.queues.length(name) for name in (ORIGINS, PLANS)},
        timers=await storage.agenda.census(now),
        oldest=await storage.agenda.oldest(now),
        plans=len(rows),
        fullest=fullest(rows),
        discovery=None if found is None else datetime.fromisoformat(found),
        released=released,
        states=states,
        held=held,
        # Last: a row that could not be read for this very answer is one of them.
        troubles=await _troubles(storage),
    )


async def _troubles(storage: Storage) -> tuple[Trouble, ...]:
    told = await read_troubles(storage)
    return (*told, *rows_just_met(storage, told))


async def _links(storage: Storage) -> tuple[Counter[LinkState], tuple[HeldLink, ...], Counter[str]]:
    states: Counter[LinkState] = Counter()
    released: Counter[str] = Counter()
    held: list[HeldLink] = []
    async for origin, link in storage.origins.list_links():
        states[link.state] += 1
        if link.state is LinkState.RELEASED:
            released[link.rule_id] += 1
        if (cause := _cause(link)) is not None:
            held.append(HeldLink(origin, link.item, cause, link.reason, link.retry_at))
    return states, tuple(held), released


def _cause(link: Link) -> HoldCause | None:
    """Say why an item can't go on; None: it can, or it is over."""
    if link.state is LinkState.HELD:
        return link.hold or HoldCause.MAPPING
    is_at_work = link.state in (LinkState.OPEN, LinkState.RESERVED)
    return link.hold if is_at_work or link.hold is HoldCause.RECORD else None


def _trouble_json(trouble: Trouble) -> dict[str, Any]:
    facts = trouble.facts
    return {**trouble.model_dump(mode="json"), "heals": facts.heals, "needs_person": facts.needs_person}


def _hold_json(group: HoldGroup) -> dict[str, Any]:
    return {
        "cause": group.cause.value,
        "count": group.count,
        "example": group.example,
        "next_try": _iso(group.next_try),
        "heals": HOLDS[group.cause].heals,
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
