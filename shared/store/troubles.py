"""Troubles of systems, rules and functions: one row each. Those of plans, origins and items stand in their own rows."""

from collections.abc import Collection
from datetime import datetime, timedelta

from shared.errors import StaleError
from shared.models.trouble import Trouble
from shared.models.troubles import Cause, Where
from shared.store.row import Row, escape
from shared.store.tables import Tables
from shared.timing import SPEAKS_FOR, TROUBLE_TOLD_AGAIN, TROUBLES_KEPT

_TROUBLE = "trouble"


class Troubles:
    """Partition `trouble` of the table `control`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control
        self._told: dict[str, Trouble] = {}
        self._standing: dict[str, Trouble] = {}
        self._read: datetime | None = None

    async def list_all(self) -> tuple[Trouble, ...]:
        """Read what stands in the way now; the oldest first."""
        rows = await self._table.list_partition(_TROUBLE)
        found = [trouble for _, trouble in self._table.read_all(rows, Trouble)]
        return tuple(sorted(found, key=lambda trouble: trouble.since))

    async def find(self, where: Where, subject: str, cause: Cause) -> Trouble | None:
        """Read one trouble; None: it does not stand."""
        row = await self._table.find(_TROUBLE, _key(where, subject, cause))
        return None if row is None else self._table.read(row, Trouble)

    async def tell(
        self, where: Where, subject: str, cause: Cause, text: str, now: datetime, *, next_try: datetime | None = None
    ) -> None:
        """
        Write that something can't go on. The same trouble is one row, with when it began and how often it was met.

        Args:
            text: the error as people read it, masked.

        Raises:
            UnavailableError, OutcomeUnknownError: storage did not take it.
        """
        await self._tell(Trouble.first(where, subject, cause, text, now), next_try)

    async def tell_row(self, subject: str, holds: str, now: datetime) -> None:
        """
        Write that a stored row can't be read. Raises: as `tell`.

        Args:
            subject: table/partition/key.
            holds: name of the model that it should hold.
        """
        await self._tell(Trouble.of_row(subject, holds, now), None)

    async def tell_of(
        self, where: Where, subject: str, cause: Cause, text: str, now: datetime, *, example: str, since: datetime
    ) -> bool:
        """
        Write what concerns many origins, as one of them met it: one row, however many there are.

        Args:
            example: the origin that met it. Another one that was there before speaks for it as long as it meets it.
            since: since when it stands there (UTC).

        Returns:
            Whether this origin speaks for it, and so has to look again within the hour.

        Raises:
            UnavailableError, OutcomeUnknownError: storage did not take it.
        """
        key = _key(where, subject, cause)
        before = self._told.get(key)
        if before is not None and before.last <= now < before.last + TROUBLE_TOLD_AGAIN:
            return before.example == example
        row = await self._table.find(_TROUBLE, key)
        stands = None if row is None else self._table.read(row, Trouble)
        if stands is not None and stands.example != example and stands.last <= now < stands.last + SPEAKS_FOR:
            self._told[key] = self._standing[key] = stands
            return False
        trouble = stands.again(text, now) if stands else Trouble.first(where, subject, cause, text, now)
        trouble = trouble.spoken_for(example).began(since).tried_at(now + timedelta(hours=1))
        await self._save(row, key, trouble)
        self._told[key] = self._standing[key] = trouble
        return True

    async def is_over_at(self, where: Where, subject: str, cause: Cause, example: str) -> None:
        """
        Take away what an origin spoke for: it does not meet it any more. Costs no call where this worker knows of none.

        Raises:
            UnavailableError: storage did not answer; it still stands, and fades.
        """
        if not self._standing:
            return
        key = _key(where, subject, cause)
        if (known := self._standing.get(key)) is not None and known.example == example:
            await self._table.discard(_TROUBLE, key)
            self._standing.pop(key, None)
            self._told.pop(key, None)

    async def clear(
        self, where: Where, subject: str, now: datetime, *, causes: Collection[Cause] = tuple(Cause)
    ) -> bool:
        """
        Take away what no longer stands in the way. Costs no call while this worker knows of none.

        Returns:
            Whether anything did.

        Raises:
            UnavailableError: storage did not answer; it still stands.
        """
        if self._read is None or not self._read <= now < self._read + TROUBLES_KEPT:
            self._standing = {_key(one.where, one.subject, one.cause): one for one in await self.list_all()}
            self._read = now
        if not self._standing:
            return False
        standing = [key for cause in causes if (key := _key(where, subject, cause)) in self._standing]
        for key in standing:
            await self._table.discard(_TROUBLE, key)
            self._standing.pop(key, None)
            self._told.pop(key, None)
        return bool(standing)

    async def _tell(self, met: Trouble, next_try: datetime | None) -> None:
        key, now = _key(met.where, met.subject, met.cause), met.last
        before = self._told.get(key)
        # Another text is news, however soon it comes.
        if before is not None and before.text == met.text and before.last <= now < before.last + TROUBLE_TOLD_AGAIN:
            return
        row = await self._table.find(_TROUBLE, key)
        stands = None if row is None else self._table.read(row, Trouble)
        trouble = (stands.again(met.text, now) if stands else met).tried_at(next_try)
        await self._save(row, key, trouble)
        self._told[key] = self._standing[key] = trouble

    async def _save(self, row: Row | None, key: str, trouble: Trouble) -> None:
        try:
            await self._table.save(row, _TROUBLE, key, trouble.model_dump_json())
        except StaleError:
            return  # another worker met it at the same time, and told it


def _key(where: Where, subject: str, cause: Cause) -> str:
    return f"{where.value}|{escape(subject)[:200]}|{cause.value}"
