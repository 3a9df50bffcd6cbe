"""A task for each row of a set, or each value of an attribute: which there are, and which nobody can tell."""

import pytest

from shared.errors import MappingError
from shared.models.opentext import AttributeDefinition, AttributeType
from tests.unit.mapping.mapping_world import day, mapping_of, of_workspace, want, workspace_rule

SET = "Contract.Milestones"
EACH = {"of": SET, "key": "Name"}
TASK = {"key": "each", "for_each": EACH, "title": "{{ row.Name }}"}
DEFINED = (
    AttributeDefinition(name=f"{SET}[x].Name", key="9830_5_x_2"),
    AttributeDefinition(name=f"{SET}[x].Due", key="9830_5_x_3", type=AttributeType.DATE),
)


def rows(*told, **changes):
    """A workspace with these rows; each is its name, or all of its columns."""
    each = [one if isinstance(one, dict) else {"Name": one, "Due": None} for one in told]
    cells = {f"{SET}[{n}].{column}": value for n, row in enumerate(each, 1) for column, value in row.items()}
    return of_workspace(attributes=cells, definitions=DEFINED, **changes)


def made(origin, **task):
    return want(mapping_of(workspace_rule({**TASK, **task})), origin)


def titles(result):
    return sorted(task.title for task in result.tasks)


def key_of(name):
    (task,) = made(rows(name)).tasks
    return task.item_key


def test_there_is_one_task_for_each_row():
    assert titles(made(rows("Design", "Build"))) == ["Build", "Design"]


@pytest.mark.parametrize("told", [("B", "A"), ("A",), ("C", "A"), ({"Name": "A", "Due": "2027-01-29"},), (" A ",)])
def test_a_row_stays_the_same_wherever_it_stands_and_whatever_else_it_holds(told):
    assert key_of("A") in {task.item_key for task in made(rows(*told)).tasks}


def test_columns_are_attributes_of_the_row():
    first = {"Name": "A", "Due": "2027-01-29", "Owner": "lwhite", "Unit Cost": 5, "Level": "High"}
    second = {"Name": "B", "Due": None, "Owner": None, "Unit Cost": None, "Level": "Low"}
    columns = {
        "title": "{{ row.Name }} {{ row['Unit Cost'] }}",
        "due": {"from": "attribute:row.Due", "days": -1},
        "assign": "attribute:row.Owner",
        "context": ["attribute:row.Level"],
        "priority": {"by": "attribute:row.Level", "map": {"High": "urgent"}, "else": "low"},
    }
    extra = tuple(
        AttributeDefinition(name=f"{SET}[x].{one}", key=f"1_5_x_{one}") for one in ("Owner", "Level", "Unit Cost")
    )
    origin = of_workspace(
        attributes={f"{SET}[{n}].{name}": value for n, row in ((1, first), (2, second)) for name, value in row.items()},
        definitions=(*DEFINED, *extra),
    )
    result = {task.title: task for task in made(origin, **columns).tasks}

    assert (result["A 5"].due, result["B"].due) == (day("2027-01-28"), None)
    assert (result["A 5"].priority, result["B"].priority) == (1, 9)
    assert result["A 5"].context == ("Level: High",)
    assert [one.person for one in result["A 5"].people] == ["lwhite"]


def test_a_condition_on_a_column_is_answered_row_by_row():
    result = made(rows("A", "B"), when={"attributes": {"row.Name": {"not": "B"}}})

    assert titles(result) == ["A"]
    assert result.why_not(key_of("B")) == "row.Name is 'B'"


def test_a_row_that_goes_is_a_no_with_what_was_read():
    result = made(rows("A"))

    assert (result.is_undecided(key_of("B")), result.why_not(key_of("B"))) == (False, f"{SET} is A")


@pytest.mark.parametrize("flag", [None, False])
def test_an_emptied_set_shows_one_blank_row_which_is_no_row(flag):
    result = made(rows({"Name": None, "Due": None, "Paid": flag}))

    assert (titles(result), result.is_undecided(key_of("A"))) == ([], False)


def test_while_rows_have_one_key_nothing_ends_and_only_the_others_are_made():
    result = made(rows("A", "B", "A"))

    assert titles(result) == ["B"]
    assert (result.is_undecided(key_of("A")), result.is_undecided(key_of("C"))) == (True, True)
    assert [one.why for one in result.unknown] == ["2 rows are called 'A': nobody can say which one is meant"]


@pytest.mark.parametrize("key", [None, "", "  ", ("A", "B")])
def test_while_a_row_has_no_key_nothing_ends_since_it_may_be_any(key):
    result = made(rows("C", {"Name": key, "Due": "2027-01-29"}))

    assert titles(result) == ["C"]
    assert result.is_undecided(key_of("A"))
    assert "give it one" in result.unknown[0].why


