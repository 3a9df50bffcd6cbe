"""Time in which nobody could act does not count: a ladder goes on after a pause with the time that it had left."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.mapping.evaluation.escalation import keys_of
from shared.models.item_memory import ItemMemory
from shared.models.link_parts import Pause
from shared.models.workflow import WorkflowStatus
from tests.unit.mapping.mapping_world import mapping_of, of_workflow, step, step_rule, want, workspace

BERLIN = {"calendars": {"default": {"timezone": "Europe/Berlin", "holidays": "DE-BE"}}}
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""10:00 in Berlin."""
KEY = "approval|5|1|2026-11-19T10:00:00"
WAITING = workspace(attributes={"Contract.Waiting": "Supplier"})
GOING_ON = workspace(attributes={"Contract.Waiting": ""})


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:00+01:00")


def ladder(*after: dict[str, Any]) -> Any:
    levels = [{"key": f"level-{place}", "after": one, "to": "role:Manager"} for place, one in enumerate(after)]
    rule = step_rule(escalate=levels, pause={"attributes": {"Contract.Waiting": "Supplier"}})
    rule["task"]["due"] = {"from": "started", "business_days": 3}
    return mapping_of(rule, **BERLIN)


def at(moment: datetime, mapping: Any, *pauses: tuple[str, str], space=GOING_ON, **workflow: Any) -> Any:
    known = tuple(Pause(since=local(since), until=local(until) if until else None) for since, until in pauses)
    memory = {KEY: ItemMemory(known_since=MONDAY, pauses=known)}
    return want(mapping, of_workflow(step(started=MONDAY), space=space, **workflow), moment, memory=memory)


TWO_DAYS = {"business_days": 2}
"""Without a pause: Wednesday the 25th at ten."""
PAUSES: dict[str, Any] = {
    "none": (TWO_DAYS, [], "11-25T10:00"),
    "two weeks": (TWO_DAYS, [("11-24T10:00", "12-08T10:00")], "12-09T10:00"),
    "over a night and a weekend nothing is lost": (TWO_DAYS, [("11-24T17:00", "11-25T09:00")], "11-25T10:00"),
    "from Friday to Monday, of a longer one": (
        {"business_days": 6},
        [("11-27T17:00", "11-30T11:00")],
        "12-01T12:00",
    ),
    "two of them": (TWO_DAYS, [("11-23T12:00", "11-23T15:00"), ("11-24T09:00", "11-24T12:00")], "11-25T16:00"),
    "one that begins in the time that another added": (
        TWO_DAYS,
        [("11-24T10:00", "11-25T10:00"), ("11-25T15:00", "11-25T16:00")],
        "11-26T11:00",
    ),
    "one before the start": (TWO_DAYS, [("11-20T10:00", "11-23T10:00")], "11-25T10:00"),
    "one that began before it": (TWO_DAYS, [("11-20T10:00", "11-23T12:00")], "11-25T12:00"),
    "one after it": (TWO_DAYS, [("11-26T10:00", "11-27T10:00")], "11-25T10:00"),
    "hours": ({"business_hours": 4}, [("11-23T11:00", "11-24T11:00")], "11-24T14:00"),
    "calendar days": ({"days": 3}, [("11-24T10:00", "11-26T22:00")], "11-28T22:00"),
    "a time of day": ({"business_days": 1, "at": "12:00"}, [("11-23T11:00", "11-23T13:00")], "11-25T12:00"),
    "from the due date": ({"from": "due"}, [("11-23T11:00", "11-24T11:00")], "11-26T17:00"),
    "after the due date": ({"from": "due", "business_days": 1}, [("11-26T12:00", "11-27T12:00")], "11-30T12:00"),
}


@pytest.mark.parametrize(("after", "pauses", "expected"), PAUSES.values(), ids=PAUSES)
def test_a_level_comes_after_the_time_that_could_be_used(after, pauses, expected):
    mapping = ladder(after)

    before = at(local(expected) - timedelta(minutes=1), mapping, *pauses)
    then = at(local(expected), mapping, *pauses)

    assert [task.level for task in before.tasks] == [""]
    assert [task.level for task in then.tasks] == ["", "level-0"]


def test_while_it_lasts_time_alone_changes_nothing():
    """Its end is a change of the record: no timer is set that would have to be set anew for ever."""
    mapping = ladder(TWO_DAYS)

    paused = at(local("11-24T12:00"), mapping, ("11-24T10:00", ""), space=WAITING)

    assert (paused.tasks[0].is_paused, paused.look_again) == (True, None)
    assert [task.level for task in at(local("12-24T12:00"), mapping, ("11-24T10:00", ""), space=WAITING).tasks] == [""]


def test_the_look_that_finds_it_over_counts_it_until_then():
    mapping = ladder(TWO_DAYS)

    over = at(local("12-08T10:00"), mapping, ("11-24T10:00", ""))

    assert (over.tasks[0].is_paused, [task.level for task in over.tasks]) == (False, [""])
    assert over.look_again == local("12-09T10:00")


def test_what_was_raised_before_it_stays_raised():
    mapping = ladder({"business_days": 1}, TWO_DAYS)
    level = keys_of(mapping.rules[0].escalate)[0]
    pause = (Pause(since=local("11-24T11:00"), until=local("12-08T11:00")),)
    raised = ItemMemory(known_since=local("11-24T10:00"), level=level)
    memory = {KEY: ItemMemory(known_since=MONDAY, pauses=pause), f"{KEY}|level|{level}": raised}

    going_on = of_workflow(step(started=MONDAY), space=GOING_ON)
    found = want(mapping, going_on, local("12-08T11:00"), memory=memory)

    assert [task.level for task in found.tasks] == ["", "level-0"]
    assert found.look_again == local("12-09T10:00")


def test_a_suspended_workflow_is_such_a_pause():
    found = at(local("11-24T12:00"), ladder(TWO_DAYS), ("11-24T10:00", ""), status=WorkflowStatus.SUSPENDED)

    assert (found.tasks[0].is_paused, found.look_again) == (True, None)
