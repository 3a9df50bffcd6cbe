"""Whether an app is at work: what must not happen beside it asks here first."""

from datetime import timedelta

from shared.errors import RefusedError
from shared.operations.app_state import TOLD_AGAIN, find_app
from shared.services import Services

_SWEEP = timedelta(minutes=1)


async def must_stand_still(services: Services) -> None:
    """
    Make sure that no app is at work: with empty tables it makes every wanted task once more.

    Raises:
        RefusedError: one shows.
    """
    signs = await services.hands.signs()
    others = [sign for sign in signs.values() if not sign.is_dead and not services.hands.is_own(sign.worker)]
    if others:
        message = f"the app runs: {others[0].worker} has {others[0].says} in hand. Stop it first"
        raise RefusedError(message)
    app, now = await find_app(services), services.now()
    if app is not None and now < (until := app.at + TOLD_AGAIN + _SWEEP):
        message = f"the app swept at {app.at:%H:%M:%S} UTC: stop it, and run this again after {until:%H:%M:%S} UTC"
        raise RefusedError(message)
