"""Which tests fit a change: those that run its lines, the quickest first. Measured once, by coverage with contexts."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from coverage import CoverageData

UNIT = ("decisions", "models", "reconciler", "store", "targets", "watchers")
IN_PROCESS = ("local.in_process", "tests.engine", "tests.integration.test_")
"""What an integration test that needs no Azurite and no process of its own imports, itself or through another."""
SLOW = frozenset(
    {
        *("test_standing_failures.py", "test_outages.py", "test_brake_at_scale.py", "test_onboarding.py"),
        *(
            "test_preview.py",
            "test_preview_sample.py",
            "test_commands.py",
            "test_evidence_commands.py",
            "test_backfill.py",
        ),
        *("test_check_live.py", "test_mapping_init.py", "test_server_zone.py", "test_why.py", "test_operator_doors.py"),
    }
)
REPORT = "build/mutants-suite.xml"
NO_EMULATOR = "not azurite and not identity"
"""Tests of the stores run on the double alone: `-k` takes the others out by their parameters."""

LEFT_OUT = 10
"""Of tests that fail without any change: with more, it is the suite that doesn't run, and nothing would be noticed."""


@dataclass(frozen=True)
class Fitting:
    """Tests by the lines that they run, and how long each takes."""

    data: CoverageData
    tree: Path
    seconds: dict[str, float]

    def tests_of(self, file: str, first: int, last: int) -> list[str]:
        """Return the ids of tests that run a line of a range, the quickest first."""
        contexts = self.data.contexts_by_lineno(str(self.tree / file))
        tests = {name.partition("|")[0] for line in range(first, last + 1) for name in contexts.get(line, []) if name}
        return sorted(tests & self.seconds.keys(), key=lambda test: (self.seconds[test], test))


def measure(tree: Path, rooms: tuple[str, ...]) -> Fitting:
    """Run the suite once in a copy of the repository. A test that fails there is left out, and named."""
    report = tree / REPORT
    report.parent.mkdir(exist_ok=True)
    rooms_covered = [f"--cov=shared/{room}" for room in rooms]
    options = ["-q", "-k", NO_EMULATOR, "--cov-context=test", "--cov-report=", f"--junitxml={report}", *rooms_covered]
    command = [sys.executable, "-m", "pytest", *options, *suite(tree)]
    subprocess.run(command, cwd=tree, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 - our own tests
    return read_measured(tree)


def read_measured(tree: Path) -> Fitting:
    """
    Return what was measured in a copy of the repository.

    Raises:
        ValueError: the suite doesn't run there.
    """
    data = CoverageData(basename=str(tree / ".coverage"))
    data.read()
    cases = list(_cases(tree))
    failed = [test for test, _, has_passed in cases if not has_passed]
    if len(failed) > LEFT_OUT:
        message = f"{len(failed)} of {len(cases)} tests fail without any change, as {failed[0]}: see {tree / REPORT}"
        raise ValueError(message)
    for test in failed:
        print(f"left out, it fails without any change: {test}", flush=True)
    return Fitting(data, tree, {test: seconds for test, seconds, has_passed in cases if has_passed})


def suite(tree: Path) -> list[str]:
    """List the folders and files whose tests are tried."""
    files = sorted((tree / "tests" / "integration").glob("test_*.py"))
    fitting = [file for file in files if file.name not in SLOW and any(one in file.read_text() for one in IN_PROCESS)]
    stores = [file for file in files if file.name.startswith("test_store_") and file not in fitting]
    folders = [tree / "tests" / "unit" / name for name in UNIT]
    return [path.relative_to(tree).as_posix() for path in [*folders, *fitting, *stores] if path.exists()]


def _cases(tree: Path) -> Iterator[tuple[str, float, bool]]:
    """Yield each test's id, seconds, and whether it passed."""
    for case in ElementTree.parse(tree / REPORT).iter("testcase"):  # noqa: S314 - pytest's own report
        file = case.attrib["classname"].replace(".", "/") + ".py"
        yield f"{file}::{case.attrib['name']}", float(case.attrib["time"]), len(case) == 0
