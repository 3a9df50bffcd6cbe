"""
Whether the app stands still. If it worked while an operator puts the tables right, it would make tasks a second time.

That lost tables show nothing of it proves nothing: the app itself says that it rests, or a person says that none runs.
"""

from datetime import timedelta

from shared.errors import RefusedError
from shared.operations.app_state import find_app
from shared.services import Storage
from shared.timing import STATE_TOLD_AGAIN

SILENT = STATE_TOLD_AGAIN + timedelta(minutes=1)
"""An app that has said nothing for so long does not run: a sweep's length beyond what it keeps silent itself."""
_PAUSE = "set BRIDGE_PAUSED=true for the app (docs/recovery.md), and try again when a minute has passed"


async def must_stand_still(storage: Storage, *, is_stopped: bool) -> None:
    """
    Refuse to go on unless the app is seen to rest, or is said to be stopped and shows no sign of life.

    Args:
        is_stopped: what the operator says. It is needed where the tables can't tell, being lost.

    Raises:
        RefusedError: it runs, it may run, or something is still in hand; says what to do.
    """
    signs = (await storage.hands.signs()).values()
    # What this very command has in hand is no sign of the app.
    if others := [sign for sign in signs if not sign.is_dead and not storage.hands.is_own(sign.worker)]:
        message = f"the app runs: {others[0].worker} has work in hand: {_PAUSE}"
        raise RefusedError(message)
    state = await find_app(storage)
    if state is None and not is_stopped:
        message = f"nothing here says whether the app runs: {_PAUSE}; or give --stopped where there is no app that runs"
        raise RefusedError(message)
    if state is not None and not state.paused and storage.now() - state.at < SILENT:
        message = f"the app swept at {state.at:%H:%M} UTC and is not paused: {_PAUSE}"
        raise RefusedError(message)
