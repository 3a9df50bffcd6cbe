"""Every interval of the engine that is not a setting, each with its why; and the one back-off."""

from datetime import timedelta

LONGEST_PAUSE = timedelta(hours=1)
STEPS = (
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    LONGEST_PAUSE,
)
"""A moment's failure costs seconds; what stands costs 24 looks a day and no more."""

YOUNG = timedelta(minutes=10)
"""A task or its details younger than this that answer 404 may only not have reached every replica."""

PLAN_BUSY = timedelta(seconds=15)
"""How often a plan is read while it changes: people wait for what they see."""
PLAN_QUIET = timedelta(minutes=5)
"""How seldom a plan is read that rests: what people do there is to be seen within minutes."""


def pause(tries: int) -> timedelta:
    """Return how long to wait after so many failures in a row; from the fifth on it is an hour."""
    return STEPS[min(max(tries, 1), len(STEPS)) - 1]
