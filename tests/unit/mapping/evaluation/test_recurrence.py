"""Recurring dates: as an independent model has them, and the same occurrences after their start moved."""

from datetime import UTC, date, datetime
from itertools import islice
from random import Random

import pytest

from shared.mapping.language.recurrence import read_recurrence
from shared.models.item_memory import ItemMemory
from tests.fuzz_recurrence import after_a_move, does_not_end, lost_by_a_move, wrong_dates
from tests.unit.mapping.mapping_world import mapping_of, of_workspace, want, workspace_rule

DECEMBER = datetime(2026, 12, 1, 12, tzinfo=UTC)
OPEN, DONE = ItemMemory(), ItemMemory(is_open=False)


@pytest.mark.parametrize("question", [wrong_dates, lost_by_a_move, does_not_end])
def test_random_rules_are_as_a_model_written_apart_has_them(question):
    """More of them: python -m tests.fuzz_recurrence 100000."""
    answers = [question(Random(seed)) for seed in range(100)]  # noqa: S311 - rules, no secret

    assert [answer for answer in answers if answer] == []
    assert answers.count("") > 60


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        pytest.param("FREQ=MONTHLY;BYDAY=SA,-1SU", ["2026-01-03", "2026-01-10", "2026-01-17"], id="places-of-some"),
        pytest.param("FREQ=YEARLY;BYDAY=20MO", ["2026-05-18", "2027-05-17", "2028-05-15"], id="a-place-in-the-year"),
        pytest.param(
            "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", ["2026-05-11", "2027-05-17", "2028-05-15"], id="a-week-of-the-year"
        ),
        pytest.param(
            "FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3", ["2026-01-07", "2026-02-05", "2026-03-05"], id="a-place-in-a-set"
        ),
        pytest.param(
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
            ["2026-01-29", "2026-02-26", "2026-03-30"],
            id="from-the-end",
        ),
        pytest.param(
            "FREQ=WEEKLY;INTERVAL=2;COUNT=3;BYDAY=TU,SU;WKST=MO",
            ["2026-01-04", "2026-01-13", "2026-01-18"],
            id="weeks-begin-on-monday",
        ),
        pytest.param("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2028-02-29", "2032-02-29", "2036-02-29"], id="leap-days"),
    ],
)
def test_rules_that_people_write_have_the_days_that_the_calendar_shows(rule, days):
    found = [day.isoformat() for day in islice(read_recurrence(rule, date(2026, 1, 1)), 3)]

    assert found == days


def test_a_rule_that_never_comes_is_asked_no_further_than_the_calendar_goes():
    """Every fourth year from an odd one on has no 29th of February."""
    assert list(read_recurrence("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", date(2025, 1, 1))) == []


@pytest.mark.parametrize(
    ("start", "days"),
    [
        pytest.param(date(1, 1, 1), ["0004-02-29", "0008-02-29"], id="the-first-year"),
        pytest.param(date(1896, 3, 1), ["1904-02-29", "1908-02-29"], id="a-century-without-a-leap-day"),
        pytest.param(date(1999, 1, 1), ["2000-02-29", "2004-02-29"], id="a-century-with-one"),
        pytest.param(date(2093, 1, 1), ["2096-02-29", "2104-02-29"], id="the-next-century-without"),
        pytest.param(date(9990, 1, 1), ["9992-02-29", "9996-02-29"], id="the-last-years"),
    ],
)
def test_years_are_told_apart_wherever_the_rule_begins(start, days):
    found = [day.isoformat() for day in islice(read_recurrence("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", start), 2)]

    assert found == days


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


@pytest.mark.parametrize(
    ("rule", "start", "moved"),
    [
        pytest.param("FREQ=YEARLY;BYMONTH=8,9", "2026-05-31", "2026-06-03", id="months-without-the-31st"),
        pytest.param("FREQ=YEARLY;BYMONTH=2,3,6", "2026-06-30", "2026-08-09", id="february-without-the-30th"),
        pytest.param("FREQ=MONTHLY;INTERVAL=2;BYMONTH=7,9,10", "2026-04-27", "2026-05-07", id="odd-months-for-even"),
        pytest.param("FREQ=MONTHLY;INTERVAL=12;BYDAY=1SU,5WE", "2026-02-03", "2026-03-15", id="a-fifth-wednesday"),
    ],
)
def test_a_moved_start_that_gives_the_rule_more_days_asks_for_none_before_what_is_done(rule, start, moved):
    parts = dict(part.split("=") for part in rule.split(";"))

    assert after_a_move(parts, date.fromisoformat(start), date.fromisoformat(moved)) == ""


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
