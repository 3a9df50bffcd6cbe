"""
Hands: the sign of life of a worker, and what it has in hand.

While a worker has anything in hand it keeps one row, written anew every 15 seconds. How old that is, the service's own
clock tells. A row older than a minute is a dead worker's: whoever meets it buries it, and queues again what it named.

A worker that is believed dead and is not (a frozen machine, a loop held for too long) stops by itself before that: what
it has in hand is void from 40 seconds on, by its own monotonic clock, and for good once it was buried.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping

from shared.errors import BridgeError, FencedError, StaleError, UnavailableError
from shared.models.hands import HandsRow, Kind
from shared.models.messages import OriginMessage, PlanMessage
from shared.models.words import WaitedFor
from shared.ports import QueuesPort
from shared.store.grip import AT_WORK, Grip, Sign, attend
from shared.store.row import Row, escape, unescape
from shared.store.tables import Tables
from shared.timing import BEAT, BEAT_AGAIN, BEAT_ATTEMPT, DEAD_AFTER, FENCED_AFTER

log = logging.getLogger(__name__)

PARTITION = "hands"
_ROUNDS = 5


def uptime() -> float:
    """Return seconds that go on while the machine sleeps, where it can tell; a clock that is set does not move them."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class Hands:
    """
    One worker's hands.

    Args:
        owner: unique to this worker.
        ticks: monotonic seconds.
    """

    def __init__(self, tables: Tables, queues: QueuesPort, owner: str, *, ticks: Callable[[], float] = uptime) -> None:
        self._table = tables.control
        self._queues = queues
        self._owner = owner
        self._ticks = ticks
        self._lives = 0
        self._in_hand: list[Grip] = []
        self._row: Row | None = None
        self._may_stand = False
        self._standing: frozenset[tuple[Kind, str]] = frozenset()
        self._written_at = 0.0
        self._lock = asyncio.Lock()
        self._next: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None

    @property
    def worker(self) -> str:
        """
        Name this worker: another name once its hands were empty, and after each burial.

        So what names it is void by itself when it lets everything go; and what it held when it was buried stays
        another's.
        """
        return f"{self._owner}+{self._lives}" if self._lives else self._owner

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is in hand."""
        return not self._in_hand

    def is_own(self, worker: str) -> bool:
        """Tell whether a name is, or was, this worker's."""
        return worker.partition("+")[0] == self._owner

    # --- taking and letting go

    async def take(self, kind: Kind, key: str) -> Grip:
        """
        Take a thing in hand: it stands in the table when this returns. Those that are taken together share one write.

        Raises:
            UnavailableError, OutcomeUnknownError: it could not be written; nothing is in hand.
        """
        grip = Grip(kind, key)
        # Before anything is awaited: the next write takes along whatever is in the list when it begins.
        self._in_hand.append(grip)
        try:
            await self._stand(grip)
        except BaseException:
            # Given up, too: what nobody works at must not be named in this worker's row, which may just be written.
            await self.let_go(grip)
            raise
        grip.worker = self.worker
        if self._beating is None or self._beating.done():
            self._beating = asyncio.get_running_loop().create_task(self._beat())
        return grip

    async def let_go(self, grip: Grip) -> None:
        """Take a thing out of hand. The row of empty hands goes; should that fail, somebody buries it."""
        if grip not in self._in_hand:
            return
        self._in_hand.remove(grip)
        # While others are in hand it goes out with the next heartbeat. A write is saved at each look; should the worker
        # die meanwhile, what was done already is looked at once more.
        if self._in_hand:
            return
        if self._beating is not None:
            self._beating.cancel()
        try:
            await self._write_soon()
        except BridgeError as error:
            log.warning("the row of empty hands stays until somebody buries it: %s", error)

    @contextlib.asynccontextmanager
    async def holding(self, kind: Kind, key: str) -> AsyncGenerator[Grip, None]:
        """Have a thing in hand for a while; what this task then writes elsewhere is asked for it."""
        grip = await self.take(kind, key)
        before = attend(grip)
        try:
            yield grip
        finally:
            attend(before)
            await self.let_go(grip)

    def close(self) -> None:
        """Give no sign of life any more: what is in hand then is left to whoever buries this worker."""
        if self._beating is not None:
            self._beating.cancel()

    # --- the fence

    def must_be_alive(self) -> None:
        """
        Refuse to write when others may believe this worker dead. To be asked before each write to another system.

        Raises:
            FencedError: what this task works at may be another's by now.
        """
        grip = AT_WORK.get()
        # Nothing in hand, as in a command: there is nothing that others could have taken over.
        if grip is None:
            return
        if grip.is_void:
            message = f"{grip.key}: this worker was believed dead, and others work at it"
            raise FencedError(message)
        if (silent := self._ticks() - self._written_at) > FENCED_AFTER.total_seconds():
            message = f"{grip.key}: no sign of life could be written for {silent:.0f} s"
            raise FencedError(message)

    # --- others

    async def signs(self) -> Mapping[str, Sign]:
        """Read the rows of all workers that have anything in hand, by their names."""
        found = {}
        for row, age in await self._table.list_aged(PARTITION):
            worker = unescape(row.key)
            found[worker] = Sign(worker, self._read(row), age, row)
        return found

    async def is_held(self, worker: str, kind: Kind, key: str) -> bool:
        """Tell whether a worker is alive and has a thing in hand; a dead one is buried."""
        sign = (await self.signs()).get(worker)
        if sign is None:
            return False
        if sign.is_dead:
            await self.bury(sign)
            return False
        return sign.says.holds(kind, key)

    async def bury(self, sign: Sign) -> bool:
        """
        End a dead worker's row, and have everything looked at that it had in hand.

        Returns:
            False when it lives after all, or another is at it.
        """
        # A row of ours under an earlier name is one that we could not delete: like any other it ends with its age.
        if sign.worker == self.worker or not (sign.age > DEAD_AFTER):
            return False
        try:
            # First of all: from here on the worker can't write a sign of life, and what it holds is free.
            row = await self._table.replace(sign.row, sign.says.as_buried().model_dump_json())
        except StaleError:
            return False
        log.warning("worker %s is dead: it had %s in hand", sign.worker, sign.says)
        # Queued before the row goes: whoever dies in between has it buried again, and all of it queued twice.
        for origin in sign.says.origins:
            await self._queues.send_origin(OriginMessage(origin=origin, waited_for=WaitedFor.ORPHAN))
        for plan in sign.says.plans:
            await self._queues.send_plan(PlanMessage(plan=plan, waited_for=WaitedFor.ORPHAN))
        with contextlib.suppress(StaleError):
            await self._table.remove(row)
        return True

    async def bury_dead(self) -> int:
        """Bury every dead worker; return how many. One that can't be buried now does not stop the others."""
        buried = 0
        for sign in (await self.signs()).values():
            try:
                buried += await self.bury(sign)
            except BridgeError as error:
                log.warning("worker %s could not be buried: %s", sign.worker, error)
        return buried

    # --- the row

    async def _stand(self, grip: Grip) -> None:
        for _ in range(_ROUNDS):
            known = (grip.kind, grip.key) in self._standing
            # A row that was not renewed for long may be buried by now: what stands in it is believed only while it is
            # fresh.
            if known and self._ticks() - self._written_at <= BEAT.total_seconds() * 2:
                return
            await self._write_soon()
        message = f"{grip.key}: this worker is believed dead again and again"
        raise UnavailableError(message)

    async def _write_soon(self) -> None:
        """Write the row with what is in hand then: all who ask before that is begun share it, and its end."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_task(self._write_next())
        # Others wait for the same write: whoever gives up must not cut it.
        await asyncio.shield(self._next)

    async def _write_next(self) -> None:
        async with self._lock:
            self._next = None
            try:
                async with asyncio.timeout(BEAT_ATTEMPT.total_seconds()):
                    await self._write()
            except TimeoutError as error:
                message = f"hands of {self.worker}: not written in time"
                raise UnavailableError(message) from error

    async def _write(self) -> None:
        for _ in range(_ROUNDS):
            held = frozenset((grip.kind, grip.key) for grip in self._in_hand if not grip.is_void)
            try:
                # What is not in this write must not be believed to stand while it is under way.
                self._standing &= held
                if held:
                    await self._put(held)
                elif self._may_stand:
                    key, self._row, self._may_stand = escape(self.worker), None, False
                    self._lives += 1
                    await self._table.discard(PARTITION, key)
            except StaleError:
                await self._find_out()
            else:
                return
        message = f"hands of {self.worker}: the row keeps changing"
        raise UnavailableError(message)

    async def _put(self, held: frozenset[tuple[Kind, str]]) -> None:
        # The time before the write, not after it: so the fence falls too early rather than after the burial.
        asked, data = self._ticks(), HandsRow.of(held).model_dump_json()
        if self._row is None:
            # From here on, whatever is answered: a row that only the service knows of has to go as well.
            self._may_stand = True
            self._row = await self._table.insert(PARTITION, escape(self.worker), data)
        else:
            self._row = await self._table.replace(self._row, data)
        self._standing, self._written_at = held, asked

    async def _find_out(self) -> None:
        """Find out why a write was refused: a write of ours that was given up arrived after all, or we were buried."""
        found = await self._table.find(PARTITION, escape(self.worker))
        if found is not None and not self._read(found).buried:
            self._row = found
            return
        log.error("worker %s was believed dead: what it had in hand is void", self.worker)
        for grip in self._in_hand:
            # One that is being taken at this moment has no name yet: it stands under the next one.
            if grip.worker == self.worker:
                grip.is_void = True
        self._lives += 1
        self._row, self._may_stand, self._standing = None, False, frozenset()

    def _read(self, row: Row) -> HandsRow:
        # Of a row that can't be read the worker lives or is dead all the same.
        return self._table.read(row, HandsRow) or HandsRow()

    async def _beat(self) -> None:
        pause = BEAT
        while True:
            await asyncio.sleep(pause.total_seconds())
            try:
                await self._write_soon()
            except BridgeError as error:
                log.warning("no sign of life could be written: %s", error)
                # Sooner than the next would be: several tries fit in before the fence falls.
                pause = BEAT_AGAIN
            else:
                pause = BEAT
