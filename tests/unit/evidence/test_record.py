"""What goes back on the record for an item, and when: tables."""

from datetime import UTC, datetime

import pytest

from shared.decisions.record import (
    DOCUMENT,
    PREFIX,
    accepted,
    attributes_due,
    document_due,
    in_context,
    refused,
    responsible_for,
    status_of,
    was_refused,
)
from shared.models.evidence import Event
from shared.models.holds import HoldCause
from shared.models.link import FieldBase, LinkState, Refusal
from shared.models.wanted import EvidencePolicy, PersonDecision
from tests.build import ALICE, BOB, STEP, TASK, VERSION, approval, link, workflow

POLICY = EvidencePolicy(
    attributes={"url": "C.Task", "status": "C.Status", "responsible": "C.Who", "completed_at": "C.When"}
)
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def recorded(**changes):
    return link(approval(evidence=POLICY), **{"evidence": POLICY, **changes})


def settled(known):
    """The same link once everything that is due was put on the record."""
    base = {PREFIX + due.name: due.base for due in attributes_due(known)}
    known = accepted(known, "attributes", base)
    return accepted(known, "document", {DOCUMENT: FieldBase(asked=document_due(known))})


def shown(known):
    return {due.name: due.value for due in attributes_due(known)}


def test_a_new_task_is_linked_back_and_nothing_is_cleared_that_never_was_set():
    assert shown(recorded()) == {
        "url": f"https://planner.cloud.microsoft/webui/plan/plan-1/view/board/task/{TASK}",
        "status": "Not started",
        "responsible": [ALICE],
    }


COMPLETED = {"state": LinkState.COMPLETED, "completed_by": BOB, "completed_at": AT}


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        pytest.param({}, {}, id="at-rest"),
        pytest.param({"etag": "new", "reason": "whatever"}, {}, id="other-changes"),
        pytest.param(
            COMPLETED,
            {"status": "Completed", "responsible": [BOB], "completed_at": "2026-11-23T12:00:00+00:00"},
            id="completed",
        ),
        pytest.param({"state": LinkState.CLOSED}, {"status": "Closed"}, id="closed"),
        pytest.param({"state": LinkState.RESERVED}, {}, id="being-made"),
        pytest.param(
            {"task_id": "task-2"},
            {"url": "https://planner.cloud.microsoft/webui/plan/plan-1/view/board/task/task-2"},
            id="made-again",
        ),
    ],
)
def test_an_attribute_is_set_when_its_value_changed_and_only_then(changes, due):
    known = settled(recorded()).model_copy(update=changes)

    assert shown(known) == due
    assert shown(settled(known)) == {}


def test_a_task_that_was_opened_again_clears_when_it_was_completed():
    done = settled(recorded().model_copy(update=COMPLETED))
    again = done.model_copy(update={"state": LinkState.OPEN, "completed_by": None, "completed_at": None})

    assert shown(again) == {"status": "Not started", "responsible": [ALICE], "completed_at": None}


def test_another_attribute_in_the_rule_is_set_although_the_value_is_the_same():
    other = POLICY.model_copy(update={"attributes": {"status": "C.Other"}})

    assert [due.attribute for due in attributes_due(settled(recorded()).model_copy(update={"evidence": other}))] == [
        "C.Other"
    ]


@pytest.mark.parametrize(("percent", "status"), [(None, "Not started"), (0, "Not started"), (50, "In progress")])
def test_an_open_task_has_the_status_that_planner_shows(percent, status):
    base = {} if percent is None else {"progress": FieldBase(got=percent)}

    assert status_of(recorded(base=base)) == status


def test_an_escalation_leaves_the_attributes_alone():
    assert attributes_due(recorded(kind="escalation")) == ()


def test_without_a_policy_nothing_is_due():
    assert (attributes_due(link()), document_due(link())) == ((), None)
    silent = POLICY.model_copy(update={"document": False})
    assert document_due(recorded(evidence=silent)) is None


