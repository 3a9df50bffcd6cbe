"""
The agenda: durable timers, and the letters that died.

A partition is an hour, `bulk-` before it for back-fill; the key begins with the time. So what is due is a range, oldest
first, and no cursor can lose a row.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.errors import StaleError
from shared.models.messages import AgendaEntry, DeadLetter
from shared.models.words import WAITS, WaitedFor
from shared.store.row import Row, escape, stamp, unescape, unstamp
from shared.store.tables import Tables
from shared.timing import GATE_LONGEST, LONGEST_PAUSE

_DEAD = "dead"
_BULK = "bulk-"
_HOUR = len("2026-11-23T15")
_SLACK = timedelta(minutes=30)
"""Looks are spread, and clocks differ a little."""
_DUE = "PartitionKey ge @first and PartitionKey le @hour and RowKey lt @after"


@dataclass(frozen=True)
class DueEntry:
    """An entry as it stands in the table."""

    entry: AgendaEntry
    row: Row


@dataclass(frozen=True)
class Dead:
    """A dead letter as it stands in the table."""

    key: str
    letter: DeadLetter


@dataclass(frozen=True)
class Census:
    """How many timers there are."""

    due: int
    later: int
    bulk: int
    """Of back-fill, due or not."""
    dead: int
    """Dead letters."""


def place_of(entry: AgendaEntry) -> str:
    """Name where among the timers of its origin and reason one stands: text order is time order."""
    return (_BULK if entry.bulk else "") + stamp(entry.at)


def _is_too_far(row: Row, now: datetime, longest_gate: timedelta) -> bool:
    at, _, reason = row.key.split("|")
    waited_for = WaitedFor(unescape(reason))
    longest = WAITS[waited_for].longest
    if waited_for is WaitedFor.GATE:
        # What the setting allows may be a day, which is just by how much a clock was wrong. A sign-in waits an hour.
        longest = max(longest_gate, LONGEST_PAUSE) + _SLACK
    return longest is not None and unstamp(at) > now + longest


def _dead_key(letter: DeadLetter) -> str:
    return f"{escape(letter.queue)}|{hashlib.sha256(letter.about.encode()).hexdigest()[:32]}"


def _keys(entry: AgendaEntry, place: str) -> tuple[str, str]:
    prefix, at = (_BULK, place.removeprefix(_BULK)) if place.startswith(_BULK) else ("", place)
    return prefix + at[:_HOUR], f"{at}|{escape(entry.origin)}|{escape(entry.waited_for)}"


class Agenda:
    """The table `agenda`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.agenda

    async def put(self, entry: AgendaEntry, now: datetime) -> DueEntry:
        """
        Set a timer, never into the past. The same origin, reason and time are one row, rewritten.

        Returns:
            The entry as it was written, which `remove` takes.

        Raises:
            UnavailableError, OutcomeUnknownError: as for any write.
        """
        entry = entry.not_before(now)
        # Rewritten whatever stood there. A sweep that read the row before finds another etag, and leaves it.
        return DueEntry(entry, await self._table.put(*_keys(entry, place_of(entry)), entry.model_dump_json()))

    async def cancel(self, entry: AgendaEntry) -> None:
        """Take a timer away that was set for exactly this origin, reason and time. Fine when it is gone already."""
        await self.take_back(entry, place_of(entry))

    async def take_back(self, entry: AgendaEntry, place: str) -> None:
        """Take the timer of the same origin and reason away that stands elsewhere. Fine when it does not."""
        await self._table.discard(*_keys(entry, place))

    async def due(self, now: datetime, limit: int = 500) -> tuple[DueEntry, ...]:
        """Read what is due, oldest first; back-fill only when there is room left."""
        rows = await self._due(now, limit)
        # Back-fill is in a partition of its own: thousands of its rows cost those who wait not even a query.
        if len(rows) < limit:
            rows += await self._due(now, limit - len(rows), prefix=_BULK)
        return tuple(DueEntry(self._entry(row), row) for row in rows)

    async def bring_forward(self, now: datetime, limit: int = 500, *, longest_gate: timedelta = GATE_LONGEST) -> int:
        """
        Have what stands further off than any timer of its reason is set for be due now; return how many those were.

        A wrong clock set it. Goes through the keys of all timers that are not due soon: for once an hour.

        Args:
            now: UTC.
            limit: how many at most.
            longest_gate: for how long a gate stays closed at most (`GATE_MAX_SECONDS`).
        """
        soonest = min(facts.longest for facts in WAITS.values() if facts.longest is not None)
        first, keys = stamp(now + soonest)[:_HOUR], ("PartitionKey", "RowKey")
        rows = self._table.scan(
            "PartitionKey ge @first and PartitionKey lt @bulk", select=keys, first=first, bulk=_BULK
        )
        far = [row async for row in rows if _is_too_far(row, now, longest_gate)][:limit]
        for row in far:
            # The scan brought the keys alone, and the timer may have gone since.
            found = await self._table.find(row.partition, row.key)
            if found is not None:
                # The new one before the old one goes: dying in between leaves two timers, not none.
                await self.put(self._entry(found).moved(now), now)
                await self._table.discard(row.partition, row.key)
        return len(far)

    async def list_between(self, after: str, until: datetime, limit: int) -> tuple[DueEntry, ...]:
        """
        Read timers in the order of their time, back-fill left out; no more than `limit`.

        Args:
            after: a stamp, or the key of the last one that was read.
            until: UTC.
        """
        rows = await self._table.list_rows(
            "PartitionKey ge @hour and PartitionKey le @last and RowKey gt @after and RowKey lt @until",
            limit=limit,
            hour=after[:_HOUR],
            last=stamp(until)[:_HOUR],
            after=after,
            until=stamp(until),
        )
        return tuple(DueEntry(self._entry(row), row) for row in rows)

    async def oldest(self, now: datetime) -> datetime | None:
        """When the oldest entry that is due was to be looked at; None: nothing is due. Back-fill does not count."""
        rows = await self._due(now, 1)
        return self._entry(rows[0]).at if rows else None

    async def census(self, now: datetime) -> Census:
        """Count all timers and dead letters. Scans the whole table."""
        counted: Counter[str] = Counter()
        at = stamp(now)
        async for row in self._table.scan("PartitionKey ge @first", select=("PartitionKey", "RowKey"), first="0"):
            if row.partition == _DEAD:
                counted["dead"] += 1
            elif row.partition.startswith(_BULK):
                counted["bulk"] += 1
            else:
                counted["due" if row.key < f"{at}}}" else "later"] += 1
        return Census(**{name: counted[name] for name in ("due", "later", "bulk", "dead")})

    async def remove(self, due: DueEntry) -> bool:
        """
        Take a timer away. Fine when it is gone already.

        Returns:
            False when it was set again since it was read: it stays.

        Raises:
            UnavailableError: it is still there.
        """
        try:
            await self._table.remove(due.row)
        except StaleError:
            return False
        return True

    async def put_dead(self, letter: DeadLetter) -> str:
        """Keep a dead letter; return its key. Of one origin, or one text, there is one: the last."""
        key = _dead_key(letter)
        await self._table.put(_DEAD, key, letter.model_dump_json())
        return key

    async def find_dead(self, letter: DeadLetter) -> DeadLetter | None:
        """Read the letter that stands in another one's place."""
        row = await self._table.find(_DEAD, _dead_key(letter))
        return None if row is None else self._table.read(row, DeadLetter)

    async def list_dead(self) -> tuple[Dead, ...]:
        """Read the dead letters, oldest first."""
        rows = await self._table.list_rows("PartitionKey eq @dead", dead=_DEAD)
        found = (Dead(row.key, self._letter(row)) for row in rows)
        # Their keys end in a hash: the order of the rows says nothing of time.
        return tuple(sorted(found, key=lambda dead: dead.letter.at))

    async def remove_dead(self, key: str) -> None:
        """Remove a dead letter. Fine when it is gone already."""
        await self._table.discard(_DEAD, key)

    def _entry(self, row: Row) -> AgendaEntry:
        """Read a timer. Of one that can't be read the key says enough: when, and at what to look."""
        if (found := self._table.read(row, AgendaEntry)) is not None:
            return found
        at, origin, reason = (*row.key.split("|"), "", "")[:3]
        bulk = row.partition.startswith(_BULK)
        return AgendaEntry(at=unstamp(at), origin=unescape(origin), reason=unescape(reason), bulk=bulk)

    def _letter(self, row: Row) -> DeadLetter:
        """Read a letter. One that can't be read is shown as such, and can be dropped."""
        if (found := self._table.read(row, DeadLetter)) is not None:
            return found
        # In the first edition's keys a time stood before the queue.
        queue = next((part for part in row.key.split("|") if part in ("origins", "plans")), "")
        at = row.written or datetime.min.replace(tzinfo=UTC)
        return DeadLetter(at=at, queue=queue, body="", reason="this letter can't be read", replay="")

    async def _due(self, now: datetime, limit: int, *, prefix: str = "") -> tuple[Row, ...]:
        at = stamp(now)
        # "}" is next to "|": up to and with this very moment.
        return await self._table.list_rows(
            _DUE, limit=limit, first=f"{prefix}0", hour=prefix + at[:_HOUR], after=f"{at}}}"
        )
