"""While the bridge is paused its messages wait on their queue, and nothing is written to a table."""

from types import SimpleNamespace

import pytest

from shared.intake.paused import is_put_back
from shared.models.messages import OriginMessage, PlanMessage
from shared.models.words import WaitedFor
from shared.timing import PAUSED_AGAIN
from shared.wiring import Wiring

ORIGIN = OriginMessage(origin="workspace-1", waited_for=WaitedFor.CHANGED, trace="00-1-2-01")
PLAN = PlanMessage(plan="xqQg5FS2LkCp935s-FIFm2QAFkHM")


class QueueDouble:
    def __init__(self):
        self.sent = []

    async def send_origin(self, message, *, delay):
        self.sent.append((message, delay))

    send_plan = send_origin


def wired(*, paused):
    # Its storage has queues and no table: whoever asks for one fails.
    storage = SimpleNamespace(queues=QueueDouble())
    return SimpleNamespace(is_paused=lambda: paused, storage=lambda: storage)


@pytest.mark.parametrize("message", [pytest.param(ORIGIN, id="origin"), pytest.param(PLAN, id="plan")])
async def test_a_message_waits_as_it_is(message):
    paused = wired(paused=True)

    assert await is_put_back(message, paused)
    assert paused.storage().queues.sent == [(message, PAUSED_AGAIN)]


@pytest.mark.parametrize("message", [pytest.param(ORIGIN, id="origin"), pytest.param(PLAN, id="plan")])
async def test_without_a_pause_nothing_is_put_back(message):
    working = wired(paused=False)

    assert not await is_put_back(message, working)
    assert working.storage().queues.sent == []


@pytest.mark.parametrize(
    ("value", "rests"),
    [("", False), ("false", False), ("0", False), ("true", True), ("True", True), ("1", True), ("ja", True)],
)
def test_what_is_set_and_not_understood_counts_as_a_pause(value, rests):
    assert Wiring({"BRIDGE_PAUSED": value}).is_paused() is rests
