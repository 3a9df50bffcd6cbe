"""Who completed a step in OpenText itself, when and how: only as far as the workflow's record proves it."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.decisions.decided_there import decided_there
from shared.models.workflow import Activity, DecidedThere
from tests.narrowing import sure
from tests.unit.mapping.mapping_world import DEKE, PETER, STARTED, of_workflow, step

AT = STARTED + timedelta(hours=2)
REJECTED = Activity(at=AT, user_id=DEKE.user_id, action="disposition", comment="Term is wrong", label="Reject")


def line(**changes):
    return REJECTED.model_copy(update=changes)


FOUND = {
    "a disposition": ([REJECTED], "Reject"),
    "a plain send-on": ([line(action="sendon", label="")], ""),
    "the first since the step began": ([line(at=AT + timedelta(hours=1), label="Approve"), REJECTED], "Reject"),
    "not one of an earlier visit": ([line(at=STARTED - timedelta(hours=1))], None),
    "not somebody else's": ([line(user_id=PETER.user_id)], None),
    "not a comment, or handing on": ([line(action="forward"), line(action="attachment")], None),
    "not one without its time": ([line(at=None)], None),
    "nothing": ([], None),
}


@pytest.mark.parametrize(("activities", "what"), FOUND.values(), ids=FOUND)
def test_what_ended_a_step(activities, what):
    done = step()
    workflow = sure(of_workflow(step(2, performers=(PETER,)), completed=(done,)).workflow)
    expected = None if what is None else DecidedThere(by="Dfoxhoven", at=AT, what=what, comment="Term is wrong")

    assert decided_there(done, workflow, activities) == expected


@pytest.mark.parametrize(("began", "is_known"), [(AT - timedelta(hours=1), False), (AT + timedelta(hours=1), True)])
def test_of_two_steps_that_one_person_had_it_is_not_said_which(began, is_known):
    done = step()
    workflow = sure(of_workflow(step(2, started=began), completed=(done,)).workflow)

    assert (decided_there(done, workflow, [REJECTED]) is not None) is is_known


def test_a_time_stays_a_time():
    assert decided_there(
        step(), sure(of_workflow(completed=()).workflow), [line(at=datetime(2026, 11, 19, 9, tzinfo=UTC))]
    )
