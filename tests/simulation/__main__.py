"""
`python -m tests.simulation [--seeds N] [--seed K] [--start K] [--mix NAME]`: play seeded histories with faults.

A failing seed prints its number, what does not hold, and the end of its history; the same seed always plays the same.
"""

import argparse
import sys
import time
from collections import Counter

from tests.simulation.invariants import NAMES
from tests.simulation.many import play_many
from tests.simulation.mixes import MIXES

SEEDS = 10_000
SHOWN = 5
"""Failing seeds whose history is printed."""


def main(arguments: list[str]) -> int:
    """Play what was asked for: 0 when every invariant held in every seed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many")
    parser.add_argument("--seed", type=int, help="play this one alone")
    parser.add_argument("--start", type=int, default=1, help="the first one")
    parser.add_argument("--full-stack", action="store_true", help="through the simulators' HTTP doors")
    parser.add_argument("--mix", default="", choices=sorted(MIXES), help="what goes wrong more often than in life")
    parser.add_argument(
        "--until", nargs="?", const="", metavar="TEXT", help="stop at the first seed with a failure that begins so"
    )
    given = parser.parse_args(arguments)
    seeds = [given.seed] if given.seed is not None else range(given.start, given.start + given.seeds)
    started, counts, failed, played = time.monotonic(), Counter[str](), 0, 0
    for played, result in enumerate(play_many(seeds, full_stack=given.full_stack, mix=given.mix), 1):
        counts.update(result.counts)
        if result.failures:
            failed += 1
            how = f" --mix {given.mix}" if given.mix else ""
            print(f"seed {result.seed} fails (python -m tests.simulation --seed {result.seed}{how}):")
            print("\n".join(f"  {failure}" for failure in result.failures[:10]))
            print(result.tail if failed <= SHOWN else "")
        if given.until is not None and any(failure.startswith(given.until) for failure in result.failures):
            break
        if played % 500 == 0:
            print(f"{played} seeds, {failed} failed, {time.monotonic() - started:.0f} s", flush=True)
    _conclude(played, failed, counts, time.monotonic() - started)
    return 1 if failed else 0


def _conclude(seeds: int, failed: int, counts: Counter[str], seconds: float) -> None:
    for title, prefix in (("remote calls", "call "), ("acts of people", "act "), ("faults injected", "fault ")):
        found = {name.removeprefix(prefix): number for name, number in counts.items() if name.startswith(prefix)}
        print(f"{title}: {sum(found.values())}")
        for name, number in sorted(found.items(), key=lambda one: (-one[1], one[0])):
            print(f"  {number:>10}  {name}")
    print("invariants:")
    print("\n".join(f"  {name}" for name in NAMES))
    held = "not all" if failed else "all"
    print(f"{seeds} seeds in {seconds:.0f} s, {held} of {len(NAMES)} invariants held, {failed} failures")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