UNREAD = {
    "no attribute can be read": rows("A", not_known={"attributes": "no permission"}),
    "a key can't be read": rows({"Due": "2027-01-29"}, not_known={f"attributes:{SET}[1].Name": "no text"}),
    "no row is told": of_workspace(attributes={}, definitions=DEFINED),
    "the set is not there": of_workspace(attributes={"Contract.Other": 1}),
    "the category is not there": of_workspace(attributes={}),
    "the column is not there": of_workspace(
        attributes={f"{SET}[1].Named": "A"},
        definitions=(AttributeDefinition(name=f"{SET}[x].Named", key="9830_5_x_2"),),
    ),
}


@pytest.mark.parametrize("origin", UNREAD.values(), ids=UNREAD)
def test_while_a_set_cant_be_read_nothing_is_made_or_ended(origin):
    result = made(origin)

    assert result.tasks == ()
    assert result.is_undecided(key_of("A"))


@pytest.mark.parametrize(
    ("each", "why"), [({"of": SET}, "it is a set"), ({"of": "Contract.Tags", "key": "Name"}, "it is no set")]
)
def test_a_key_is_for_sets_and_sets_want_one(each, why):
    origin = of_workspace(attributes={f"{SET}[1].Name": "A", "Contract.Tags": ("x", "y")})
    result = made(origin, for_each=each, title="T")

    assert (result.tasks, why in result.unknown[0].why) == ((), True)


@pytest.mark.parametrize(
    ("held", "shown"), [(("x", "y"), ["x", "y"]), ("x", ["x"]), (None, []), (("x", "x", "y"), ["y"])]
)
def test_values_of_an_attribute_name_themselves(held, shown):
    result = made(of_workspace(attributes={"Contract.Tags": held}), for_each="Contract.Tags", title="{{ row.value }}")

    assert titles(result) == shown


def test_a_column_that_is_not_there_holds_the_task():
    (task,) = made(rows("A"), title="{{ row.Nmae }}").tasks

    assert "did you mean" in task.held


REFUSED = {
    "a row without for_each": ({"title": "{{ row.Name }}"}, "only in a task with `for_each`"),
    "a column without for_each": ({"due": {"from": "attribute:row.Due"}}, "only in a task with `for_each`"),
    "a person without for_each": ({"assign": "attribute:row.Owner"}, "only in a task with `for_each`"),
    "a condition without for_each": ({"when": {"attributes": {"row.A": 1}}}, "only in a task with `for_each`"),
    "a write into a row": ({"for_each": EACH, "on_complete": {"set": {"row.A": 1}}}, "can't be written to"),
    "progress into a row": ({"for_each": EACH, "progress": "row.A"}, "can't be written to"),
    "a wait for all rows": ({"depends_on": "each"}, "nothing can depend on it"),
    "a date from all rows": ({"due": {"from": "done:each"}}, "no date can be counted from it"),
}


@pytest.mark.parametrize(("task", "why"), REFUSED.values(), ids=REFUSED)
def test_what_asks_for_a_row_where_none_is_meant_is_refused(task, why):
    with pytest.raises(MappingError, match=why):
        mapping_of(workspace_rule(TASK, {"title": "Other", **task}))


def test_a_rule_has_no_row():
    with pytest.raises(MappingError, match="only in a task with `for_each`"):
        mapping_of(workspace_rule(TASK, context=["attribute:row.Name"]))


LINE = {"key": "line", "title": "Deliver {{ row.Name }}", "for_each": EACH}


def lines_of(origin, *lines):
    found = want(mapping_of(workspace_rule({"title": "All", "checklist": ["First", *lines]})), origin)
    (task,) = found.tasks
    return task, [line.title for line in task.checklist], found


def test_a_checklist_line_for_each_row_or_value():
    each_value = {"key": "land", "title": "Register in {{ row.value }}", "for_each": "Contract.Countries"}
    cells = {f"{SET}[1].Name": "Design", f"{SET}[2].Name": "Build", "Contract.Countries": ("AT", "DE")}
    countries = AttributeDefinition(name="Contract.Countries", key="9830_9", multi=True)
    _, titles, found = lines_of(of_workspace(attributes=cells, definitions=(*DEFINED, countries)), LINE, each_value)

    assert titles == ["First", "Deliver Design", "Deliver Build", "Register in AT", "Register in DE"]
    assert found.unknown == ()


def test_a_line_is_its_rows_wherever_the_row_stands():
    keys = [
        {line.title: line.key for line in lines_of(rows(*told), LINE)[0].checklist} for told in (("A", "B"), ("B", "A"))
    ]

    assert keys[0] == keys[1]


def test_while_rows_can_not_be_told_apart_the_task_stays_as_it_is():
    task, _, found = lines_of(rows("A", "A"), LINE)

    assert "2 rows are called 'A'" in task.held
    assert [one.blocks for one in found.unknown] == [True]


@pytest.mark.parametrize(
    "task",
    [
        pytest.param({"title": "{{ row.Name }}", "checklist": [LINE]}, id="in the title beside such a line"),
        pytest.param(
            {"title": "x", "checklist": [{"key": "a", "title": "{{ row.Name }}"}]}, id="in a line without for_each"
        ),
    ],
)
def test_the_row_of_a_line_is_known_in_that_line_alone(task):
    with pytest.raises(MappingError, match="`row` is known only"):
        mapping_of(workspace_rule({"key": "each", **task}))
