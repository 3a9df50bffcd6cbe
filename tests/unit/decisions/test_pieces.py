"""A write that Planner refused is taken apart: the note to people first, then the lists, line by line."""

from dataclasses import replace

import pytest

from shared.decisions.actions import Write
from shared.decisions.pieces import asked_by, of_what_changes, pieces
from shared.models.link import FieldBase
from shared.models.planner_writes import ChecklistLine, DetailsPatch, TaskPatch
from tests.build import ALICE, BOB, EVE, details_of, link, wanted

WRITE = Write(
    link(),
    None,
    task=TaskPatch(title="New", assign=(BOB, EVE), set_categories=("category2",)),
    details=DetailsPatch(
        description="a note", checklist={"a": ChecklistLine(title="A"), "b": ChecklistLine(title="B")}
    ),
    asked={"title": "New", "assignees": [ALICE, BOB, EVE], "checklist": {"a": "A", "b": "B"}},
)


def test_the_note_to_people_is_tried_before_the_lists():
    assert [piece.name for piece in pieces(WRITE, in_details=True)] == ["description", "checklist"]


@pytest.mark.parametrize(
    ("name", "in_details", "lines"),
    [
        pytest.param("title", False, [], id="a text is one piece"),
        pytest.param("set_categories", False, [], id="a list of one is one piece"),
        pytest.param("assign", False, [(BOB,), (EVE,)], id="people one by one"),
        pytest.param(
            "checklist", True, [{"a": ChecklistLine(title="A")}, {"b": ChecklistLine(title="B")}], id="lines by key"
        ),
    ],
)
def test_a_list_is_tried_line_by_line(name, in_details, lines):
    (piece,) = [piece for piece in pieces(WRITE, in_details=in_details) if piece.name == name]

    assert [one.value for one in piece.finer()] == lines


def test_each_piece_is_a_patch_of_its_own():
    title, *_ = pieces(WRITE, in_details=False)

    assert title.task == TaskPatch(title="New")


def test_of_what_was_asked_only_what_was_written_or_stood_before_counts_as_asked():
    people = [piece for piece in pieces(WRITE, in_details=False) if piece.name == "assign"]
    eve = [one for one in people[0].finer() if one.value == (EVE,)]
    unasked = [piece for piece in pieces(WRITE, in_details=True) if piece.name == "description"]

    asked = asked_by([*eve, *unasked], WRITE, {"assignees": FieldBase(asked=[ALICE], got=[ALICE])})

    assert asked == {"assignees": [ALICE, EVE]}


@pytest.mark.parametrize(
    ("line", "stands"),
    [
        pytest.param({"a": ChecklistLine(title="A", is_checked=False)}, True, id="as it is"),
        pytest.param({"a": ChecklistLine(is_checked=False)}, True, id="no tick, as before"),
        pytest.param({"a": ChecklistLine(is_checked=True)}, False, id="a tick"),
        pytest.param({"a": ChecklistLine(title="B")}, False, id="another text"),
        pytest.param({"a": None}, False, id="is taken away"),
        pytest.param({"b": None}, True, id="is gone already"),
        pytest.param({"b": ChecklistLine(title="B")}, False, id="is new"),
    ],
)
def test_a_line_that_stands_so_already_need_not_be_written(line, stands):
    details = details_of(wanted(), checklist={"a": {"title": "A"}})
    write = Write(link(), None, details=DetailsPatch(checklist=line))

    assert of_what_changes(write, details).details == (None if stands else write.details)
    noted = replace(write, details=DetailsPatch(description="a note", checklist=line))
    assert of_what_changes(noted, details).details == (DetailsPatch(description="a note") if stands else noted.details)
