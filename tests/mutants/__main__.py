"""`python -m tests.mutants`: try a seeded sample of single changes; print what no test notices. Exit 1 under 90 %."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator

from tests.mutants.fitting import measure, read_measured
from tests.mutants.named import named
from tests.mutants.sampling import ROOMS, Mutant, sample
from tests.mutants.trial import copy_of_repository, import_others, must_be_copy, outcome
from tests.repository import ROOT

LEAST = 0.9
TREE = ROOT / "build" / "mutants"
RESULTS = ROOT / "build" / "mutants.jsonl"


def main() -> int:
    """Print each change that is left alive, and the share of those that tests notice."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sample", type=int, default=300)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--resume", action="store_true", help="go on where the last run of this state stopped")
    asked.add_argument("--at-most", type=int, default=None, help="try so many now, and leave the others to --resume")
    given = asked.parse_args()
    mutants = [*named(), *sample(given.sample, given.seed)]
    import_others()
    RESULTS.parent.mkdir(exist_ok=True)
    if given.resume:
        must_be_copy(TREE)
        fitting = read_measured(TREE)
    else:
        RESULTS.unlink(missing_ok=True)
        fitting = measure(copy_of_repository(TREE), (*ROOMS, "watchers"))
    tried = dict(_results())
    waiting = [mutant for mutant in mutants if mutant.name not in tried]
    with RESULTS.open("a") as results:
        for mutant in waiting[: given.at_most]:
            became = outcome(mutant, fitting)
            tried[mutant.name] = became
            results.write(json.dumps({"mutant": mutant.name, "became": became}) + "\n")
            results.flush()
            if became != "killed":
                print(f"{became}: {mutant.name}\n{_difference(mutant)}", flush=True)
    counted = Counter(tried[mutant.name] for mutant in mutants if mutant.name in tried)
    share = counted["killed"] / max(counted.total(), 1)
    of = f"{counted.total()} of {len(mutants)} changes tried"
    print(f"seed {given.seed}: {of}, {counted['killed']} noticed ({share:.1%}); {dict(counted)}")
    return 0 if share >= LEAST else 1


def _results() -> Iterator[tuple[str, str]]:
    """Yield what became of each change so far."""
    for line in RESULTS.read_text("utf-8").splitlines() if RESULTS.exists() else ():
        result = json.loads(line)
        yield result["mutant"], result["became"]


def _difference(mutant: Mutant) -> str:
    before, after = (ROOT / mutant.file).read_text("utf-8").splitlines(), mutant.code.splitlines()
    old = [f"  - {line.strip()}" for line in before if line not in after]
    return "\n".join([*old[:3], *[f"  + {line.strip()}" for line in after if line not in before][:3]])


if __name__ == "__main__":
    sys.exit(main())
