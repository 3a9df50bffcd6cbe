"""Storage queues in memory: visible later, taken in any order, seen again after a death, poison after five tries."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from types import SimpleNamespace
from typing import Literal

from local.in_process.loop import SimLoop

MOST_TRIES = 5
EARLY = 1e-5
"""Seconds by which a loop's timer may be early."""
VISIBILITY = 30.0
"""Seconds until a message that nobody finished is seen again."""

Gate = Callable[[Literal["before", "after"], str], Awaitable[None]]


@dataclass(eq=False)
class Message:
    """One message on its way; of two that say the same each is its own."""

    body: str
    visible_at: float
    is_from_outside: bool
    """Not the bridge sent it, but OpenText, a person, or the host."""
    tries: int = 0


class SimQueue:
    """
    One queue: the part of the SDK's client that the store uses, and the host's side of it.

    Args:
        gate: awaited before and after each call of the store.
    """

    def __init__(self, name: str, loop: SimLoop, rng: Random, gate: Gate) -> None:
        self.name = name
        self.messages: list[Message] = []
        self.poison: list[str] = []
        self.sent: list[str] = []
        """What the store sent."""
        self.is_away: Callable[[], bool] = lambda: False
        """The storage account does not answer: the host takes nothing."""
        self._loop = loop
        self._rng = rng
        self._gate = gate
        self._wakes = asyncio.Event()

    async def create_queue(self, **_: object) -> None:
        """It is always there."""

    async def send_message(self, content: str, **how: object) -> None:
        """Take a message from the store."""
        await self._gate("before", f"send {self.name}")
        self.sent.append(content)
        self.put(content, after=float(str(how.get("visibility_timeout") or 0)), is_from_outside=False)
        await self._gate("after", f"send {self.name}")

    async def get_queue_properties(self, **_: object) -> SimpleNamespace:
        """Tell how many messages wait, about."""
        await self._gate("before", f"length {self.name}")
        return SimpleNamespace(approximate_message_count=len(self.messages))

    @property
    def waits(self) -> bool:
        """Tell whether there is a message that can be taken, now or later."""
        return bool(self.messages) and not self.is_away()

    def put(self, body: str, *, after: float = 0.0, is_from_outside: bool = True) -> None:
        """Put a message on the queue, to be seen after some seconds."""
        self.messages.append(Message(body, self._loop.time() + after, is_from_outside))
        self._wake_at(after)

    async def take(self) -> Message:
        """Wait for a message that can be seen, and hide it. Which one is a matter of chance, as in life."""
        while True:
            now = self._loop.time()
            seen = [message for message in self.messages if message.visible_at <= now + EARLY]
            if seen and not self.is_away():
                message = seen[self._rng.randrange(len(seen))]
                message.visible_at = now + VISIBILITY
                message.tries += 1
                return message
            self._wakes.clear()
            await self._wakes.wait()

    def wake(self) -> None:
        """Have whoever waits look again: the storage account is back."""
        self._wakes.set()

    def finish(self, message: Message) -> None:
        """Take a message off the queue: it was dealt with."""
        if message in self.messages:
            self.messages.remove(message)

    def put_back(self, message: Message) -> None:
        """Let a message be seen at once, as if it had never been taken."""
        message.tries -= 1
        message.visible_at = self._loop.time()
        self._wakes.set()

    def give_up(self, message: Message, *, after: float = 0.0) -> None:
        """Let a message be seen again; after five tries it is poison."""
        if message.tries >= MOST_TRIES:
            self.finish(message)
            self.poison.append(message.body)
            return
        message.visible_at = self._loop.time() + after
        self._wake_at(after)

    def _wake_at(self, after: float) -> None:
        self._loop.call_at(self._loop.time() + after, self._wakes.set)
