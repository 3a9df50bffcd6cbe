"""Run every `bench_*.py` beside this file, print what was measured, and end with 1 when a limit is not kept."""

import importlib
import sys
from pathlib import Path

from tests.benchmarks.ratios import Ratio


def main() -> int:
    """One line a number: measured, limit, name."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    kept = [_show(ratio) for name in names for ratio in importlib.import_module(f"tests.benchmarks.{name}").measure()]
    return 0 if all(kept) else 1


def _show(ratio: Ratio) -> bool:
    verdict = "ok  " if ratio.is_kept else "OVER"
    print(f"{verdict} {ratio.measured:10.4g} of at most {ratio.limit:<8g} {ratio.unit:<12} {ratio.name}", flush=True)
    return ratio.is_kept


if __name__ == "__main__":
    sys.exit(main())
