"""Timers: plans due for a read, agenda rows due, subscriptions. Two runs at once do no harm."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, TypeAlias

import azure.functions as func

from functions.guard import guarded
from functions.warm import warmed, warmed_storage
from shared import wiring
from shared.errors import Problem
from shared.intake.expected_failures import run_storage_timer, run_timer
from shared.intake.walls import tell_work
from shared.observability.telemetry import Delivery, working

if TYPE_CHECKING:
    from shared.services import Services, Storage

Flow: TypeAlias = "Callable[[Services], Awaitable[int]]"
StorageFlow: TypeAlias = "Callable[[Storage], Awaitable[int]]"
LookAfter: TypeAlias = "Callable[[Storage, Sequence[Problem]], Awaitable[int]]"
bp = func.Blueprint()  # type: ignore[no-untyped-call]  # its own types are unfinished


@bp.timer_trigger(arg_name="timer", schedule="%WRITE_BACK_SCHEDULE%")
@guarded
async def write_back(timer: func.TimerRequest, context: func.Context) -> None:  # noqa: ARG001 - the host's
    """Queue the plans that are due for a read."""
    flow = await warmed_storage(_sweep_plans)
    with _at_work("write_back", context) as at_hand:
        at_hand.was_idle = wiring.current().is_paused() or not await run_storage_timer(flow, wiring.current())


@bp.timer_trigger(arg_name="timer", schedule="%ESCALATION_SCHEDULE%")
@guarded
async def escalation_sweep(timer: func.TimerRequest, context: func.Context) -> None:  # noqa: ARG001 - the host's
    """Queue what the agenda has due, and what no hint announced; see to what stands in the way."""
    if wiring.current().is_paused():
        # All that it says while it rests: whoever works on the tables waits for it.
        note_paused = await warmed_storage(_note_paused)
        with _at_work("escalation_sweep", context) as at_hand:
            at_hand.was_idle = not await run_storage_timer(note_paused, wiring.current())
        return
    flow, look_after, note_app = await warmed(_sweep_agenda)
    with _at_work("escalation_sweep", context) as at_hand:
        was_busy = await run_timer(flow, wiring.current())
        problems = wiring.current().problems()
        # By storage alone: what stands in the way has to be told above all where settings or mapping do.
        await run_storage_timer(lambda storage: look_after(storage, problems), wiring.current())
        # At the end: whoever reads that the app sweeps has to know that a sweep came to its end.
        await run_timer(note_app, wiring.current())
        await tell_work(wiring.current())
        at_hand.was_idle = not was_busy


@bp.timer_trigger(arg_name="timer", schedule="%SUBSCRIPTION_SCHEDULE%")
@guarded
async def renew_subscriptions(timer: func.TimerRequest, context: func.Context) -> None:  # noqa: ARG001 - the host's
    """Create, renew and reauthorise the Graph subscriptions."""
    if wiring.current().is_paused():
        with _at_work("renew_subscriptions", context) as at_hand:
            at_hand.was_idle = True
        return
    flow = await warmed(_renew_subscriptions)
    with _at_work("renew_subscriptions", context) as at_hand:
        at_hand.was_idle = not await run_timer(flow, wiring.current())


def _at_work(name: str, context: func.Context) -> AbstractContextManager[Delivery]:
    return working(name, delivery=context.invocation_id, trace=context.trace_context.trace_parent)


# Imported in a thread, when they run.


def _sweep_plans() -> StorageFlow:
    from shared.watchers.timers import sweep_plans  # noqa: PLC0415 - see above

    return sweep_plans


def _note_paused() -> StorageFlow:
    from shared.operations.app_state import note_paused  # noqa: PLC0415 - see above

    return note_paused


def _sweep_agenda() -> tuple[Flow, LookAfter, Flow]:
    from shared.operations.app_state import note_app  # noqa: PLC0415 - see above
    from shared.operations.troubles import look_after  # noqa: PLC0415 - see above
    from shared.watchers.timers import sweep_agenda  # noqa: PLC0415 - see above

    return sweep_agenda, look_after, note_app


def _renew_subscriptions() -> "Callable[[Services], Awaitable[None]]":
    from shared.watchers.subscriptions import renew_subscriptions  # noqa: PLC0415 - see above

    return renew_subscriptions
