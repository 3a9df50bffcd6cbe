"""Small versions of the scale model: cost grows with what changed, not with what exists."""

import pytest

from local.scale import burst
from local.scale.__main__ import measure, quiet_problems
from local.scale.sheets import BUSY, ESCALATION, QUIET

DUE = 10
FEW, MANY = 1_000, 10_000
HINTED = 6


@pytest.fixture(scope="session")
async def few():
    """Measure a thousand links."""
    return await measure(FEW, approvals=DUE)


@pytest.fixture(scope="session")
async def many():
    """Measure ten times as many."""
    return await measure(MANY, approvals=DUE)


def test_a_quiet_minute_reads_the_plans_that_are_due_and_writes_no_link(few, many):
    """Each plan due costs its pages, one row and its turn; everything else is the same with ten times the links."""
    assert list(quiet_problems(few[QUIET], is_large=False)) == []
    assert list(quiet_problems(many[QUIET], is_large=False)) == []
    # What stands in the way is read once a minute, and a minute may begin just before that or just after.
    more = many[QUIET].table_reads - few[QUIET].table_reads
    assert more == pytest.approx(many[QUIET].plans - few[QUIET].plans, abs=1)
    assert many[QUIET].table_writes - few[QUIET].table_writes == many[QUIET].plans - few[QUIET].plans


def test_an_escalation_reads_what_is_due_alone(few, many):
    """Ten times the links, the same ten due: the very same calls."""
    assert many[ESCALATION].calls == few[ESCALATION].calls
    assert few[ESCALATION].total("queues", "send") == DUE


def test_a_busy_minute_grows_with_what_changed(few, many):
    """One link in a hundred changed: two workspaces here, twenty-five there; each costs about the same."""
    workspaces = {FEW: 2, MANY: 25}

    each = [cost[BUSY].link_writes / workspaces[links] for links, cost in ((FEW, few), (MANY, many))]

    assert each[0] == each[1]


def test_a_burst_makes_each_task_once_and_asks_opentext_no_more_at_once_than_there_are_slots():
    """Hints name nodes, whose workspaces OpenText is asked for first."""
    played = burst.play(2, workspaces=HINTED)

    assert (played.unmade, played.at_once) == (0, burst.SLOTS)
