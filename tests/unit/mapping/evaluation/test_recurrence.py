"""Recurring dates: as an independent model has them, and the same occurrences after their start moved."""

from datetime import UTC, date, datetime
from random import Random

import pytest

from shared.models.item_memory import ItemMemory
from tests.unit.mapping.evaluation.recurrence_model import lost_by_a_move, wrong_dates
from tests.unit.mapping.mapping_world import mapping_of, of_workspace, want, workspace_rule

DECEMBER = datetime(2026, 12, 1, 12, tzinfo=UTC)
OPEN, DONE = ItemMemory(), ItemMemory(is_open=False)


def test_random_rules_come_on_the_days_that_a_model_by_brute_force_has():
    """More of them: python -m tests.unit.mapping.evaluation.recurrence_model 100000."""
    assert [wrong for seed in range(150) if (wrong := wrong_dates(Random(seed)))] == []  # noqa: S311 - no secret


def test_a_moved_start_never_takes_an_open_task_away():
    assert [lost for seed in range(150) if (lost := lost_by_a_move(Random(seed)))] == []  # noqa: S311 - no secret


def monthly(value, *, now=DECEMBER, **days):
    """Item → due date or why it is held, with occurrences that are known by their day."""
    due = {"from": "attribute:A.Review", "repeat": "FREQ=MONTHLY"} | days.pop("due", {})
    origin = of_workspace(attributes={"A.Review": value}, created=datetime(2025, 1, 1, tzinfo=UTC))
    memory = {f"package|task-0|{day}": known for day, known in days.pop("memory", {}).items()}
    done = frozenset(item for item, known in memory.items() if not known.is_open)
    result = want(mapping_of(workspace_rule({"due": due})), origin, now, memory=memory, completed=done)
    return {task.item_key.removeprefix("package|task-0"): task.held or str(task.due) for task in result.tasks}


def test_an_occurrence_moves_with_the_start_of_its_rule():
    assert monthly("2026-12-12", memory={"2026-12-10": OPEN}) == {"|2026-12-10": "2026-12-12"}
    assert monthly("2026-12-08", memory={"2026-12-10": OPEN}) == {"|2026-12-10": "2026-12-08"}
    assert monthly("2027-02-01", memory={"2026-12-10": OPEN}) == {"|2026-12-10": "2027-02-01"}


def test_an_occurrence_that_is_done_is_not_asked_again_when_the_start_moves():
    """The next one is shown beside it, as after any that is done early."""
    moved = monthly("2026-12-12", memory={"2026-12-10": DONE})

    assert moved == {"|2026-12-10": "2026-12-12", "|2027-01-12": "2027-01-12"}


def test_a_moved_occurrence_keeps_its_name_as_the_next_ones_come():
    known = {"2026-12-10": OPEN, "2027-01-12": OPEN}

    later = monthly("2026-12-12", memory=known, now=datetime(2026, 12, 20, tzinfo=UTC))

    assert later == {"|2026-12-10": "2026-12-12", "|2027-01-12": "2027-01-12"}


def test_one_that_the_next_has_come_after_is_over_though_it_is_open():
    known = {"2026-11-10": OPEN, "2026-12-10": OPEN}

    assert monthly("2026-11-10", memory=known, now=datetime(2026, 12, 11, tzinfo=UTC)) == {
        "|2026-12-10": "2026-12-10",
        "|2027-01-10": "2027-01-10",
    }


@pytest.mark.parametrize("if_missing", ["leave", "hold"])
def test_a_date_that_can_not_be_read_leaves_the_open_occurrence_as_it_stands(if_missing):
    """Held: neither written nor ended."""
    held = monthly("next spring", memory={"2026-12-10": OPEN}, due={"if_missing": if_missing})

    assert list(held) == ["|2026-12-10"]
    assert "no date" in held["|2026-12-10"]


def test_an_emptied_date_holds_the_open_occurrence_or_ends_it_as_the_rule_says():
    known = {"2026-12-10": OPEN}

    assert monthly(None, memory=known, due={"if_missing": "hold"}) == {
        "|2026-12-10": "waits for a date: attribute:A.Review"
    }
    assert monthly(None, memory=known) == {}


def test_the_due_date_of_an_occurrence_is_adjusted_after_the_rule():
    assert date.fromisoformat(monthly("2026-12-12", due={"adjust": "next"})["|2026-12-12"]) == date(2026, 12, 14)
