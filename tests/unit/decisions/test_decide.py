"""What one item needs next. Each row is one sentence of what the bridge promises."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.decisions.actions import (
    CheckSending,
    Create,
    Delegate,
    LookAgain,
    Remember,
    Send,
    SetAttributes,
    Settle,
    Write,
)
from shared.decisions.decide import decide
from shared.decisions.observed import Missing, Unread
from shared.models.link import FieldBase, LinkState, Refusal, SendIntent
from shared.models.opentext import DocumentVersion
from shared.models.planner_writes import TaskPatch
from shared.models.wanted import WhenDeleted
from shared.models.words import ActAs
from shared.models.workflow import StepRef
from tests.build import (
    ALICE,
    BOB,
    EVE,
    NOW,
    POLICY,
    STEP,
    approval,
    decider,
    found,
    link,
    outcome_states,
    view,
    wanted,
    workflow,
)
from tests.narrowing import as_a, sure

DONE: dict[str, Any] = {
    "percentComplete": 100,
    "completedDateTime": "2026-11-23T11:00:00Z",
    "completedBy": {"user": {"id": ALICE}},
}
APP = {"application": {"id": "bridge"}}
LATER = StepRef(process_id=5, subprocess_id=5, task_id=1, visit="2026-11-22T09:00:00")
LATER_ON = NOW + timedelta(minutes=5)
SENDING = SendIntent(id="bridge-1", step=STEP, at=NOW - timedelta(hours=1))


def ticked(item, *dispositions, **changes):
    lines = outcome_states(item, dispositions, ALICE, NOW - timedelta(hours=2))
    return found(item, details={"checklist": lines}, **(DONE | changes))


def act(item, known, seen=None, **changes):
    return decide(view(item, known, seen, **changes), POLICY, NOW)


@pytest.mark.parametrize(
    ("item", "known", "seen", "expected"),
    [
        pytest.param(wanted(), None, None, Create, id="new"),
        pytest.param(wanted(waits_on=("rule|first",)), None, None, type(None), id="waits-on-another"),
        pytest.param(None, None, None, type(None), id="nothing-at-all"),
        pytest.param(wanted(), link(), found(), type(None), id="at-rest"),
        pytest.param(wanted(title="New"), link(), found(), Write, id="changed"),
        pytest.param(wanted(), link(), found(**DONE), Remember, id="completed"),
        pytest.param(
            wanted(on_complete={"A.B": "Done"}), link(), found(**DONE), SetAttributes, id="completed-with-attributes"
        ),
        pytest.param(
            wanted(), link(state="reserved", task_id=None, reserved_at=NOW), None, LookAgain, id="just-reserved"
        ),
        pytest.param(wanted(), link(state="reserved", task_id=None), None, Settle, id="crashed-before-the-answer"),
        pytest.param(None, link(state="reserved", task_id=None), None, Settle, id="reserved-and-not-wanted-any-more"),
        pytest.param(wanted(), link(details_done=False), found(), Write, id="details-missing"),
        pytest.param(wanted(), link(), Unread("503"), type(None), id="unreadable"),
        pytest.param(wanted(), link(), Missing(), Create, id="deleted"),
        pytest.param(
            wanted(), link(reserved_at=NOW - timedelta(minutes=2)), Missing(), LookAgain, id="too-young-to-be-deleted"
        ),
        pytest.param(
            wanted(), link(reserved_at=NOW + timedelta(hours=1)), Missing(), LookAgain, id="too-young-by-a-slow-clock"
        ),
        pytest.param(
            wanted(),
            link(reserved_at=NOW - timedelta(minutes=61)),
            Missing(NOW - timedelta(minutes=60)),
            LookAgain,
            id="too-young-by-planners-clock",
        ),
        pytest.param(wanted(), link(etag='W/"3"'), found(), LookAgain, id="old-replica"),
        pytest.param(wanted(), link(details_etag='W/"d3"'), found(), LookAgain, id="old-replica-of-the-details"),
        pytest.param(
            wanted(), link(state="completed", etag='W/"3"'), found(), LookAgain, id="old-replica-of-a-finished-task"
        ),
        pytest.param(
            None, link(state="released", etag='W/"3"'), found(), LookAgain, id="old-replica-of-a-released-task"
        ),
        pytest.param(wanted(), link(state="withdrawn"), None, type(None), id="withdrawn-stays"),
        pytest.param(wanted(), link(state="closed"), found(**DONE), Write, id="wanted-again"),
        pytest.param(wanted(), link(state="released"), found(), Remember, id="mapping-came-back"),
        pytest.param(approval(), link(approval()), ticked(approval(), "Approve"), Send, id="approved"),
        pytest.param(approval(), link(approval()), ticked(approval()), Remember, id="no-outcome"),
        pytest.param(approval(), link(approval(), sending=SENDING), None, CheckSending, id="sent-and-never-answered"),
        pytest.param(
            approval(),
            link(approval(), sending=SENDING.model_copy(update={"at": NOW})),
            None,
            LookAgain,
            id="sent-just-now",
        ),
        pytest.param(
            approval(),
            link(approval(), sending=SENDING, hold="activities", retry_at=LATER_ON),
            None,
            type(None),
            id="its-outcome-can-not-be-read-yet",
        ),
        pytest.param(
            approval(), link(approval(), state="completed", sent_on="bridge-1"), None, type(None), id="sent-on"
        ),
    ],
)
def test_the_next_step_of_an_item(item, known, seen, expected):
    assert type(act(item, known, seen)) is expected


@pytest.mark.parametrize(
    ("policy", "state"),
    [(WhenDeleted.HOLD, LinkState.HELD), (WhenDeleted.WITHDRAW, LinkState.WITHDRAWN)],
)
def test_a_deleted_task_follows_the_rule_and_is_never_completed(policy, state):
    action = act(wanted(when_deleted=policy), link(), Missing())

    assert (action.link.state, action.link.task_id, action.events[0].what) == (state, None, "deleted")


def test_a_task_that_went_with_its_plan_is_held_and_not_made_nowhere():
    """The group was deleted: the rule's place is gone, and the link says so."""
    action = act(wanted(held="the group does not exist"), link(), Missing())

    assert (action.link.state, action.link.reason, action.link.task_id) == (
        LinkState.HELD,
        "the group does not exist",
        None,
    )
    assert [told.what for told in action.events] == ["deleted", "held"]
    assert act(wanted(held="the group does not exist"), action.link) is None
    assert isinstance(act(wanted(), action.link), Create)


