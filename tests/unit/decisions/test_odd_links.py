"""Links that stand in the way of a decision: moved, of a wrong clock, deleted behind a changed rule, announced."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.decisions.actions import Remember, SetAttributes
from shared.decisions.decide import decide
from shared.decisions.observed import Missing
from shared.decisions.own_writes import carried_out
from shared.models.events import EventKind
from shared.models.link import FieldBase, LinkState, SendIntent
from tests.build import NOW, POLICY, STEP, approval, found, link, view, wanted

TOMORROW = NOW + timedelta(days=1)


def act(item, known, seen=None):
    return decide(view(item, known, seen), POLICY, NOW)


def test_a_task_that_a_person_moved_to_another_plan_is_followed_before_anything_else_is_decided():
    action = act(wanted(title="New"), link(), found(planId="plan-2"))

    assert isinstance(action, Remember)
    assert (action.link.plan_id, action.again) == ("plan-2", True)
    assert [(event.what, event.detail["after"]) for event in action.events] == [(EventKind.MOVED, "plan-2")]


def test_progress_is_told_to_the_attribute_that_the_rule_names():
    action = act(wanted(progress_attribute="Contract.Progress"), link(), found(percentComplete=50))

    assert isinstance(action, SetAttributes)
    assert action.values == {"Contract.Progress": 50}


@pytest.mark.parametrize(
    ("item", "known"),
    [
        pytest.param(wanted(), link(state="reserved", task_id=None, reserved_at=TOMORROW), id="of a reservation"),
        pytest.param(
            approval(), link(approval(), sending=SendIntent(id="b", step=STEP, at=TOMORROW)), id="of a send-on"
        ),
    ],
)
def test_a_time_of_a_wrong_clock_is_taken_for_now(item, known):
    action = act(item, known)

    assert isinstance(action, Remember)
    times = (action.link.reserved_at, action.link.sending.at if action.link.sending else None)
    assert NOW in times
    assert action.again


def test_a_task_that_was_deleted_while_its_rule_changed_is_let_go():
    action = act(None, link(rule_hash="older"), Missing())

    assert isinstance(action, Remember)
    assert (action.link.state, action.link.task_id) == (LinkState.WITHDRAWN, None)
    assert [event.what for event in action.events] == [EventKind.DELETED]


@pytest.mark.parametrize("state", ["closed", "withdrawn", "completed"])
def test_an_item_that_is_over_and_not_wanted_asks_for_nothing(state):
    assert act(None, link(state=state, task_id=None)) is None


@pytest.mark.parametrize(
    ("announced", "shown", "is_ours"),
    [
        pytest.param({"priority": FieldBase(asked=1, got=1)}, {"priority": 1}, True, id="a value that arrived"),
        pytest.param({"priority": FieldBase(asked=1, got=1)}, {"priority": 9}, False, id="a value that did not"),
        pytest.param(
            {"labels": FieldBase(asked=["category1"], got=["category1"])},
            {"appliedCategories": {"category1": True}},
            True,
            id="labels that arrived",
        ),
        pytest.param({"unheard_of": FieldBase(asked=1, got=1)}, {}, False, id="a field of another release"),
    ],
)
def test_an_announced_write_is_ours_where_the_task_shows_it(announced, shown, is_ours):
    known = link(announced=announced)

    assert carried_out(known, found(**shown)) == (announced if is_ours else {})


@pytest.mark.parametrize("at", [datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)])
def test_a_task_that_was_announced_at_an_odd_time_is_not_a_young_one(at):
    """A wrong clock wrote it, and the whole look broke at that date."""
    one = link(details_done=False, reserved_at=at)

    assert not one.lacks_details(NOW)
