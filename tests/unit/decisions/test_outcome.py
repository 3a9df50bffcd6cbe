"""Approval safety: which completions advance a step, and how the others are refused."""

from datetime import timedelta

import pytest

from shared.decisions.outcome import (
    Advance,
    Done,
    NotMoved,
    Overtaken,
    Refuse,
    SendAgain,
    Wait,
    check_form,
    judge,
    resume_sending,
)
from shared.models.link import SendIntent
from shared.models.opentext import DocumentVersion
from shared.models.workflow import Activity, Disposition, StepForm
from tests.build import ALICE, EVE, NOW, STEP, approval, decider, found, link, outcome_states
from tests.narrowing import sure

GRACE = timedelta(seconds=60)
APPROVE, REJECT = approval().outcomes


def completed(item, *, by=ALICE, ticks=("Approve",), ago=timedelta(minutes=5)):
    """The step's task, completed."""
    return found(
        item,
        details={"checklist": outcome_states(item, ticks, by, NOW - ago - timedelta(seconds=5))},
        percentComplete=100,
        completedDateTime=(NOW - ago).isoformat(),
        completedBy=None if by is None else {"user": {"id": by}},
    )


def verdict(item, seen, known=None):
    """Judge, in a word."""
    result = judge(item, known or link(item), seen, NOW, GRACE)
    return result.refusal.reason if isinstance(result, Refuse) else result


@pytest.mark.parametrize(
    ("item", "seen", "expected"),
    [
        pytest.param(approval(), {}, Advance(APPROVE, decider(ALICE)), id="approved"),
        pytest.param(approval(), {"ticks": ("Reject",)}, Advance(REJECT, decider(ALICE)), id="rejected"),
        pytest.param(approval(outcomes=()), {"ticks": ()}, Advance(None, decider(ALICE)), id="plain"),
        pytest.param(approval(), {"by": EVE}, "wrong_person", id="wrong-person"),
        pytest.param(approval(), {"by": None}, "wrong_person", id="unknown-person"),
        pytest.param(approval(deciders=(decider(EVE),)), {"by": EVE}, Advance(APPROVE, decider(EVE)), id="delegate"),
        pytest.param(
            approval(documents=(DocumentVersion(node_id=77, version=2),)), {}, "new_version", id="new-version"
        ),
        pytest.param(approval(), {"ticks": ()}, "no_outcome", id="no-outcome"),
        pytest.param(approval(), {"ticks": ("Approve", "Reject")}, "many_outcomes", id="two-outcomes"),
        pytest.param(
            approval(),
            {"ticks": (), "ago": timedelta(seconds=20)},
            Wait(NOW + timedelta(seconds=40)),
            id="the-tick-may-be-on-its-way",
        ),
        pytest.param(
            approval(),
            {"by": EVE, "ticks": (), "ago": timedelta(seconds=20)},
            "wrong_person",
            id="a-stranger-needs-no-grace",
        ),
    ],
)
def test_a_completion_is_judged(item, seen, expected):
    known = link(item, bound=approval().documents)

    assert verdict(item, completed(item, **seen), known) == expected


def test_who_started_the_workflow_decides_no_step_that_asks_for_four_eyes():
    started = decider(ALICE).told_apart(ALICE, None)

    for four_eyes, expected in ((True, "four_eyes"), (False, Advance(APPROVE, started))):
        item = approval(deciders=(started,), four_eyes=four_eyes)
        assert verdict(item, completed(item), link(item)) == expected


@pytest.mark.parametrize(
    ("shown", "bound", "expected"),
    [
        pytest.param(timedelta(minutes=-1), approval().documents, Advance(None, decider(ALICE)), id="shown before"),
        pytest.param(timedelta(0), approval().documents, "not_shown", id="shown within the same second"),
        pytest.param(timedelta(seconds=-1), approval().documents, Advance(None, decider(ALICE)), id="a second before"),
        pytest.param(timedelta(seconds=1), approval().documents, "not_shown", id="shown only afterwards"),
        pytest.param(None, (), "not_shown", id="never shown"),
    ],
)
def test_a_completion_counts_only_for_what_the_task_showed_by_then(shown, bound, expected):
    """Without outcomes no tick guards it: the moment of the completion alone does."""
    item, ago = approval(outcomes=()), timedelta(minutes=5)
    known = link(item, bound=bound, shown_at=None if shown is None else NOW - ago + shown)

    assert verdict(item, completed(item, ticks=(), ago=ago), known) == expected


@pytest.mark.parametrize(
    ("form", "disposition", "problem"),
    [
        pytest.param(
            StepForm(dispositions=(Disposition(key="Approve", label="Approve"),)), "Approve", None, id="offered"
        ),
        pytest.param(
            StepForm(dispositions=(Disposition(key="Yes", label="Yes"),)), "Approve", "does not offer", id="not-offered"
        ),
        pytest.param(StepForm(can_send_on=True), None, None, id="plain"),
        pytest.param(
            StepForm(dispositions=(Disposition(key="Yes", label="Yes"),)), None, "one of several", id="outcome-needed"
        ),
        pytest.param(StepForm(can_send_on=True, wants_password=True), None, "password", id="password"),
    ],
)
def test_the_step_s_own_form_has_the_last_word(form, disposition, problem):
    said = check_form(form, disposition)

    assert said is None if problem is None else problem in sure(said)


INTENT = SendIntent(id="bridge-1", step=STEP, at=NOW)


@pytest.mark.parametrize(
    ("comments", "current", "tries", "expected"),
    [
        pytest.param(["via the bridge [bridge-1]"], False, 1, Done(), id="done"),
        pytest.param(["via the bridge [bridge-1]"], True, 1, NotMoved(), id="on record, but the step did not move"),
        pytest.param(["by hand"], True, 1, SendAgain(), id="never arrived"),
        pytest.param(["by hand"], True, 3, NotMoved(), id="taken three times, and nothing came of it"),
        pytest.param(["by hand"], False, 1, Overtaken(), id="somebody else"),
    ],
)
def test_a_lost_send_on_is_found_by_its_id(comments, current, tries, expected):
    """What is current is current on the intent's own visit: a loop back to the step is another one."""
    intent = INTENT.model_copy(update={"tries": tries})
    activities = tuple(Activity(at=NOW, user_id=1, action="sendon", comment=comment) for comment in comments)

    assert resume_sending(intent, is_current=current, activities=activities) == expected
