"""How often a plan is read, and how reading resumes after a pause."""

from datetime import timedelta

import pytest

from shared.models.troubles import Cause
from shared.store.plans import PlanRow
from shared.targets.read_interval import interval, quickened, resumes
from shared.timing import PLAN_BUSY, PLAN_QUIET, READS_SPREAD
from tests.build import NOW, PLAN


def row(**changes):
    return PlanRow(**{"plan_id": PLAN, "next_read": NOW, **changes})


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, PLAN_BUSY),
        ({"changed_at": NOW}, PLAN_BUSY),
        ({"changed_at": NOW - timedelta(minutes=2)}, PLAN_BUSY),
        ({"changed_at": NOW - timedelta(minutes=10)}, timedelta(minutes=1)),
        ({"changed_at": NOW - timedelta(hours=1)}, PLAN_QUIET),
        ({"changed_at": NOW - timedelta(days=99)}, PLAN_QUIET),
        ({"changed_at": NOW, "gone": "deleted"}, timedelta(hours=1)),
    ],
    ids=["never-seen-to-change", "just-changed", "lately", "a-while-ago", "an-hour-ago", "long-ago", "gone"],
)
def test_a_plan_is_read_the_less_often_the_longer_it_rests(changed, expected):
    assert interval(row(**changed), NOW) == expected


def test_a_quiet_plan_is_quickened_and_read_soon():
    quiet = row(changed_at=NOW - timedelta(days=1), next_read=NOW + PLAN_QUIET)

    quick = quickened(quiet, NOW)

    assert quick is not None
    assert quick.next_read == NOW + PLAN_BUSY
    assert interval(quick, NOW) == PLAN_BUSY


@pytest.mark.parametrize("changes", [{}, {"changed_at": NOW}, {"gone": "deleted"}], ids=["new", "busy", "gone"])
def test_what_is_quick_or_gone_already_costs_no_write(changes):
    assert quickened(row(**changes), NOW) is None


def test_reading_resumes_over_a_minute():
    """A thousand plans do not all knock at the moment in which Graph opens its door."""
    plans = [f"plan-{number}" for number in range(1000)]

    shares = [
        sum(resumes(plan, NOW, NOW + READS_SPREAD * part / 4) for plan in plans) / len(plans) for part in range(5)
    ]

    assert shares == pytest.approx([0, 0.25, 0.5, 0.75, 1], abs=0.05)
    assert all(resumes(plan, None, NOW) for plan in plans)


def test_a_plan_that_was_refused_is_tried_soon_and_then_ever_less_often():
    """A permission that was just given takes moments; a plan that is gone for good costs a call an hour."""
    plan, at, pauses = row(), NOW, []
    for _ in range(7):
        plan = plan.left(Cause.NOT_ALLOWED, "403", at)
        pauses.append((plan.next_read - at).total_seconds())
        at = plan.next_read

    assert pauses == [15, 60, 300, 900, 3600, 3600, 3600]
    assert (plan.trouble.since, plan.trouble.tries, plan.trouble.next_try) == (NOW, 7, plan.next_read)


def test_a_row_of_the_first_edition_that_is_gone_is_tried_each_hour():
    assert interval(row(gone="the group was deleted"), NOW) == timedelta(hours=1)