def test_what_planner_refused_waits_for_its_place_too():
    """A refusal would be tried again in an hour; there is nowhere to try while the plan is gone."""
    refused = link(state="held", task_id=None, hold="refused", reason="403", retry_at=NOW - timedelta(hours=1))

    action = act(wanted(held="the group does not exist"), refused)

    assert (action.link.hold, action.link.reason, action.link.retry_at) == ("mapping", "the group does not exist", None)


def test_a_deleted_approval_never_advances_the_workflow():
    assert isinstance(act(approval(), link(approval()), Missing()), Create)


def test_a_refusal_is_written_first_and_the_task_opened_after_it():
    item = approval()
    refused = act(item, link(item), ticked(item, "Approve", completedBy={"user": {"id": EVE}}))
    assert isinstance(refused, Remember)
    assert refused.again

    opened = act(item, refused.link, ticked(item, "Approve", completedBy={"user": {"id": EVE}}))

    assert isinstance(opened, Write)
    assert opened.task == TaskPatch(percent_complete=0)
    assert "not a performer" in sure(sure(opened.details).description)
    assert all(sure(line).is_checked is False for line in sure(opened.details).checklist.values())
    assert opened.link.refusals[-1].reopened


def test_a_new_version_clears_the_ticks_and_is_shown():
    item = approval(documents=(DocumentVersion(node_id=77, version=2),))
    known = link(approval())

    action = act(item, known, ticked(approval(), "Approve", percentComplete=0, completedBy=None))

    assert isinstance(action, Write)
    assert action.rebinds
    assert action.link.bound == item.documents
    # Both lines are written: a tick that comes between the read and this write overlaps with it.
    assert [sure(line).is_checked for line in sure(action.details).checklist.values()] == [False, False]
    assert "document 77: version 2" in sure(sure(action.details).description)


