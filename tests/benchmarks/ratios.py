"""What a benchmark hands back: a number that holds on any machine, beside the most that it may be."""

from collections.abc import Callable
from dataclasses import dataclass
from time import process_time


@dataclass(frozen=True)
class Ratio:
    """One measured number and its limit."""

    name: str
    measured: float
    limit: float
    """The most that is allowed."""
    unit: str = "x"

    @property
    def is_kept(self) -> bool:
        return self.measured <= self.limit


def cpu(act: Callable[[], object], *, times: int) -> float:
    """
    Measure the CPU seconds of one call: the least of several, since disturbances only ever add.

    Wall time is left out on purpose: other programs would be in it.
    """
    return min(_seconds(act) for _ in range(times))


def in_turns(*acts: Callable[[], object], times: int) -> tuple[float, ...]:
    """Measure several as `cpu` does, one after the other in each round: a busy moment of the machine meets them all."""
    rounds = [tuple(_seconds(act) for act in acts) for _ in range(times)]
    return tuple(map(min, zip(*rounds, strict=True)))


def _seconds(act: Callable[[], object]) -> float:
    start = process_time()
    act()
    return process_time() - start
