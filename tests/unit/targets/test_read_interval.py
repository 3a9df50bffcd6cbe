"""How often a plan is read, and how reading resumes after a pause."""

from datetime import timedelta

import pytest

from shared.models.troubles import Cause
from shared.store.plans import PlanRow
from shared.targets.read_interval import caught_up, interval, quickened, resumes
from shared.timing import PLAN_BUSY, PLAN_QUIET, READS_SPREAD
from tests.build import NOW, PLAN


def row(**changes):
    return PlanRow(**{"plan_id": PLAN, "next_read": NOW, **changes})


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, PLAN_BUSY, id="never-seen-to-change"),
        pytest.param({"changed_at": NOW}, PLAN_BUSY, id="just-changed"),
        pytest.param({"changed_at": NOW - timedelta(minutes=2)}, PLAN_BUSY, id="lately"),
        pytest.param({"changed_at": NOW - timedelta(minutes=10)}, timedelta(minutes=1), id="a-while-ago"),
        pytest.param({"changed_at": NOW - timedelta(hours=1)}, PLAN_QUIET, id="an-hour-ago"),
        pytest.param({"changed_at": NOW - timedelta(days=99)}, PLAN_QUIET, id="long-ago"),
        pytest.param({"changed_at": NOW, "gone": "deleted"}, timedelta(hours=1), id="gone"),
    ],
)
def test_a_plan_is_read_the_less_often_the_longer_it_rests(changed, expected):
    assert interval(row(**changed), NOW) == expected


def test_a_quiet_plan_is_quickened_and_read_soon():
    quiet = row(changed_at=NOW - timedelta(days=1), next_read=NOW + PLAN_QUIET)

    quick = quickened(quiet, NOW)

    assert quick is not None
    assert quick.next_read == NOW + PLAN_BUSY
    assert interval(quick, NOW) == PLAN_BUSY


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="new"),
        pytest.param({"changed_at": NOW}, id="busy"),
        pytest.param({"gone": "deleted"}, id="gone"),
    ],
)
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


def after_pause(number, **changes):
    """Return plans that nobody swept for an hour."""
    rested = {"changed_at": NOW - timedelta(days=1), "next_read": NOW - timedelta(hours=1), **changes}
    return [row(plan_id=f"plan-{one}", **rested) for one in range(number)]


def test_plans_that_missed_their_turn_are_caught_up_with_evenly():
    rows = after_pause(300)

    moments = caught_up(rows, rows, NOW)

    parts = [
        sum(NOW + PLAN_BUSY * part < at <= NOW + PLAN_BUSY * (part + 1) for at in moments.values())
        for part in range(12)
    ]
    assert parts == [25] * 12


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"next_read": NOW - timedelta(seconds=20)}, id="on-time"),
        pytest.param({"is_put_off": True}, id="put-off-once-already"),
        pytest.param({"changed_at": NOW - timedelta(minutes=1)}, id="somebody-is-at-work-there"),
    ],
)
def test_what_did_not_miss_its_turn_or_is_at_work_is_read_at_once(changes):
    rows = after_pause(300, **changes)

    assert caught_up(rows, rows, NOW) == {}


def test_few_plans_are_read_at_once_after_any_pause():
    rows = after_pause(20)

    assert caught_up(rows, rows, NOW) == {}


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
