"""Who may hand a step on in Planner: the performer, and nobody else."""

import pytest

from shared.decisions.reassignment import Handover, Helpers, PutBack, read_reassignment
from shared.models.deciders import FoundBy
from shared.models.planner import Assignment
from tests.build import ALICE, BOB, EVE, approval, decider

NORA, DEPUTY = "user-nora", "user-deputy"
ITEM = approval(assignees=(ALICE,), deciders=(decider(ALICE), decider(DEPUTY, found_by=FoundBy.DELEGATE)))
GROUP = approval(assignees=(ALICE, BOB), deciders=(decider(ALICE), decider(BOB, 1001)))
APP = {"application": {"id": "bridge"}}


def by(who: object) -> Assignment:
    return Assignment.model_validate({"assignedBy": {"user": {"id": who}} if isinstance(who, str) else who})


@pytest.mark.parametrize(
    ("assignments", "expected"),
    [
        pytest.param({NORA: by(ALICE)}, Handover(decider(ALICE), NORA), id="the performer replaces himself"),
        pytest.param({ALICE: by(APP), NORA: by(ALICE)}, Helpers(), id="the performer adds a helper"),
        pytest.param({ALICE: by(APP), NORA: by(DEPUTY)}, Helpers(), id="a delegate adds a helper"),
        pytest.param({ALICE: by(APP), EVE: by(EVE)}, PutBack(), id="a stranger adds himself"),
        pytest.param({ALICE: by(APP), NORA: by(ALICE), EVE: by(EVE)}, PutBack(), id="beside a helper"),
        pytest.param({EVE: by(EVE)}, PutBack(), id="a stranger replaces the performer"),
        pytest.param({NORA: by(EVE)}, PutBack(), id="a stranger gives it to another"),
        pytest.param({NORA: by(DEPUTY)}, PutBack(), id="a delegate hands it on"),
        pytest.param({DEPUTY: by(DEPUTY)}, PutBack(), id="a delegate takes it over"),
        pytest.param({NORA: by(APP)}, PutBack(), id="an application gives it to another"),
        pytest.param({NORA: by(None)}, PutBack(), id="Planner names nobody"),
        pytest.param({NORA: by(ALICE), BOB: by(ALICE)}, PutBack(), id="one becomes two"),
        pytest.param({}, PutBack(), id="the performer is removed, by whomever"),
    ],
)
def test_only_the_performer_hands_the_own_step_on(assignments, expected):
    assert read_reassignment(ITEM, assignments, frozenset({ALICE}), movable=True) == expected


def test_with_four_eyes_a_step_is_not_handed_to_who_started_the_workflow():
    item = ITEM.model_copy(update={"four_eyes": True, "started_by": NORA})

    assert read_reassignment(item, {NORA: by(ALICE)}, frozenset({ALICE}), movable=True) == PutBack()
    assert read_reassignment(item, {BOB: by(ALICE)}, frozenset({ALICE}), movable=True) == Handover(decider(ALICE), BOB)


def test_a_helper_does_not_become_the_performer_when_somebody_removes_the_performer():
    """A removal names nobody: a stranger could do it once the performer has a helper."""
    helped = frozenset({ALICE, NORA})

    assert read_reassignment(ITEM, {NORA: by(ALICE)}, helped, movable=True) == PutBack()


def test_who_was_named_in_opentext_since_has_not_left_a_task_that_does_not_show_it_yet():
    """The step was a group's, and is one person's now, who puts a helper on the task: nothing is handed on."""
    named = frozenset({BOB, EVE})

    assert read_reassignment(ITEM, {BOB: by(APP), NORA: by(ALICE)}, named, movable=True) == Helpers()
    assert read_reassignment(ITEM, {BOB: by(APP), NORA: by(EVE)}, named, movable=True) == PutBack()


def test_who_was_given_a_step_hands_it_on_before_the_bridge_has_agreed_on_that():
    assert read_reassignment(ITEM, {NORA: by(ALICE)}, frozenset({BOB}), movable=True) == Handover(decider(ALICE), NORA)


def test_a_group_step_is_never_moved():
    assert (
        read_reassignment(GROUP, {ALICE: by(APP), NORA: by(BOB)}, frozenset({ALICE, BOB}), movable=False) == PutBack()
    )
