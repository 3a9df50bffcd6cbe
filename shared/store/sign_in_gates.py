"""
How often an identity may be tried, by all workers together: a refused sign-in, repeated, locks the account.

A try is written down before it is made. Usual policies lock after five within fifteen minutes: of tries that were not
accepted, or not yet, there are at most four in any fifteen minutes, and after each refusal a longer pause.
"""

from datetime import datetime

from shared.errors import StaleError, UnavailableError
from shared.models.gate import NEVER_CLOSED, Gate
from shared.store.gates import GATE, ROUNDS, SIGN_IN
from shared.store.row import Row, escape
from shared.store.tables import Tables


class SignInGates:
    """Rows `sign-in-...` of the partition `gate` of the table `control`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control

    async def ask(self, identity: str, now: datetime) -> datetime | None:
        """
        Ask to try once, and write it down.

        Returns:
            None: go on, then `accepted` or `refused`. Otherwise: not before that time.
        """
        for _ in range(ROUNDS):
            row, gate = await self._find(identity)
            if (at := gate.may_try_at(now)) > now:
                return at
            # Written before it is made: a worker that dies with it has tried all the same.
            if await self._saved(row, identity, gate.tried(now)):
                return None
        raise _unruly(identity)

    async def accepted(self, identity: str) -> None:
        """Forget all tries: who signs in like that is let in."""
        await self._table.discard(GATE, _key(identity))

    async def unanswered(self, identity: str, began: datetime) -> None:
        """Take the try of a time back: no sensible answer came."""
        for _ in range(ROUNDS):
            row, gate = await self._find(identity)
            if (after := gate.unanswered(began)) == gate or await self._saved(row, identity, after):
                return
        raise _unruly(identity)

    async def refused(self, identity: str, now: datetime, why: str) -> datetime:
        """Close the gate of an identity, longer each time; return when it opens."""
        for _ in range(ROUNDS):
            row, gate = await self._find(identity)
            after = gate.turned_away(now, why)
            if await self._saved(row, identity, after):
                return after.until
        raise _unruly(identity)

    async def _find(self, identity: str) -> tuple[Row | None, Gate]:
        row = await self._table.find(GATE, _key(identity))
        gate = None if row is None else self._table.read(row, Gate)
        return row, gate or NEVER_CLOSED

    async def _saved(self, row: Row | None, identity: str, gate: Gate) -> bool:
        try:
            await self._table.save(row, GATE, _key(identity), gate.model_dump_json())
        except StaleError:
            return False  # another worker tried at the same moment
        return True


def _key(identity: str) -> str:
    return escape(SIGN_IN + identity)


def _unruly(identity: str) -> UnavailableError:
    return UnavailableError(f"the gate of the sign-in {identity} keeps changing")