@pytest.mark.parametrize(
    ("origin", "reason"),
    [
        pytest.param(workflow(current=(), completed=(STEP,)), "completed in OpenText by Alice", id="done-by-hand"),
        pytest.param(workflow(current=(), status="stopped"), "stopped", id="stopped"),
        pytest.param(workflow(current=(), status="completed"), "workflow is completed", id="ended"),
        pytest.param(workflow(current=(LATER,)), "came back", id="looped"),
    ],
)
def test_a_step_that_is_over_closes_its_task_with_the_reason(origin, reason):
    item = approval()

    action = act(None, link(item), found(item), origin=origin)

    assert isinstance(action, Write)
    assert action.task == TaskPatch(percent_complete=100)
    assert reason in action.link.reason
    assert reason in sure(sure(action.details).description)


def test_a_step_that_is_nowhere_listed_is_left_alone():
    """Absence is no statement: it may be hidden, or the answer was cut."""
    item = approval()

    assert act(None, link(item), found(item), origin=workflow(current=())) is None


def test_a_task_in_another_plan_is_not_asked_into_a_bucket_of_the_rules_plan():
    """A person moved it; the rule's plan could not be read meanwhile, so that no bucket was agreed on."""
    known = link(plan_id="plan-2", bucket_id="bucket-9")
    moved = known.model_copy(update={"base": known.base | {"bucket": FieldBase(asked=None, got="bucket-9")}})
    there = found(planId="plan-2", bucketId="bucket-9")

    agreed = act(wanted(), moved, there)
    renamed = act(wanted(title="New"), moved, there)

    assert (type(agreed), agreed.events) == (Remember, ())
    assert act(wanted(), agreed.link, there) is None
    assert renamed.task == TaskPatch(title="New")


def test_a_changed_mapping_releases_its_tasks():
    action = act(None, link(rule_hash="old"), found())

    assert (type(action), action.link.state) == (Remember, LinkState.RELEASED)


def test_the_release_of_a_task_that_was_dragged_leaves_the_next_look_nothing_to_do():
    there = found(bucketId="bucket-9")
    dragged = act(wanted(), link(), there).link.model_copy(update={"rule_hash": "old", "details_etag": 'W/"d1"'})
    action = act(None, dragged, there)

    assert action.link.state is LinkState.RELEASED
    assert act(None, action.link, there) is None


def test_a_reassigned_step_is_delegated_or_put_back():
    item = approval()
    here = view(item, link(item), found(item), origin=workflow(current=(STEP,)))
    seen = found(item, assignments={BOB: {"assignedBy": {"user": {"id": ALICE}}}})
    asked = Delegate(link(item), sure(here.target), STEP, by=decider(ALICE), to=BOB)
    assert decide(replace(here, seen=seen), POLICY, NOW) == asked

    policy = replace(POLICY, act_as=ActAs.SERVICE)
    there = view(item, link(item), seen)
    noted = as_a(Remember, decide(there, policy, NOW))
    service = as_a(Write, decide(replace(there, link=noted.link), policy, NOW))

    # Told before it is written: the answer to the write may be lost.
    assert [(told.what, told.detail["before"], told.detail["after"]) for told in noted.events] == [
        ("refused", [BOB], [ALICE])
    ]
    assert noted.link.note != ""
    assert (sure(service.task).assign, sure(service.task).unassign) == ((ALICE,), (BOB,))


def test_an_assignment_that_planner_refuses_to_put_back_stays_to_be_put_back():
    item = approval()
    service = replace(POLICY, act_as=ActAs.SERVICE)
    there = view(item, link(item), found(item, assignments={BOB: {}}, priority=1))
    there = replace(there, link=as_a(Remember, decide(there, service, NOW)).link)

    agreed = as_a(Remember, decide(replace(there, is_refused=True), service, NOW))
    again = as_a(Write, decide(replace(there, link=agreed.link), service, NOW))

    assert agreed.link.base["priority"].got == 1
    assert (sure(again.task).assign, sure(again.task).unassign) == ((ALICE,), (BOB,))


def test_whom_the_bridge_assigned_is_no_strangers_assignment_though_planner_did_not_show_it_at_once():
    """Asked for Alice, Planner still showed nobody; it shows her by the time that OpenText names Bob."""
    item = approval(assignees=(BOB,), deciders=(decider(BOB),))
    known = link(approval())
    known = known.based({"assignees": FieldBase(asked=[ALICE], got=[])})

    action = as_a(Write, act(item, known, found(approval(), assignments={ALICE: {"assignedBy": APP}})))

    assert action.link.note == ""
    assert (sure(action.task).assign, sure(action.task).unassign) == ((BOB,), (ALICE,))


