"""
Asked before each sign-in: refused ones are tried again so seldom that no lock-out policy is met.

All workers share one door for each identity. Who may not try is told so without a call.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from shared.errors import SignInRefusedError, UnavailableError
from shared.models.gate import NEVER_CLOSED, Gate
from shared.timing import SIGN_IN_PATIENCE, SIGN_IN_SOON


class SignInDoor(Protocol):
    """Where the tries of every identity are counted, for all workers: `shared.store.sign_in_gates`."""

    async def ask(self, identity: str, now: datetime) -> datetime | None:
        """Ask to try once, and write it down. None: go on. Otherwise: not before that time."""

    async def accepted(self, identity: str) -> None:
        """Forget all tries."""

    async def unanswered(self, identity: str, began: datetime) -> None:
        """Take the try of a time back: no sensible answer came."""

    async def refused(self, identity: str, now: datetime, why: str) -> datetime:
        """Close the door, longer each time; return when it opens."""


class OwnDoor:
    """For one process alone: local tools, and tests."""

    def __init__(self) -> None:
        self._gates: dict[str, Gate] = {}

    async def ask(self, identity: str, now: datetime) -> datetime | None:
        """See `SignInDoor`."""
        gate = self._gates.get(identity, NEVER_CLOSED)
        if (at := gate.may_try_at(now)) > now:
            return at
        self._gates[identity] = gate.tried(now)
        return None

    async def accepted(self, identity: str) -> None:
        """See `SignInDoor`."""
        self._gates.pop(identity, None)

    async def unanswered(self, identity: str, began: datetime) -> None:
        """See `SignInDoor`."""
        self._gates[identity] = self._gates.get(identity, NEVER_CLOSED).unanswered(began)

    async def refused(self, identity: str, now: datetime, why: str) -> datetime:
        """See `SignInDoor`."""
        self._gates[identity] = self._gates.get(identity, NEVER_CLOSED).turned_away(now, why)
        return self._gates[identity].until


class SignInGuard:
    """Stands before the sign-ins of every identity."""

    def __init__(self, door: SignInDoor, now: Callable[[], datetime]) -> None:
        self._door = door
        self._now = now

    async def begin(self, identity: str) -> datetime:
        """
        Announce a try, and return when it began.

        Raises:
            SignInRefusedError: it was refused lately, and is not tried yet.
            UnavailableError: others keep trying just now.
        """
        for _ in range(int(SIGN_IN_PATIENCE / SIGN_IN_SOON)):
            now = self._now()
            opens = await self._door.ask(identity, now)
            if opens is None:
                return now
            # Closed by a refusal, for minutes: that is not waited for here. Otherwise others are just signing in.
            if opens - now > SIGN_IN_SOON:
                message = f"the sign-in of {identity} was refused lately: not tried again before {opens:%H:%M:%S} UTC"
                raise SignInRefusedError(message, identity=identity, retry_after=opens - now)
            await asyncio.sleep(SIGN_IN_SOON.total_seconds())
        message = f"others keep signing in as {identity}"
        raise UnavailableError(message)

    async def accepted(self, identity: str) -> None:
        """Note that a try was accepted."""
        await self._door.accepted(identity)

    async def unanswered(self, identity: str, began: datetime) -> None:
        """Note that a try got no sensible answer."""
        await self._door.unanswered(identity, began)

    async def refused(self, identity: str, why: str) -> timedelta:
        """Note that a try was refused, and say for how long nobody tries again."""
        now = self._now()
        return await self._door.refused(identity, now, why) - now
