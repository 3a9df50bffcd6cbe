"""All links, counted: what is held and why, which origins can't be looked at, what people have before them."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.models.doors import HeldItem
from shared.models.holds import HoldCause
from shared.models.link import Link, LinkState
from shared.models.troubles import Cause, OriginTrouble

if TYPE_CHECKING:
    from shared.services import Storage
    from shared.store.agenda import Census

SHORTEST, LONGEST = timedelta(seconds=3), timedelta(seconds=60)
"""How long a count serves everybody who asks: of a thousand rows a second, since reading them takes its time."""


@dataclass(frozen=True)
class HoldGroup:
    """All items that are held by one cause."""

    cause: HoldCause
    items: tuple[HeldItem, ...]

    @property
    def next_try(self) -> datetime | None:
        """UTC: of the first that is tried again. None: when something changes."""
        return min((one.next_try for one in self.items if one.next_try is not None), default=None)

    @property
    def oldest(self) -> datetime | None:
        """UTC: since when the first of them waits. None: not kept."""
        return min((one.since for one in self.items if one.since is not None), default=None)


@dataclass
class Counted:
    """What a reading of all links found."""

    at: datetime
    """UTC: when it began."""
    states: Counter[LinkState] = field(default_factory=Counter)
    open_by_rule: Counter[str] = field(default_factory=Counter)
    released_by_rule: Counter[str] = field(default_factory=Counter)
    held: list[HeldItem] = field(default_factory=list)
    failing: list[tuple[str, OriginTrouble]] = field(default_factory=list)
    """Origins whose looks fail; the oldest first."""

    @property
    def kept(self) -> timedelta:
        """For how long it serves."""
        rows = self.states.total() + len(self.failing)
        return min(max(timedelta(seconds=rows / 1000), SHORTEST), LONGEST)

    def add(self, origin: str, found: Link | OriginTrouble) -> None:
        """Take note of one row."""
        if isinstance(found, OriginTrouble):
            # What is over and was purged waits for nobody.
            if found.cause is not Cause.GONE:
                self.failing.append((origin, found))
            return
        self.states[found.state] += 1
        if found.state is LinkState.OPEN:
            self.open_by_rule[found.rule_id] += 1
        if found.state is LinkState.RELEASED:
            self.released_by_rule[found.rule_id] += 1
        if (cause := hindrance(found)) is not None:
            self.held.append(_held(origin, found, cause))

    def groups(self) -> tuple[HoldGroup, ...]:
        """Return what is held, by cause, the most first."""
        of: dict[HoldCause, list[HeldItem]] = {}
        for one in self.held:
            of.setdefault(one.cause, []).append(one)
        found = [HoldGroup(cause, tuple(items)) for cause, items in of.items()]
        return tuple(sorted(found, key=lambda group: (-len(group.items), group.cause)))


def hindrance(link: Link) -> HoldCause | None:
    """Say why an item can't go on; None: it can, or it is over."""
    if link.state is LinkState.HELD:
        return link.hold or HoldCause.MAPPING
    is_at_work = link.state in (LinkState.OPEN, LinkState.RESERVED)
    return link.hold if is_at_work or link.hold is HoldCause.RECORD else None


def _held(origin: str, link: Link, cause: HoldCause) -> HeldItem:
    return HeldItem(
        origin=origin,
        item=link.item,
        rule=link.rule_id,
        plan=link.plan_id or "",
        cause=cause,
        reason=link.reason,
        tries=link.tries,
        since=link.held_since,
        next_try=link.retry_at,
    )


async def count_links(storage: Storage) -> Counted:
    """
    Read all links. Scans the whole table.

    Raises:
        UnavailableError: storage does not answer.
    """
    counted = Counted(storage.now())
    async for origin, found in storage.origins.list_standing():
        counted.add(origin, found)
    counted.held.sort(key=lambda one: one.place)
    counted.failing.sort(key=lambda one: (one[1].since, one[0]))
    return counted


class Counts:
    """Links and timers as they were counted last: however many ask at once, they are read once."""

    def __init__(self) -> None:
        self._counting = asyncio.Lock()
        self._last: tuple[Counted, Census] | None = None

    async def read(self, storage: Storage) -> tuple[Counted, Census]:
        """Return what was counted lately: of many links within a minute. Raises: as `count_links`."""
        async with self._counting:
            now = storage.now()
            # Nor does one serve that lies ahead: a clock that was set back would keep it for as long.
            if self._last is None or not self._last[0].at <= now < self._last[0].at + self._last[0].kept:
                self._last = await count_links(storage), await storage.agenda.census(now)
            return self._last

    def forget(self) -> None:
        """Have the next one counted anew: somebody just changed what they say."""
        self._last = None
