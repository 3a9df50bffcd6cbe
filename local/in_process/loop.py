"""An event loop on which waiting moves the clock: hours pass in microseconds, and always in the same way."""

import asyncio
import contextvars
from collections.abc import AsyncGenerator, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Never, TypeVar

T = TypeVar("T")

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""A Monday: when every history begins."""


MOST_TURNS = 1_000_000
"""Of the loop; a long history takes a tenth of it."""


class StuckError(Exception):
    """Somebody waits for what will never come, or turns in a circle."""


class _Clock:
    """Stands in the selector's place: instead of waiting for sockets, time moves on."""

    def __init__(self, loop: "SimLoop") -> None:
        self._loop = loop
        self._turns = 0

    def select(self, timeout: float | None) -> tuple[()]:
        self._turns += 1
        if self._turns > MOST_TURNS:
            message = "it goes on for ever"
            raise StuckError(message)
        if timeout is None:
            message = "every task waits and no timer is set"
            raise StuckError(message)
        if timeout > 0:
            self._loop.moment += timeout
        return ()

    def close(self) -> None:
        """Nothing is open."""


class SimLoop(asyncio.BaseEventLoop):
    """Neither sockets nor threads: what happens follows from the seed alone."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = 0.0
        """Seconds since START."""
        self._told = 0.0, START
        self._selector = _Clock(self)
        self._clock_resolution = 1e-6

    def time(self) -> float:
        """Return virtual seconds."""
        return self.moment

    def now(self) -> datetime:
        """Tell the true time of this history, in UTC."""
        moment, told = self._told
        if moment != self.moment:
            told = START + timedelta(seconds=self.moment)
            self._told = self.moment, told
        return told

    def _process_events(self, events: object) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody sleeps in a selector."""

    def _asyncgen_finalizer_hook(self, agen: AsyncGenerator[Any, Any]) -> None:
        """Let a generator that was left half-way go; none of them holds anything open."""

    def run_in_executor(self, executor: object, func: object, *args: object) -> Never:
        """Refuse: threads are not deterministic."""
        del executor, func, args
        message = "threads are not deterministic"
        raise RuntimeError(message)

    def call_soon_threadsafe(
        self, callback: Callable[..., object], *args: object, context: contextvars.Context | None = None
    ) -> Never:
        """Refuse, as above."""
        del callback, args, context
        message = "threads are not deterministic"
        raise RuntimeError(message)


def run(main: Callable[[SimLoop], Coroutine[Any, Any, T]]) -> T:
    """Run a history to its end, and drop whoever still waits then."""
    loop = SimLoop()
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(main(loop))
    finally:
        _drop_tasks(loop)
        asyncio.set_event_loop(None)
        loop.close()


def _drop_tasks(loop: SimLoop) -> None:
    waiting = sorted(asyncio.all_tasks(loop), key=lambda task: task.get_name())
    for task in waiting:
        task.cancel()
    if waiting:
        loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
