"""
The engine under faults: three hundred fixed histories, and their determinism.

Histories that nobody has seen yet are played beside these, by the workflow `test` and by `make simulate`.

A failing seed is named; `python -m tests.simulation --seed N` plays it again.
"""

import os
import subprocess
import sys
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.repository import ROOT
from tests.simulation.history import play
from tests.simulation.many import play_many
from tests.simulation.mixes import CALM, Mix
from tests.simulation.ports import DIRECT

FIXED = range(1, 301)
REPEATED = range(1, 13)
THROUGH_DOORS = range(1, 101)


@pytest.fixture(scope="module")
def fixed():
    """Play the fixed histories once; give what became of each, in the order of the seeds."""
    return list(play_many(FIXED))


def failures(results):
    """Name every failing seed with what does not hold in it."""
    return {result.seed: result.failures[:3] for result in results if result.failures}


def test_every_invariant_holds_in_the_fixed_histories(fixed):
    assert failures(fixed) == {}


def test_the_fixed_histories_are_worth_their_name(fixed):
    """There are enough remote calls, acts of people, and faults of many kinds."""
    faults = [{name: n for name, n in result.counts.items() if name.startswith("fault ")} for result in fixed]

    assert median(result.calls for result in fixed) >= 60
    assert all(any(name.startswith("act ") for name in result.counts) for result in fixed)
    assert sum(sum(found.values()) for found in faults) > 1000
    assert len({name for found in faults[:40] for name in found}) >= 25


def test_the_same_seed_plays_the_same_history_whatever_hashing_is():
    """Traces are equal in two processes that hash strings differently."""
    program = f"from tests.simulation.many import play_many\nprint([result.hash for result in play_many({REPEATED!r})])"
    printed = {
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(printed) == 1


def test_the_full_stack_plays_the_same_history_as_the_fast_one(fixed):
    """Through the simulators' HTTP doors, the real HTTP client and the Graph SDK: the same trace."""
    full = {result.seed: result.hash for result in play_many(THROUGH_DOORS, full_stack=True)}

    assert full == {result.seed: result.hash for result in fixed if result.seed in THROUGH_DOORS}


@pytest.mark.parametrize("seed", [3, 8])
def test_the_same_seed_plays_the_same_history_in_one_process(seed):
    """And so it does through the real HTTP client and the Graph SDK, straight into the simulators."""
    assert play(seed).hash == play(seed).hash == play(seed, stack=DIRECT).hash


def test_without_faults_and_people_every_item_gets_its_task():
    result = play(1, mix=CALM, acts=0)

    assert result.failures == []
    assert not [name for name in result.counts if name.startswith("fault ")]


RATES = st.sampled_from((0.0, 0.02, 0.1))
RARE = st.sampled_from((0.0, 0.002, 0.01))


@given(
    seed=st.integers(1, 10_000_000),
    acts=st.integers(1, 12),
    mix=st.builds(
        Mix,
        answers=RATES,
        broken=RATES,
        tables=RARE,
        queues=RATES,
        kills=RARE,
        slow=RATES,
        stalls=RARE,
        replicas=RATES,
        hints=RATES,
        skew=st.sampled_from((0.0, 8.0)),
        people=RATES,
    ),
)
@settings(max_examples=20)
def test_any_mix_of_faults_is_survived(seed, acts, mix):
    """What fails is shrunk to the fewest kinds of faults and acts that it takes."""
    assert play(seed, mix=mix, acts=acts).failures == []
