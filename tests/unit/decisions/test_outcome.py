"""Approval safety: which completions advance a step, and how the others are refused."""

from datetime import timedelta

import pytest

from shared.decisions.fields import outcome_lines
from shared.decisions.outcome import (
    Advance,
    Done,
    Overtaken,
    Refuse,
    SendAgain,
    Wait,
    check_form,
    judge,
    resume_sending,
)
from shared.models.link import SendIntent
from shared.models.opentext import Activity, Disposition, DocumentVersion, StepForm
from tests.build import ALICE, EVE, NOW, STEP, approval, decider, found, link

GRACE = timedelta(seconds=60)


def completed(item, *, by=ALICE, ticks=("Approve",), ago=timedelta(minutes=5)):
    """The step's task, completed."""
    lines = {
        key: {"title": disposition, "isChecked": disposition in ticks}
        for key, disposition in outcome_lines(item).items()
    }
    return found(
        item,
        details={"checklist": lines},
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
        (approval(), {}, Advance("Approve", decider(ALICE))),
        (approval(), {"ticks": ("Reject",)}, Advance("Reject", decider(ALICE))),
        (approval(outcomes=()), {"ticks": ()}, Advance(None, decider(ALICE))),
        (approval(), {"by": EVE}, "wrong_person"),
        (approval(), {"by": None}, "wrong_person"),
        (approval(deciders=(decider(EVE),)), {"by": EVE}, Advance("Approve", decider(EVE))),
        (approval(documents=(DocumentVersion(node_id=77, version=2),)), {}, "new_version"),
        (approval(), {"ticks": ()}, "no_outcome"),
        (approval(), {"ticks": ("Approve", "Reject")}, "many_outcomes"),
        (approval(), {"ticks": (), "ago": timedelta(seconds=20)}, Wait(NOW + timedelta(seconds=40))),
        (approval(), {"by": EVE, "ticks": (), "ago": timedelta(seconds=20)}, "wrong_person"),
    ],
    ids=[
        "approved",
        "rejected",
        "plain",
        "wrong-person",
        "unknown-person",
        "delegate",
        "new-version",
        "no-outcome",
        "two-outcomes",
        "the-tick-may-be-on-its-way",
        "a-stranger-needs-no-grace",
    ],
)
def test_a_completion_is_judged(item, seen, expected):
    known = link(item, bound=approval().documents)

    assert verdict(item, completed(item, **seen), known) == expected


@pytest.mark.parametrize(
    ("form", "disposition", "problem"),
    [
        (StepForm(dispositions=(Disposition(key="Approve", label="Approve"),)), "Approve", None),
        (StepForm(dispositions=(Disposition(key="Yes", label="Yes"),)), "Approve", "does not offer"),
        (StepForm(can_send_on=True), None, None),
        (StepForm(dispositions=(Disposition(key="Yes", label="Yes"),)), None, "one of several"),
        (StepForm(can_send_on=True, wants_password=True), None, "password"),
    ],
    ids=["offered", "not-offered", "plain", "outcome-needed", "password"],
)
def test_the_step_s_own_form_has_the_last_word(form, disposition, problem):
    said = check_form(form, disposition)

    assert said is None if problem is None else problem in said


INTENT = SendIntent(id="bridge-1", step=STEP, at=NOW)


@pytest.mark.parametrize(
    ("comments", "current", "expected"),
    [
        (["via the bridge [bridge-1]"], True, Done()),
        (["via the bridge [bridge-1]"], False, Done()),
        (["by hand"], True, SendAgain()),
        (["by hand"], False, Overtaken()),
    ],
    ids=["done-and-looped-back", "done", "never-arrived", "somebody-else"],
)
def test_a_lost_send_on_is_found_by_its_id(comments, current, expected):
    """The step being current proves nothing: a loop comes back to it."""
    activities = tuple(Activity(at=NOW, user_id=1, action="sendon", comment=comment) for comment in comments)

    assert resume_sending(INTENT, is_current=current, activities=activities) == expected
