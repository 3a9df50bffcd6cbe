"""
Gauges that tell what is so now, and fall silent when nobody says it any more.

A gauge that is set keeps being exported with its last value for ever: after the trouble has passed, and from an
instance whose timers another one took over. So a value is handed out for a little longer than one export after it was
shown; and one that did not change is shown again only now and then, since each time is a row of telemetry.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

FRESH_SECONDS = 75.0
"""Exports come once a minute: each value shows in one of them, or two."""
SAME_SECONDS = 900.0
"""How long an unchanged value needs no new row."""

Labels = tuple[tuple[str, str], ...]


@dataclass
class _Shown:
    value: float
    at: float


class Ticks:
    """Monotonic seconds, by which all gauges of the process fade. A world whose time is made tells its own."""

    def __init__(self) -> None:
        self.tell: Callable[[], float] = time.monotonic

    def __call__(self) -> float:
        """Tell the time."""
        return self.tell()


ticks = Ticks()


class Shown:
    """The last values of one gauge, by attributes."""

    def __init__(self, ticks: Callable[[], float] = ticks) -> None:
        self._ticks = ticks
        self._values: dict[Labels, _Shown] = {}

    def show(self, value: float, attributes: Mapping[str, str]) -> None:
        """Say what is so now."""
        # Sorted: the same attributes in another order are the same value, and not a second one.
        labels, now = tuple(sorted(attributes.items())), self._ticks()
        before = self._values.get(labels)
        if before is None or before.value != value or now - before.at >= SAME_SECONDS:
            self._values[labels] = _Shown(value, now)

    def fresh(self) -> Iterator[tuple[float, dict[str, str]]]:
        """Hand out the values that were said lately."""
        now = self._ticks()
        # In one step: an export runs in a thread of its own.
        for labels, shown in tuple(self._values.items()):
            if now - shown.at < FRESH_SECONDS:
                yield shown.value, dict(labels)
