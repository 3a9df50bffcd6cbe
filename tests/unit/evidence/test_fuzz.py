"""Forgeries at random: a quick run of `python -m tests.fuzz_evidence`."""

from tests.fuzz_evidence import run


def test_of_some_thousand_forgeries_none_passes_and_none_breaks_the_verifier():
    result = run(4_000, seed=20_261_130)

    assert result.passed == []
    assert result.broke == []
    assert result.slowest < 1
