"""Every probe against both simulators: as believed; and with a belief switched off: that one differs, and no other."""

import pytest

from shared.conformance.beliefs import read_beliefs
from shared.conformance.observed import Verdict
from shared.conformance.run import ask_all
from tests.conformance.bench import Bench

BELIEFS = read_beliefs()


async def test_both_simulators_are_as_believed():
    bench = Bench()

    results, left = await ask_all(BELIEFS, bench.box)

    assert [(one.belief.id, one.observed) for one in results if one.observed.verdict is not Verdict.AS_BELIEVED] == []
    assert (left, bench.left()) == ((), [])


@pytest.mark.parametrize("broken", BELIEFS, ids=lambda belief: belief.id)
async def test_a_belief_that_does_not_hold_is_named_and_no_other(broken):
    """Of all beliefs about the same system, which share its probes' helpers."""
    asked = [one for one in BELIEFS if one.system is broken.system]
    bench = Bench(otherwise=(broken.id,))

    results, _ = await ask_all(asked, bench.box)

    assert [one.belief.id for one in results if one.observed.verdict is Verdict.DIFFERS] == [broken.id]
    assert bench.left() == []