def test_a_refused_completion_that_planner_does_not_let_be_opened_is_no_progress_and_stays_refused():
    item = approval(progress_attribute="A.Progress")
    known = link(item, refusals=(Refusal(reason="wrong_person", text="x", at=NOW, reopened=False),))
    there = view(item, known, ticked(item, "Approve", **{"@odata.etag": 'W/"9"'}))
    opening = as_a(Write, decide(there, POLICY, NOW))

    agreed = as_a(Remember, decide(replace(there, is_refused=True), POLICY, NOW))

    assert sure(opening.task).percent_complete == 0
    seen = sure(there.found)
    assert agreed == Remember(known.agreed(seen.task, seen.details))
    assert agreed.link.is_being_opened


def test_a_delegation_that_opentext_took_is_agreed_on():
    """Planner showed the new performer first; now OpenText names the same one."""
    item = approval(assignees=(BOB,), deciders=(decider(BOB),))

    action = act(item, link(approval()), found(approval(), assignments={BOB: {}}))

    assert isinstance(action, Remember)
    assert action.link.base["assignees"].got == [BOB]


def test_a_moved_date_moves_an_open_milestone_and_leaves_a_completed_one():
    moved = wanted(due=date(2027, 1, 15))
    assert isinstance(act(moved, link(), found()), Write)

    assert act(moved, link(state="completed"), found(**DONE)) is None


def test_a_completed_milestone_may_be_opened_again_when_its_date_moves():
    moved = wanted(due=date(2027, 1, 15), reopen_when_moved=True)

    action = act(moved, link(state="completed"), found(**DONE))

    assert (type(action), action.task.percent_complete, action.link.state) == (Write, 0, LinkState.OPEN)
    # A worker that opened it and died before that was remembered is no person.
    after_a_death = act(moved, link(state="completed"), found())
    assert (after_a_death.task, after_a_death.link.state) == (None, LinkState.OPEN)
    assert [told.detail["reason"] for one in (action, after_a_death) for told in one.events] == ["its date moved"] * 2


def test_a_task_that_was_opened_for_its_date_and_completed_again_was_opened_by_nobody_else():
    """The bridge opened it, its answer was lost, and somebody was quick."""
    moved = wanted(due=date(2027, 1, 15), reopen_when_moved=True)
    known = link(state="completed", completed_at="2026-11-23T10:00:00Z")

    action = as_a(Remember, act(moved, known, found(**DONE)))

    assert [told.detail["reason"] for told in action.events] == ["its date moved"]


@pytest.mark.parametrize(("remembered", "state"), [("2026-11-23T10:00:00Z", "open"), ("2026-11-23T11:00:00Z", None)])
def test_a_task_that_was_opened_and_completed_again_unseen_is_completed_anew(remembered, state):
    """Somebody else may have completed it, at another time: that is what the history tells."""
    action = act(wanted(), link(state="completed", completed_at=remembered), found(**DONE))

    assert (action and action.link.state) == state
    if action is not None:
        again = act(wanted(), action.link, found(**DONE))
        assert again.link.completed_at.isoformat() == "2026-11-23T11:00:00+00:00"
        assert [told.what for told in again.events] == ["completed"]


def test_deleting_a_finished_task_changes_nothing_but_our_memory():
    action = act(wanted(), link(state="completed"), Missing())

    assert (action.link.state, action.link.task_id) == (LinkState.COMPLETED, None)
    assert decide(view(wanted(), action.link), POLICY, NOW) is None


@pytest.mark.parametrize(("reopened", "patch"), [(True, None), (False, 100)])
def test_a_step_that_ends_while_its_task_is_being_opened_again_has_it_completed_anyway(reopened, patch):
    """Nobody knows yet whether it was opened: a read that shows it completed may be older than that."""
    item = approval()
    known = link(item, refusals=(Refusal(reason="wrong_person", text="x", at=NOW, reopened=reopened),))

    over = workflow(current=(), status="stopped")
    action = as_a(Write, act(None, known, ticked(item, "Approve"), origin=over))

    assert action.link.state is LinkState.CLOSED
    assert (action.task and action.task.percent_complete) == patch


def test_old_refusals_do_not_pile_up():
    item = approval()
    refusals = tuple(Refusal(reason="wrong_person", text="x", at=NOW, reopened=True) for _ in range(5))

    action = act(item, link(item, refusals=refusals), ticked(item, completedBy={"user": {"id": EVE}}))

    assert len(action.link.refusals) == 5


