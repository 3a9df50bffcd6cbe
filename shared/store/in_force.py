"""The mapping in force: one row, which a worker reads before each look, once it has the origin in its hands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.errors import StaleError, UnavailableError
from shared.models.in_force import GIVEN_UP, MappingInForce, Step, next_step
from shared.store.row import Row
from shared.store.tables import Tables
from shared.timing import IN_FORCE_KNOWN

__all__ = ["GIVEN_UP", "InForce", "find_in_force"]

PARTITION, KEY = "mapping", "in-force"
_ROUNDS = 10
_RESOLUTION = timedelta(seconds=1)
"""An answer tells its time in whole seconds: it may be that much later than it says."""


@dataclass(frozen=True)
class Standing:
    """The row as it was read."""

    row: Row
    says: MappingInForce
    """With `since`."""
    age: timedelta
    now: datetime
    """The time of the read, by the service's clock."""


async def find_in_force(tables: Tables) -> MappingInForce | None:
    """
    Read which mapping is in force, and since when. None: no worker has said so yet.

    Raises:
        UnavailableError: storage does not answer.
    """
    _, standing = await _read(tables)
    return None if standing is None else standing.says


class InForce:
    """
    Whether this worker's mapping is the one in force.

    Args:
        mapping_hash: SHA-256 of the file that this worker has just read.
        ticks: monotonic seconds.
    """

    def __init__(self, tables: Tables, mapping_hash: str, *, ticks: Callable[[], float]) -> None:
        self._tables = tables
        self._table = tables.control
        self._hash = mapping_hash
        self._ticks = ticks
        self._read_tick = ticks()
        self._read_at: datetime | None = None
        self._has_asked = False
        self._decided_tick = float("-inf")
        """When it was last read that this worker decides."""

    async def find_other(self) -> MappingInForce | None:
        """
        Read for which mapping this worker has to wait. None: it decides, or would once it began.

        Raises:
            UnavailableError: storage does not answer.
        """
        _, standing = await _read(self._tables)
        return standing.says if standing is not None and self._step(standing) is Step.WAIT else None

    async def ask(self, last: str = "") -> MappingInForce | None:
        """
        Find for which mapping this worker has to wait; put its own in force where that is the newer one.

        Asked while the lease of an origin is held: so a look under the older mapping is never behind one under the
        newer. Where the origin's last look was under this worker's own, no look can be behind it, and what was read
        lately is believed.

        Args:
            last: hash of the mapping that the origin's last look began under. Empty: not known, or no origin.

        Returns:
            None: this worker decides.

        Raises:
            UnavailableError, OutcomeUnknownError: storage did not answer.
        """
        # The time before the read, not after it: so what it shows is never believed for longer than it may be.
        asked = self._ticks()
        if last == self._hash and 0 <= asked - self._decided_tick < IN_FORCE_KNOWN.total_seconds():
            return None
        for _ in range(_ROUNDS):
            try:
                waits_for = await self._ask()
            except StaleError:
                continue  # another worker wrote at the same time
            self._has_asked = True
            self._decided_tick = asked if waits_for is None else float("-inf")
            return waits_for
        message = "the mapping in force keeps changing"
        raise UnavailableError(message)

    async def _ask(self) -> MappingInForce | None:
        row, standing = await _read(self._tables)
        # No row, or one that can't be read: nobody could decide by it, so whoever comes first writes it anew.
        if standing is None:
            await self._table.save(row, PARTITION, KEY, MappingInForce(hash=self._hash).model_dump_json())
            return None
        step = self._step(standing)
        if step is Step.WAIT:
            return standing.says
        if step is Step.RENEW:
            await self._table.replace(standing.row, standing.says.model_dump_json())
        elif step is Step.TAKE:
            # A new worker is as new as its file. One that waited takes over from those who fell silent: that is now,
            # or it would count as older than what it replaces.
            since = standing.now if self._has_asked else self._read_by(standing.now)
            await self._table.replace(standing.row, MappingInForce(hash=self._hash, since=since).model_dump_json())
        return None

    def _step(self, standing: Standing) -> Step:
        read_at = self._read_by(standing.now) + _RESOLUTION
        return next_step(standing.says, standing.age, self._hash, read_at, has_asked=self._has_asked)

    def _read_by(self, now: datetime) -> datetime:
        """Say when the file was read, by the service's clock."""
        if self._read_at is None:
            self._read_at = now - timedelta(seconds=self._ticks() - self._read_tick)
        return self._read_at


async def _read(tables: Tables) -> tuple[Row | None, Standing | None]:
    for row, age in await tables.control.list_aged(PARTITION):
        says = tables.control.read(row, MappingInForce)
        if says is None or row.written is None:
            return row, None
        return row, Standing(row, says if says.since else says.began(row.written), age, row.written + age)
    return None, None
