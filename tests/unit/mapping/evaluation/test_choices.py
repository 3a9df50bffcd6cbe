"""What the record chooses, and dates that are counted from what happened."""

import pytest

from shared.errors import MappingError
from shared.models.item_memory import ItemMemory
from tests.narrowing import sure
from tests.unit.mapping.mapping_world import NOW, later, mapping_of, of_workspace, want, workspace_rule

BY = {"by": "attribute:Contract.Region", "map": {"EMEA": "urgent", "APAC": "low"}}


def task_in(region, **task):
    origin = of_workspace(attributes={"Contract.Region": region})
    return want(mapping_of(workspace_rule(task)), origin).tasks[0]


@pytest.mark.parametrize(("region", "priority"), [("EMEA", 1), ("APAC", 9), ("DACH", 5), (None, 5), (("X", "APAC"), 9)])
def test_the_record_chooses_and_everything_else_gets_the_rest(region, priority):
    assert task_in(region, priority={**BY, "else": "medium"}).priority == priority


def test_a_value_for_which_nothing_is_given_holds_the_task_and_says_so():
    task = task_in("DACH", priority=BY)

    assert task.held == "Contract.Region is DACH: the rule gives nothing for it, and no else"


def test_an_attribute_that_is_not_there_chooses_nothing_not_even_the_rest():
    choice = {"by": "attribute:Contract.Typo", "map": {"EMEA": "urgent"}, "else": "low"}

    assert task_in("EMEA", priority=choice).held.startswith("not known: ")


def test_bucket_labels_and_plan_are_chosen_too():
    by = {"by": "attribute:Contract.Region"}
    task = task_in(
        "EMEA",
        bucket={**by, "map": {"EMEA": "Europe"}},
        labels={**by, "map": {"EMEA": ["Late"]}},
        plan={**by, "map": {"EMEA": "contracts"}},
    )

    assert (task.bucket, task.labels, task.plan.title) == ("Europe", ("Late",), "Contracts")


def test_the_record_chooses_the_calendar_that_its_dates_are_counted_in():
    calendars = {"berlin": {"holidays": "DE-BE"}, "dubai": {"workdays": ["sun", "mon", "tue", "wed", "thu"]}}
    rule = workspace_rule(
        {"due": {"on": "2026-11-26", "business_days": 1}},
        calendar={"by": "attribute:Contract.Region", "map": {"DACH": "berlin", "MEA": "dubai"}},
    )
    mapping = mapping_of(rule, calendars=calendars)
    dues = [
        str(want(mapping, of_workspace(attributes={"Contract.Region": region})).tasks[0].due)
        for region in ("DACH", "MEA")
    ]

    assert dues == ["2026-11-27", "2026-11-29"]
    nowhere = want(mapping, of_workspace(attributes={"Contract.Region": "X"}))
    assert (nowhere.tasks, nowhere.is_undecided("package|task-0")) == ((), True)


def test_a_date_is_counted_from_another_tasks_completion():
    rule = workspace_rule(
        {"key": "review"},
        {"key": "report", "depends_on": "review", "due": {"from": "done:review", "business_days": 3}},
    )
    mapping = mapping_of(rule)
    before = want(mapping, of_workspace()).tasks
    done = frozenset({"package|review"})
    after = want(mapping, of_workspace(), completed=done, memory={"package|review": ItemMemory(completed_at=NOW)}).tasks

    assert [task.due for task in before] == [None, None]
    assert [str(task.due) for task in after if task.item_key == "package|report"] == ["2026-11-26"]


def test_a_date_is_counted_from_the_tasks_own_making():
    mapping = mapping_of(workspace_rule({"due": {"from": "appeared", "days": 5}}))
    made = {"package|task-0": ItemMemory(made_at=later(days=-10))}

    assert str(want(mapping, of_workspace()).tasks[0].due) == "2026-11-28"
    assert str(want(mapping, of_workspace(), memory=made).tasks[0].due) == "2026-11-18"


def test_a_task_shows_up_when_its_day_comes_and_stays():
    mapping = mapping_of(workspace_rule({"due": "2027-06-30", "appears": {"from": "due", "days": -90}}))
    early = want(mapping, of_workspace())

    assert (early.tasks, sure(early.look_again).date().isoformat()) == ((), "2027-04-01")
    assert len(want(mapping, of_workspace(), later(days=129)).tasks) == 1
    made = {"package|task-0": ItemMemory(made_at=NOW)}
    assert len(want(mapping, of_workspace(), memory=made).tasks) == 1


def test_a_date_from_a_task_that_is_not_there_is_refused():
    with pytest.raises(MappingError, match="no other task has the key 'reveiw'; did you mean 'review'"):
        mapping_of(workspace_rule({"key": "review"}, {"key": "report", "due": {"from": "done:reveiw"}}))
