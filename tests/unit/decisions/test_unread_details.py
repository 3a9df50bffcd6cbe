"""What is decided where only the task was read, or only its own versions are known: nothing that rests on the rest."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.decisions.actions import Remember, Write
from shared.decisions.decide import decide
from shared.decisions.merge import merge
from shared.decisions.observed import Found, Missing, Unread
from shared.decisions.outcome import Refuse, check_outcomes, judge
from shared.models.events import EventKind
from shared.models.holds import HoldCause, RefusalReason
from shared.models.link import LinkState
from shared.models.planner_writes import DetailsPatch
from shared.models.wanted import Outcome, Owner
from shared.models.workflow import Disposition, StepForm
from tests.build import ALICE, BOB, NOW, POLICY, approval, found, link, target, view, wanted
from tests.narrowing import sure


def alone(item=None, **changes):
    """The task without its details."""
    return Found(found(item, **changes).task)


def act(item, known, seen, **changes):
    return decide(view(item, known, seen, **changes), POLICY, NOW)


def test_a_decision_is_not_taken_from_a_task_whose_details_could_not_be_read():
    item = approval()
    done = alone(
        item,
        percentComplete=100,
        completedDateTime=(NOW - timedelta(minutes=5)).isoformat(),
        completedBy={"user": {"id": ALICE}},
    )

    verdict = judge(item, link(item), done, NOW, timedelta(seconds=60))

    assert isinstance(verdict, Refuse)
    assert verdict.refusal.reason is RefusalReason.DETAILS_GONE


def test_what_stands_in_details_that_were_not_read_is_neither_written_nor_taken():
    changed = wanted(title="New", context=("Region: EMEA",))

    merged = merge(target(changed), alone(), link().base)

    assert (sure(merged.task).title, merged.details, "context" in merged.agreed) == ("New", None, False)


@pytest.mark.parametrize(
    ("item", "known", "seen"),
    [
        pytest.param(wanted(), link(state="released"), Unread("503"), id="a released task that can't be read"),
        pytest.param(wanted(), link(state="released"), None, id="a released task that was not read"),
        pytest.param(None, link(state="held", hold="plan_gone", task_id=None), None, id="held, and nobody says more"),
        pytest.param(wanted(), link(details_done=False), alone(), id="details to be written that can't be read"),
        pytest.param(approval(), link(approval(), state="completed"), found(approval()), id="a step that was decided"),
    ],
)
def test_what_was_not_read_decides_nothing(item, known, seen):
    assert act(item, known, seen) is None


def test_an_ended_task_whose_details_could_not_be_read_is_ended_all_the_same_without_its_note():
    seen = alone()

    action = decide(
        replace(view(None, link(), seen), why_not="Contract.Region is APAC"),
        POLICY,
        NOW,
    )

    assert isinstance(action, Write)
    assert (action.link.state, sure(action.task).percent_complete, action.details) == (LinkState.CLOSED, 100, None)


def test_a_deleted_task_of_an_item_that_the_record_asks_for_no_more_ends_with_that_reason():
    deleted = decide(replace(view(None, link(), Missing()), why_not="Contract.Region is APAC"), POLICY, NOW)

    assert isinstance(deleted, Remember)
    assert (deleted.link.state, deleted.link.task_id) == (LinkState.CLOSED, None)
    assert deleted.link.reason == "the record no longer asks for it: Contract.Region is APAC"
    assert [event.what for event in deleted.events] == [EventKind.DELETED]


def test_an_item_that_was_held_and_can_go_on_is_freed_before_anything_is_written():
    freed = act(wanted(title="New"), link(hold=HoldCause.TARGET, reason="gone"), found())

    assert isinstance(freed, Remember)
    assert (freed.link.hold, freed.again) == (None, True)


def test_a_hindered_task_whose_details_could_not_be_read_waits_without_a_note():
    held = wanted().held_for(HoldCause.TARGET, "the plan is gone")
    known = link(hold=HoldCause.TARGET, reason="the plan is gone")

    assert act(held, known, alone()) is None


@pytest.mark.parametrize(
    ("field", "changes", "read", "wrote", "conflict"),
    [
        pytest.param("title", {"title": "Ours"}, {"title": "Theirs"}, {"title": "Ours"}, True, id="one value: ours"),
        pytest.param("title", {"title": "Same"}, {"title": "Same"}, None, False, id="one value: the same"),
        pytest.param(
            "assignees",
            {"assignees": (BOB,)},
            {"assignments": {ALICE: {}}},
            {"assign": (BOB,)},
            False,
            id="people: nobody is taken away",
        ),
        pytest.param("priority", {"priority": 1}, {"priority": 9}, None, False, id="a field of people's stays theirs"),
    ],
)
def test_a_field_that_was_never_agreed_on_is_merged_without_taking_anything_away(field, changes, read, wrote, conflict):
    base = {name: known for name, known in link().base.items() if name != field}
    item = wanted(**changes)

    merged = merge(target(item), found(item, **read), base)

    sent = {} if merged.task is None else merged.task.model_dump(exclude_defaults=True)
    assert sent == (wrote or {})
    assert [(one.field, one.winner) for one in merged.conflicts] == ([(field, Owner.OPENTEXT)] if conflict else [])


def test_a_block_that_was_never_agreed_on_is_written():
    base = {name: known for name, known in link().base.items() if name != "context"}

    merged = merge(target(wanted(context=("Region: EMEA",))), found(), base)

    assert isinstance(merged.details, DetailsPatch)
    assert "Region: EMEA" in sure(merged.details.description)


APPROVE = Disposition(key="Approve", label="Approve")


@pytest.mark.parametrize(
    ("form", "outcomes", "said"),
    [
        pytest.param(StepForm(dispositions=(APPROVE,), can_send_on=True), (), None, id="a plain send-on is offered"),
        pytest.param(StepForm(), (), None, id="nothing else is offered"),
        pytest.param(StepForm(dispositions=(APPROVE,)), (), "only be completed with one of: Approve", id="none named"),
        pytest.param(
            StepForm(dispositions=(APPROVE,)),
            (Outcome(disposition="Accept", title="Accept"),),
            "the rule's outcomes are Accept; the step offers Approve",
            id="another named",
        ),
    ],
)
def test_a_rule_s_outcomes_are_held_to_the_step_s_form(form, outcomes, said):
    found_wrong = check_outcomes(form, outcomes)

    assert found_wrong is None if said is None else said in sure(found_wrong)