def test_what_is_done_with_a_task_whose_decision_is_looked_for_is_agreed_on_though_its_step_is_not_shown():
    item = approval()
    known = link(item, sending=SENDING, hold="activities", retry_at=LATER_ON, etag='W/"1"')

    action = as_a(Remember, act(None, known, found(item), origin=workflow(current=())))

    assert (action.link.etag, action.link.sending, action.events) == ('W/"2"', SENDING, ())
    assert act(None, action.link, found(item), origin=workflow(current=())) is None


@pytest.mark.parametrize("state", ["closed", "completed", "released"])
def test_what_is_done_with_a_finished_task_is_agreed_on_and_announced_no_more(state):
    """Closing a task moves its version: left unagreed, every read of the plan would announce it for ever."""
    action = act(None, link(state=state, etag='W/"1"'), found())

    assert isinstance(action, Remember)
    assert action.link.etag == 'W/"2"'
    assert act(None, action.link, found()) is None


def test_a_finished_task_is_followed_to_another_plan():
    """Otherwise its old plan misses it at every read, and announces it."""
    action = act(None, link(state="closed"), found(planId="plan-2"))

    assert action.link.plan_id == "plan-2"
    assert act(None, action.link, found(planId="plan-2")) is None


def test_what_a_write_destroys_is_told_before_it_is_written():
    first = act(wanted(title="New"), link(), found(title="Theirs"))
    then = act(wanted(title="New"), first.link, found(title="Theirs"))

    assert isinstance(first, Remember)
    assert [event.detail["lost"] for event in first.events] == ["Theirs"]
    assert isinstance(then, Write)
    assert "conflict" not in {event.what for event in then.events}


def test_a_completion_before_the_task_showed_its_versions_is_bound_to_nothing():
    """Details come after the task: until they are written nobody has seen a version."""
    item = approval()

    action = act(item, link(item, details_done=False, bound=()), ticked(item, "Approve"))

    assert isinstance(action, Write)
    assert (action.rebinds, action.link.bound) == (True, item.documents)


def test_an_item_that_was_over_and_is_wanted_again_but_held_says_why():
    action = act(wanted(held="waits for: review"), link(state="closed", task_id=None, reason="over"))

    assert (action.link.state, action.link.reason) == (LinkState.HELD, "waits for: review")


def test_a_completion_that_the_record_could_not_be_told_of_is_told_later():
    """It stands all the same; what the rule no longer has told is dropped."""
    told = wanted(on_complete={"A.B": "Done"}, progress_attribute="A.P")
    known: dict[str, Any] = {
        "state": "completed",
        "hold": "record",
        "reason": "read-only",
        "etag": found(**DONE).task.etag,
    }
    later = NOW + timedelta(minutes=1)

    assert act(told, link(**known, retry_at=later), found(**DONE)) is None
    again = act(told, link(**known, retry_at=NOW), found(**DONE))
    assert isinstance(again, SetAttributes)
    assert again.values == {"A.B": "Done", "A.P": 100}
    dropped = act(wanted(), link(**known, retry_at=NOW), found(**DONE))
    assert isinstance(dropped, Remember)
    assert (dropped.link.hold, dropped.link.reason, dropped.link.retry_at) == (None, "", None)


@pytest.mark.parametrize("reopens", [True, False])
def test_a_completed_item_whose_task_was_cleaned_up_is_asked_again_when_its_date_moves(reopens):
    """A plan that is tidied is no wish that the next review be forgotten."""
    item = wanted(reopen_when_moved=reopens)
    done = link(item, state="completed", completed_at=NOW - timedelta(days=1))
    cleaned = act(item, done, Missing())
    assert cleaned.link.task_id is None
    assert act(item, cleaned.link) is None
    moved = wanted(reopen_when_moved=reopens, due=date(2027, 12, 1))
    action = act(moved, cleaned.link)

    assert (action is not None) is reopens
    if reopens:
        assert action.link.state is LinkState.OPEN
        assert isinstance(act(moved, action.link), Create)


def test_a_step_that_is_decided_in_opentext_and_was_ticked_off_is_told_once():
    item = approval().decided_elsewhere("This step wants a password.")
    first = as_a(Remember, act(item, link(item), ticked(item)))

    assert [event.what for event in first.events] == ["progressed"]
    assert first.link.base["progress"].got == 100
    assert act(item, first.link, ticked(item)) is None
