"""What may not grow, whatever happens and for however long: timers, messages, looks and calls."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from tests.simulation.looking import agenda
from tests.simulation.queues import SimQueue
from tests.simulation.world import World

MOST_TIMERS = 2
"""
Of one origin and reason: one stands, one is being replaced. Each lost commit, lost send or rebuild may leave one more.
"""
AFTER_HINTS = WaitedFor.HINT_AGAIN.value
MOST_AFTER_HINTS = 3
"""Of one origin: one a minute, and what follows a hint now is for a moment within the next 75 to 135 seconds."""
MOST_OF_AN_ORIGIN = 10
MOST_MESSAGES = 8
"""
Of one origin at a time, beside those that outsiders put there, and those that the dead had in hand. Each run of an
operator's rebuild has every origin looked at, and may bring one more; so may each timer that nobody remembers.
"""


class Bounds:
    """
    Looks at the agenda and the queue now and then; what exceeds is told once.

    Args:
        lost: how many timers may have been left until now that nobody remembers.
        rebuilds: how often an operator had every origin looked at until now.
    """

    def __init__(self, world: World, origins: SimQueue, lost: Callable[[], int], rebuilds: Callable[[], int]) -> None:
        self._world = world
        self._origins = origins
        self._lost = lost
        self._rebuilds = rebuilds
        self._told: set[tuple[str, str]] = set()
        self.most_timers = 0
        self.most_of_an_origin = 0
        self.most_messages = 0
        self.most_calls = 0.0

    def exceeded(self) -> Iterator[str]:
        """Name what has grown beyond its bound."""
        # What is due goes with the next sweep, which a slow clock or a death may put off: it does not stand.
        now = self._world.now()
        timers = Counter((entry.origin, entry.waited_for.value) for entry in agenda(self._world) if entry.at > now)
        of_origins = Counter(origin for origin, _ in timers.elements())
        messages = Counter(
            OriginMessage.model_validate_json(message.body).origin
            for message in self._origins.messages
            if not message.is_from_outside and not message.tries
        )
        self.most_timers = max(self.most_timers, max(timers.values(), default=0))
        self.most_of_an_origin = max(self.most_of_an_origin, max(of_origins.values(), default=0))
        self.most_messages = max(self.most_messages, max(messages.values(), default=0))
        lost = self._lost()
        after_hints = Counter({key: number for key, number in timers.items() if key[1] == AFTER_HINTS})
        yield from self._over("timers", after_hints, MOST_AFTER_HINTS + lost)
        yield from self._over("timers", timers - after_hints, MOST_TIMERS + lost)
        yield from self._over("timers", of_origins, MOST_OF_AN_ORIGIN + lost)
        yield from self._over("messages", messages, MOST_MESSAGES + self._rebuilds() + lost)

    def _over(self, what: str, counted: Counter[Any], most: int) -> Iterator[str]:
        for name, number in counted.items():
            if number > most and (what, str(name)) not in self._told:
                self._told.add((what, str(name)))
                yield f"{number} {what} of {name}"
