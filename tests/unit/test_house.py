"""The house's own checks: nothing is wrong with it, and each check sees what it is for."""

import ast
import os
import subprocess
import sys

import pytest

from tests import house
from tests.repository import ROOT


@pytest.fixture(scope="module")
def trees():
    """Read all of the product."""
    return house.read()


@pytest.mark.parametrize("check", house.CHECKS, ids=lambda check: check.__name__)
def test_nothing_is_wrong_with_the_house(check, trees):
    assert list(check(trees)) == []


@pytest.mark.parametrize(
    ("check", "files", "said"),
    [
        pytest.param(
            house.circles,
            {
                "shared/a.py": "from shared.b import x",
                "shared/b.py": "if TYPE_CHECKING:\n    from shared import a",
            },
            "shared/a.py",
            id="a circle, for the type checker alone",
        ),
        pytest.param(
            house.copies,
            {"shared/store/a.py": "link.model_copy(update={'state': 1})"},
            "shared/store/a.py:1",
            id="a model changed from outside",
        ),
        pytest.param(
            house.casts, {"shared/preview/a.py": "cast('Planner', dry)"}, "shared/preview/a.py:1", id="a cast"
        ),
        pytest.param(
            house.casts,
            {"shared/preview/a.py": "typing.cast('Planner', dry)"},
            "shared/preview/a.py:1",
            id="a cast by its module's name",
        ),
        pytest.param(
            house.copies,
            {"shared/store/a.py": "link.model_copy(**changes)"},
            "shared/store/a.py:1",
            id="a model changed from outside, by what nobody sees",
        ),
        pytest.param(
            house.plain_words,
            {"shared/store/a.py": "class A:\n    state: str"},
            "state is plain text",
            id="a word as plain text",
        ),
        pytest.param(
            house.plain_words,
            {"shared/store/a.py": "def act(hold: str): ..."},
            "hold is plain text",
            id="a parameter as plain text",
        ),
        pytest.param(
            house.plain_words,
            {"shared/store/a.py": "def act(*, scope: str | None = None): ..."},
            "scope is plain text",
            id="a parameter as plain text, or nothing",
        ),
        pytest.param(
            house.plain_words,
            {"shared/store/a.py": "class A:\n    cause: 'str' = ''"},
            "cause is plain text",
            id="a word as plain text, in quotation marks",
        ),
        pytest.param(
            house.empty_rooms,
            {"shared/old/__init__.py": "'The flows.'", "shared/new/__init__.py": "", "shared/new/a.py": ""},
            "shared/old/: an empty room",
            id="a room that everybody left",
        ),
    ],
)
def test_each_check_fails_where_it_should(check, files, said):
    found = list(check({file: ast.parse(text) for file, text in files.items()}))

    assert len(found) == 1
    assert said in found[0]


def dead_code(*paths):
    asked = [sys.executable, "-m", "vulture", "--config", str(ROOT / "pyproject.toml"), *map(str, paths)]
    ran = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    return ran.returncode, ran.stdout


def test_what_nobody_calls_is_named(tmp_path):
    (tmp_path / "forgotten.py").write_text("def nobody_calls_it() -> None: ...\n")

    code, said = dead_code(tmp_path)

    assert code != 0
    assert "unused function 'nobody_calls_it'" in said


HALF_RUN = """
def decide(state):
    if state:
        return "yes"
    return "no"


decide(True)
"""
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
CORE = next(line.partition(":= ")[2] for line in MAKEFILE.splitlines() if line.startswith("CORE :="))
FLOORS = [line.strip() for line in MAKEFILE.splitlines() if "--fail-under" in line]


def coverage(folder, *words):
    asked = [sys.executable, "-m", "coverage", *words]
    # A measurement under way is not to be written into.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    ran = subprocess.run(asked, cwd=folder, env=alone, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    return ran.returncode, ran.stdout


@pytest.mark.parametrize("line", FLOORS)
def test_a_branch_that_no_test_takes_fails_each_floor(line, tmp_path):
    half = tmp_path / "shared" / "decisions" / "half.py"
    half.parent.mkdir(parents=True)
    half.write_text(HALF_RUN)
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"))
    assert coverage(tmp_path, "run", str(half))[0] == 0

    words = line.replace("$(CORE)", CORE).replace("'", "").split()
    code, said = coverage(tmp_path, *words[1:])

    assert (code, "fail-under" in said) == (2, True), said
    assert coverage(tmp_path, *(word for word in words[1:] if "fail" not in word))[0] == 0


def test_the_floors_are_of_all_that_is_shared_and_of_the_core():
    assert [(line.split("--fail-under=")[1].split()[0], "$(CORE)" in line) for line in FLOORS] == [
        ("95", False),
        ("98", True),
    ]
