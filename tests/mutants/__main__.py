"""`python -m tests.mutants`: try a seeded sample of single changes; print what no test notices. Exit 1 under 90 %."""

import argparse
import json
import sys
from collections import Counter

from tests.mutants.fitting import measure, read_measured
from tests.mutants.named import named
from tests.mutants.sampling import ROOMS, Mutant, sample
from tests.mutants.trial import copy_of_repository, import_others, outcome
from tests.repository import ROOT

LEAST = 0.9
TREE = ROOT / "build" / "mutants"
RESULTS = ROOT / "build" / "mutants.jsonl"


def main() -> int:
    """Print each change that is left alive, and the share of those that tests notice."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sample", type=int, default=300)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--measured", action="store_true", help="the copy in build/mutants is of this state already")
    given = asked.parse_args()
    mutants = [*named(), *sample(given.sample, given.seed)]
    import_others()
    counted: Counter[str] = Counter()
    RESULTS.parent.mkdir(exist_ok=True)
    fitting = read_measured(TREE) if given.measured else measure(copy_of_repository(TREE), (*ROOMS, "watchers"))
    with RESULTS.open("w") as results:
        for mutant in mutants:
            became = outcome(mutant, fitting)
            counted[became] += 1
            results.write(json.dumps({"mutant": mutant.name, "became": became}) + "\n")
            results.flush()
            if became != "killed":
                print(f"{became}: {mutant.name}\n{_difference(mutant)}", flush=True)
    share = counted["killed"] / counted.total()
    print(f"seed {given.seed}: {counted.total()} changes, {counted['killed']} noticed ({share:.1%}); {dict(counted)}")
    return 0 if share >= LEAST else 1


def _difference(mutant: Mutant) -> str:
    before, after = (ROOT / mutant.file).read_text("utf-8").splitlines(), mutant.code.splitlines()
    old = [f"  - {line.strip()}" for line in before if line not in after]
    return "\n".join([*old[:3], *[f"  + {line.strip()}" for line in after if line not in before][:3]])


if __name__ == "__main__":
    sys.exit(main())
