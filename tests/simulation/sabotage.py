"""
`python -m tests.simulation.sabotage [NAME] [--seeds N]`: take one safety away, and name the first seed that tells.

Each is one line of the product that must not be missing; a sabotage that no seed tells is a hole in the simulation.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from shared.reconciler import next_looks, wake
from shared.store.hands import Hands
from shared.store.table import Table
from tests.simulation.faults import Mix, draw
from tests.simulation.history import play
from tests.simulation.many import _begin

SEEDS = 400


def no_fence() -> None:
    """A worker that was believed dead goes on writing."""
    Hands.must_be_alive = lambda self: None  # type: ignore[method-assign]


def no_heartbeat() -> None:
    """A worker gives one sign of life, and no other."""

    async def silent(self: Hands) -> None:
        return

    Hands._beat = silent  # type: ignore[method-assign]


def no_etag() -> None:
    """A transaction does not ask whether its lease row is still as it was read."""
    commit = Table.commit

    async def forced(self: Table, guard: Any, *given: Any, **named: Any) -> Any:
        return await commit(
            self, replace(guard, etag=(await self.find(guard.partition, guard.key) or guard).etag), *given, **named
        )

    Table.commit = forced  # type: ignore[method-assign]


def no_burial() -> None:
    """Nobody looks for the dead."""

    async def none(self: Hands) -> int:
        return 0

    async def never(self: Hands, sign: Any) -> bool:
        return False

    Hands.bury_dead, Hands.bury = none, never  # type: ignore[method-assign]


def timers_by_message() -> None:
    """Each message leaves a timer of its own."""

    async def by_message(held: Any, entry: Any, services: Any) -> None:
        await services.agenda.put(entry.moved(max(entry.at, services.now())), services.now())

    setattr(wake, "wake", by_message)  # noqa: B010 - one line of the product is taken away
    setattr(next_looks, "wake", by_message)  # noqa: B010


SABOTAGE: dict[str, Callable[[], None]] = {
    each.__name__: each for each in (no_fence, no_heartbeat, no_etag, no_burial, timers_by_message)
}


def mix_of(seed: int) -> Mix:
    """Draw a seed's mix, with workers that freeze, die and are slow more often than in life."""
    mix = draw(Random(f"{seed}-mix"))  # noqa: S311 - repeatable on purpose
    return replace(mix, stalls=0.02, slow=0.05, kills=max(mix.kills, 0.002))


def main(arguments: list[str]) -> int:
    """Play seeds under one sabotage until one tells."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.sabotage", description=__doc__)
    parser.add_argument("name", choices=sorted(SABOTAGE))
    parser.add_argument("--seeds", type=int, default=SEEDS)
    given = parser.parse_args(arguments)
    _begin()
    SABOTAGE[given.name]()
    for seed in range(1, given.seeds + 1):
        if failures := play(seed, mix=mix_of(seed)).failures:
            print(f"{given.name}: seed {seed}: {failures[0]}")
            return 0
    print(f"{given.name}: no seed of {given.seeds} tells")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
