"""
Run the benches beside this file, print what was measured, and end with 1 when a limit is not kept.

    python -m tests.benchmarks              every bench_*.py
    python -m tests.benchmarks calls cpu    some of them

What is over its limit is measured once more, and the lesser counts: what other programs take from a machine falls into
a ratio now and then. A count stays what it is.
"""

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.benchmarks.ratios import Ratio


def main(names: list[str]) -> int:
    """One line a number: measured, limit, name."""
    chosen = names or sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    modules = [importlib.import_module(f"tests.benchmarks.bench_{name}") for name in chosen]
    kept = [shown(ratio) for module in modules for ratio in measured(module.measure)]
    return 0 if all(kept) else 1


def measured(measure: Callable[[], Iterable[Ratio]]) -> Iterator[Ratio]:
    """Measure; where a limit is not kept once more, and of each number return the lesser."""
    first = list(measure())
    if all(ratio.is_kept for ratio in first):
        yield from first
        return
    for ratio, again in zip(first, measure(), strict=True):
        yield min(ratio, again, key=lambda one: one.measured)


def shown(ratio: Ratio) -> bool:
    """Print a number, and say whether its limit is kept."""
    verdict = "ok  " if ratio.is_kept else "OVER"
    print(f"{verdict} {ratio.measured:10.4g} of at most {ratio.limit:<8g} {ratio.unit:<12} {ratio.name}", flush=True)
    return ratio.is_kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
