"""The wall round every function: what leaves one is masked and raised again, and the loop is watched."""

import asyncio
import logging
import time
import traceback

import azure.functions as func
import pytest

from functions.answers import DOOR_SECONDS, within
from functions.guard import guarded, watch
from shared.errors import UnavailableError
from shared.observability.loop_watch import LoopWatch
from shared.observability.masking import MaskedError
from tests.app_functions import list_functions

TICKET = "otcsticket=abcdef0123456789"


def failing(error, *, cause=None):
    async def work() -> None:
        raise error from cause

    return guarded(work)


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(failing(ValueError(TICKET)), id="its own text"),
        pytest.param(failing(ValueError("plain"), cause=KeyError(TICKET)), id="the text of its cause"),
    ],
)
async def test_a_secret_leaves_no_function_in_an_exception(work, caplog):
    """The host logs what it is given: class, text, trace and every cause."""
    with pytest.raises(MaskedError) as caught:
        await work()

    assert type(caught.value).__name__ == "ValueError"
    assert "abcdef0123456789" not in "".join(traceback.format_exception(caught.value))
    assert "abcdef0123456789" not in caplog.text
    assert "an exception left work" in caplog.text


async def test_an_exception_without_a_secret_is_raised_as_it_is():
    error = ValueError("nothing to hide")

    with pytest.raises(ValueError, match="nothing to hide") as caught:
        await failing(error)()

    assert caught.value is error


async def test_a_cancellation_is_not_touched():
    with pytest.raises(asyncio.CancelledError):
        await failing(asyncio.CancelledError())()


async def test_a_stretch_that_holds_the_loop_is_told_with_what_ran(caplog):
    async def stubborn() -> None:
        time.sleep(0.35)  # noqa: ASYNC251 - this is what is told
        await asyncio.sleep(0.06)

    with caplog.at_level(logging.WARNING):
        await guarded(stubborn)()

    assert "the event loop was held for 0." in caplog.text
    assert "while stubborn ran" in caplog.text
    assert watch.longest > 0.25


async def test_waiting_holds_nothing(caplog):
    async def patient() -> None:
        await asyncio.sleep(0.12)

    await guarded(patient)()

    assert "held" not in caplog.text


def test_every_function_of_the_app_stands_behind_the_wall():
    functions = list_functions()

    assert len(functions) >= 13
    assert [name for name, one in functions.items() if getattr(one, "__wrapped__", None) is None] == []


async def test_a_door_answers_while_storage_hangs(monkeypatch):
    monkeypatch.setattr("functions.answers.DOOR_SECONDS", 0.05)

    with pytest.raises(UnavailableError, match="did not answer within"):
        await within(asyncio.sleep(60))
    assert DOOR_SECONDS < 5


def test_the_worker_sees_the_parameters_behind_the_wall():
    async def known(req: func.HttpRequest) -> func.HttpResponse:
        return func.HttpResponse(req.url)

    assert guarded(known).__annotations__ == {"req": func.HttpRequest, "return": func.HttpResponse}


class CountedWatch(LoopWatch):
    """Remembers which loop it asked for a turn."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[asyncio.AbstractEventLoop] = []

    def _ask(self, loop: asyncio.AbstractEventLoop) -> None:
        self.asked.append(loop)
        super()._ask(loop)


async def test_however_many_come_one_after_another_one_turn_of_the_loop_is_asked_for():
    """Each would ask for the next one, as long as anything is at work: a busy worker would do nothing else."""
    own = CountedWatch()

    for _ in range(50):
        with own.watching("a short one"):
            await asyncio.sleep(0)

    assert own.asked == [asyncio.get_running_loop()]
