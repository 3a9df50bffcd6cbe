"""A worker that is told to end lets its looks end or hand on first, and then ends as it would have."""

import asyncio
import signal
from types import SimpleNamespace

import pytest

from shared.errors import OutOfTimeError
from shared.reconciler import deadline
from shared.reconciler.deadline import Deadlines
from shared.timing import LOOK_ENDS_IN
from shared.wiring.ending import heed_signals


class Empty:
    """A waiting room, or hands of which a test says what they hold."""

    def __init__(self):
        self.held = 0
        self.is_closed = False

    @property
    def is_empty(self):
        return self.held == 0

    def close(self):
        self.is_closed = True


@pytest.fixture
def services(monkeypatch):
    """Give a worker that grants a tenth of a second instead of seven."""
    monkeypatch.setattr(deadline, "LOOK_ENDS_IN", LOOK_ENDS_IN / 70)
    return SimpleNamespace(room=Empty(), deadlines=Deadlines(), hands=Empty())


async def test_a_look_is_cut_and_handed_on_before_the_worker_ends(services):
    ended, sent = [], asyncio.get_running_loop().create_future()
    before = signal.getsignal(signal.SIGTERM)
    heed_signals(services, lambda _, number: sent.set_result(number))

    async def look():
        services.hands.held += 1
        try:
            async with services.deadlines.look():
                await asyncio.sleep(60)
        except OutOfTimeError:
            ended.append("handed on")
        finally:
            services.hands.held -= 1

    looking = asyncio.create_task(look())
    await asyncio.sleep(0)
    signal.raise_signal(signal.SIGTERM)

    assert await asyncio.wait_for(sent, 5) == signal.SIGTERM
    await looking
    assert (ended, services.room.is_closed, services.hands.is_closed) == (["handed on"], True, True)
    assert signal.getsignal(signal.SIGTERM) == before
    asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
