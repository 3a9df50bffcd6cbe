"""How the bridge stands: what is in the way, by cause; what waits; what is held and why. Needs storage alone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.models.doors import HeldItem
from shared.models.holds import HOLDS, HoldCause
from shared.models.trouble import Trouble
from shared.models.troubles import CAUSES, Cause, OriginTrouble
from shared.operations.app_state import AppState, find_app
from shared.operations.counted import Counted, HoldGroup, count_links
from shared.operations.troubles import read_troubles
from shared.operations.unread_rows import rows_just_met
from shared.services import Storage
from shared.store.agenda import Census
from shared.store.queues import ORIGINS, PLANS
from shared.targets.capacity import fullest
from shared.watchers.discovery import NEXT


@dataclass(frozen=True)
class FailingOrigins:
    """Origins whose looks fail for one cause."""

    cause: Cause
    origins: tuple[tuple[str, OriginTrouble], ...]
    """The oldest first."""

    @property
    def next_try(self) -> datetime:
        """UTC: of the first that is tried again."""
        return min(trouble.next_try for _, trouble in self.origins)


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
    last_hint: datetime | None
    """UTC: the beginning of the last five minutes in which OpenText hinted. None: not within a day."""
    last_plan_read: datetime | None
    """UTC: of the last five minutes in which a plan was read. None: not within a day."""
    links: Counted | None = field(repr=False)
    """None: not counted."""

    @property
    def held(self) -> tuple[HeldItem, ...]:
        """What can't go on, by cause; empty when links were not counted."""
        return () if self.links is None else tuple(self.links.held)

    @property
    def holds(self) -> tuple[HoldGroup, ...]:
        """What is held, by cause, the most first."""
        return () if self.links is None else self.links.groups()

    @property
    def failing(self) -> tuple[FailingOrigins, ...]:
        """Origins that can't be looked at, by cause, the most first."""
        of: dict[Cause, list[tuple[str, OriginTrouble]]] = {}
        for origin, trouble in () if self.links is None else self.links.failing:
            of.setdefault(trouble.cause, []).append((origin, trouble))
        found = [FailingOrigins(cause, tuple(origins)) for cause, origins in of.items()]
        return tuple(sorted(found, key=lambda group: (-len(group.origins), group.cause)))

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
            "last_hint": _iso(self.last_hint),
            "last_plan_read": _iso(self.last_plan_read),
            "failing": [_failing_json(group) for group in self.failing],
            "timers": {"due": self.timers.due, "later": self.timers.later, "backfill": self.timers.bulk},
            "oldest_timer_due": _iso(self.oldest),
            "dead_letters": self.timers.dead,
            "plans": {"count": self.plans, "fullest": round(self.fullest, 3)},
            "next_discovery": _iso(self.discovery),
            "released": {} if self.links is None else dict(sorted(self.links.released_by_rule.items())),
            "links": None if self.links is None else {state.value: n for state, n in sorted(self.links.states.items())},
        }


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
    links = await count_links(storage) if with_links else None
    discovery = await storage.cursors.find_time(NEXT)
    hint, plan_read = await last_heard(storage)
    return Status(
        now=now,
        app=await find_app(storage),
        queues={name: await storage.queues.length(name) for name in (ORIGINS, PLANS)},
        timers=await storage.agenda.census(now),
        oldest=await storage.agenda.oldest(now),
        plans=len(rows),
        fullest=fullest(rows),
        discovery=discovery,
        last_hint=hint,
        last_plan_read=plan_read,
        links=links,
        # Last: a row that could not be read for this very answer is one of them.
        troubles=await _troubles(storage),
    )


async def last_heard(storage: Storage) -> tuple[datetime | None, datetime | None]:
    """Tell when OpenText last hinted, and a plan was last read: when those five minutes began. None: not for a day."""
    lately = await storage.series.list_since(storage.now() - timedelta(days=1))
    hint = max((one.at for one in lately if one.hints), default=None)
    return hint, max((one.at for one in lately if one.plans_read), default=None)


async def _troubles(storage: Storage) -> tuple[Trouble, ...]:
    told = await read_troubles(storage)
    return (*told, *rows_just_met(storage, told))


def _trouble_json(trouble: Trouble) -> dict[str, Any]:
    facts = trouble.facts
    return {**trouble.model_dump(mode="json"), "heals": facts.heals, "needs_person": facts.needs_person}


def _failing_json(group: FailingOrigins) -> dict[str, Any]:
    origin, oldest = group.origins[0]
    return {
        "cause": group.cause.value,
        "count": len(group.origins),
        "oldest": _iso(oldest.since),
        "example": f"{origin}: {oldest.error}",
        "next_try": _iso(group.next_try),
        "heals": CAUSES[group.cause].heals,
    }


def _hold_json(group: HoldGroup) -> dict[str, Any]:
    return {
        "cause": group.cause.value,
        "count": len(group.items),
        "example": group.items[0].reason,
        "next_try": _iso(group.next_try),
        "heals": HOLDS[group.cause].heals,
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