REFUSAL = Refusal(reason="wrong_person", text="", at=AT)


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        pytest.param({}, False, id="rest"),
        pytest.param({"base": {"progress": FieldBase(got=50)}}, False, id="progress"),
        pytest.param({"refusals": (REFUSAL,)}, True, id="refused"),
        pytest.param(COMPLETED, True, id="completed"),
        pytest.param({"state": LinkState.COMPLETED, "sent_on": "bridge-1"}, True, id="sent-on"),
        pytest.param({"state": LinkState.CLOSED}, True, id="closed"),
        pytest.param({"state": LinkState.WITHDRAWN, "task_id": None}, True, id="withdrawn"),
        pytest.param({"state": LinkState.HELD, "hold": HoldCause.DELETED, "task_id": None}, True, id="deleted"),
        pytest.param({"state": LinkState.HELD, "hold": HoldCause.MAPPING, "task_id": None}, False, id="never-asked"),
        pytest.param({"state": LinkState.RESERVED}, False, id="being-made"),
    ],
)
def test_a_version_is_made_for_outcomes_alone(changes, due):
    known = settled(recorded())
    base = {"base": {**known.base, **changes["base"]}} if "base" in changes else {}

    assert (document_due(known.model_copy(update={**changes, **base})) is not None) == due


def test_a_refusal_is_said_once_and_not_tried_again_until_something_else_is_due():
    known = recorded(reason="")
    after, events, _ = refused(known, "document", "mark-1", "The item is on hold.", AT)
    _, silent, _ = refused(after, "document", "mark-1", "The item is on hold.", AT)

    assert (after.reason, [event.what for event in events]) == ("evidence: The item is on hold.", ["evidence_refused"])
    assert silent == ()
    assert was_refused(after, "document", "mark-1", AT)
    assert not was_refused(after, "document", "mark-2", AT)
    assert not was_refused(after, "attributes", "mark-1", AT)


def test_a_refusal_does_not_hide_why_a_link_stands_where_it_stands():
    closed = recorded(state=LinkState.CLOSED, reason="the workflow was stopped")
    after, _, _ = refused(closed, "document", "mark", "held", AT)

    assert after.reason == "the workflow was stopped"
    assert accepted(after, "document", {}).reason == "the workflow was stopped"


def test_what_is_put_on_the_record_at_last_ends_the_refusal():
    after, _, _ = refused(recorded(reason=""), "document", "mark", "held", AT)
    done = accepted(after, "document", {DOCUMENT: FieldBase(asked="mark")})

    assert done.reason == ""
    assert not was_refused(done, "document", "mark", AT)


def test_an_event_says_what_held_when_it_happened():
    person = PersonDecision(asked="performer", person="alice", entra_id=ALICE, outcome="assigned")
    item = approval(people=(person,))
    told = in_context(
        Event(what="completed", item=item.item_key, actor={"entra": ALICE}, detail={"etag": "its own"}),
        link(item, kind="step"),
        workflow(),
        item,
        "hash-of-the-mapping",
    )

    assert told.actor == {"entra": ALICE, "opentext": "alice"}
    assert told.detail["mapping"] == "hash-of-the-mapping"
    assert told.detail["etag"] == "its own"
    assert told.detail["versions"] == [VERSION.model_dump()]
    assert told.detail["names"] == {"alice": "Alice"}
    assert told.detail["about"]["workflow"] == {"id": STEP.process_id, "name": "Approval"}


def test_an_event_about_the_whole_origin_names_the_mapping_alone():
    told = in_context(Event(what="history_replaced"), None, workflow(), None, "hash")

    assert told.detail == {"mapping": "hash"}


def test_who_completed_is_responsible_before_who_was_asked():
    assert responsible_for(recorded()) == [ALICE]
    assert responsible_for(recorded(completed_by=BOB)) == [BOB]
    assert responsible_for(recorded(base={})) == []
