"""`make bench` fails where a limit is not kept, however the machine is at that moment."""

import sys
from types import SimpleNamespace

import pytest

from tests.benchmarks.__main__ import main
from tests.benchmarks.ratios import Ratio


@pytest.fixture
def bench(monkeypatch):
    """Put a bench in place that measures one number after another."""

    def put(*numbers: float) -> None:
        left = iter(numbers)
        module = SimpleNamespace(measure=lambda: [Ratio("kept", 1, 1), Ratio("a ratio", next(left), 2)])
        monkeypatch.setitem(sys.modules, "tests.benchmarks.bench_played", module)

    return put


@pytest.mark.parametrize(
    ("numbers", "code", "line"),
    [
        pytest.param([2], 0, "ok            2 of at most 2        x            a ratio", id="at its limit"),
        pytest.param([3, 2.5], 1, "OVER        2.5 of at most 2        x            a ratio", id="over it, twice"),
        pytest.param(
            [3, 1.5], 0, "ok          1.5 of at most 2        x            a ratio", id="over it for a moment"
        ),
    ],
)
def test_a_limit_that_is_not_kept_ends_it_with_one(bench, capsys, numbers, code, line):
    bench(*numbers)

    assert main(["played"]) == code
    assert capsys.readouterr().out.splitlines()[1] == line
