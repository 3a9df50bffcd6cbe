"""The three-way merge: which side's change of a field stands, and what is written."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from shared.decisions.bases import settled_base
from shared.decisions.fields import line_id
from shared.decisions.merge import merge
from shared.decisions.observed import Place
from shared.models.link import FieldBase, Posted
from shared.models.planner_writes import ChecklistLine
from shared.models.wanted import Owner, WantedChecklistItem, WantedReference
from tests.build import ALICE, BOB, BUCKET, EVE, PLACE, details_of, found, link, target, wanted
from tests.narrowing import sure


def test_nothing_changed_writes_nothing():
    merged = merge(target(), found(), link().base)

    assert (merged.task, merged.details, merged.agreed, merged.conflicts) == (None, None, {}, ())


@pytest.mark.parametrize(
    ("changes", "read", "patch", "lost"),
    [
        pytest.param({"title": "New"}, {}, {"title": "New"}, None, id="mine-only"),
        pytest.param({}, {"title": "Theirs"}, None, None, id="theirs-only"),
        pytest.param({"title": "New"}, {"title": "New"}, None, None, id="both-to-the-same"),
        pytest.param(
            {"title": "New"}, {"title": "Theirs"}, {"title": "New"}, "Theirs", id="apart-opentext-owns-titles"
        ),
        pytest.param({"bucket": "Later"}, {}, {"bucket_id": "bucket-2"}, None, id="mine-only-bucket"),
        pytest.param({"bucket": "Later"}, {"bucketId": "bucket-9"}, None, "bucket-2", id="apart-planner-owns-buckets"),
        pytest.param({"bucket": None}, {"bucketId": "bucket-9"}, None, None, id="no-bucket-means-do-not-care"),
        pytest.param({"priority": 1}, {}, {"priority": 1}, None, id="mine-only-priority"),
        pytest.param({"priority": 1}, {"priority": 9}, None, 1, id="apart-planner-owns-priority"),
        pytest.param({"due": None}, {}, {"due": None}, None, id="a-date-that-is-gone-is-cleared"),
        pytest.param({}, {"dueDateTime": "2026-12-24T17:00:00Z"}, None, None, id="a-person-moved-the-date"),
        pytest.param({}, {"dueDateTime": "2026-12-01T16:00:00Z"}, None, None, id="another-hour-is-the-same-day"),
        pytest.param(
            {"labels": ("Contract",)},
            {},
            {"set_categories": ("category1",), "clear_categories": ()},
            None,
            id="mine-only-labels",
        ),
    ],
)
def test_one_field_is_merged(changes, read, patch, lost):
    base = link().base

    merged = merge(target(wanted(**changes)), found(**read), base)

    sent = None if merged.task is None else merged.task.model_dump(include=merged.task.model_fields_set)
    assert sent == patch
    assert [conflict.lost for conflict in merged.conflicts] == ([] if lost is None else [lost])


def test_a_rule_may_give_the_due_date_to_planner():
    item = wanted(due=date(2026, 12, 5), owners={"due": Owner.PLANNER})

    merged = merge(target(item), found(dueDateTime="2026-12-24T10:00:00Z"), link().base)

    assert merged.task is None
    assert merged.agreed["due"].got == "2026-12-24"


@pytest.mark.parametrize(
    ("field", "theirs", "later"),
    [
        pytest.param("due", {"dueDateTime": "2026-12-24T10:00:00Z"}, date(2026, 12, 5), id="due"),
        pytest.param("title", {"title": "Theirs"}, "New", id="title"),
        pytest.param("priority", {"priority": 9}, 1, id="priority"),
        pytest.param("bucket", {"bucketId": "bucket-9"}, "Later", id="bucket"),
    ],
)
def test_where_planner_owns_a_field_a_persons_value_stands_whenever_the_other_side_moves(field, theirs, later):
    """Not only when both moved between two looks."""
    owners = {field: Owner.PLANNER}
    before = merge(target(wanted(owners=owners)), found(**theirs), link().base)
    base = link().base | before.agreed

    after = merge(target(wanted(owners=owners, **{field: later})), found(**theirs), base)

    assert (before.taken, after.taken) == ((field,), ())
    assert after.task is None
    assert [conflict.winner for conflict in after.conflicts] == [Owner.PLANNER]
    assert merge(target(wanted(owners=owners, **{field: later})), found(**theirs), base | after.agreed).conflicts == ()


def test_a_person_who_puts_a_value_back_lets_the_other_side_set_it_again():
    owners = {"due": Owner.PLANNER}
    there = merge(target(wanted(owners=owners)), found(dueDateTime="2026-12-24T10:00:00Z"), link().base)
    back = merge(target(wanted(owners=owners)), found(), link().base | there.agreed)

    after = merge(target(wanted(owners=owners, due=date(2026, 12, 5))), found(), link().base | back.agreed)

    assert after.task is not None


STARTS = {
    "a person moved the due date before the start that is written": (
        {"start": date(2026, 11, 30)},
        {"dueDateTime": "2026-11-25T10:00:00Z"},
        "2026-11-25",
    ),
    "the due date moves before a start that stands": (
        {"start": date(2026, 11, 26), "due": date(2026, 11, 24)},
        {"startDateTime": "2026-11-26T10:00:00Z"},
        "2026-11-24",
    ),
    "the due date moves before a start that people set": (
        {"due": date(2026, 11, 24)},
        {"startDateTime": "2026-11-26T10:00:00Z"},
        "2026-11-24",
    ),
}


@pytest.mark.parametrize(("changes", "read", "start"), STARTS.values(), ids=STARTS)
def test_a_start_is_never_written_after_the_due_date_that_the_task_shows(changes, read, start):
    """Planner would refuse the whole of it, the title too."""
    merged = merge(target(wanted(title="New", **changes)), found(**read), link(base=link().base).base)

    assert merged.task is not None
    assert merged.task.title == "New"
    shown = merged.task.start if "start" in merged.task.model_fields_set else None
    assert shown is not None
    assert shown.date().isoformat() == start


@pytest.mark.parametrize(
    ("now_wanted", "now_read", "assign", "unassign"),
    [
        pytest.param((ALICE, BOB), (ALICE,), (BOB,), (), id="added"),
        pytest.param((BOB,), (ALICE,), (BOB,), (ALICE,), id="replaced"),
        pytest.param((ALICE,), (ALICE, EVE), (), (), id="theirs-added"),
        pytest.param((BOB,), (ALICE, EVE), (BOB,), (ALICE,), id="both-moved"),
        pytest.param((ALICE,), (), (), (), id="theirs-removed"),
        pytest.param((ALICE, BOB), (), (BOB,), (), id="removed-and-added"),
    ],
)
def test_assignees_are_merged_as_a_set(now_wanted, now_read, assign, unassign):
    """A PATCH of assignments merges: who is to go has to be named."""
    item = wanted(assignees=now_wanted)

    merged = merge(target(item), found(assignments={user: {} for user in now_read}), link().base)

    sent = (merged.task.assign, merged.task.unassign) if merged.task else ((), ())
    assert sent == (assign, unassign)


@pytest.mark.parametrize(
    ("now_wanted", "now_read", "is_theirs"),
    [
        pytest.param((BOB,), (BOB,), False, id="replaced-as-wished"),
        pytest.param((), (), False, id="removed-as-wished"),
        pytest.param((BOB,), (BOB, EVE), True, id="and-one-more-added"),
        pytest.param((ALICE, BOB), (BOB,), True, id="and-one-more-removed"),
    ],
)
def test_assignees_that_read_as_we_just_wished_are_nobodys_change(now_wanted, now_read, is_theirs):
    """The write was ours: a backup that was restored does not know of it."""
    item = wanted(assignees=now_wanted)

    merged = merge(target(item), found(assignments={user: {} for user in now_read}), link().base)

    assert ("assignees" in merged.taken) is is_theirs


def test_what_the_service_made_of_our_value_is_not_a_change():
    """Planner trims titles and rounds priorities: what it returned is what is compared."""
    item = wanted(priority=2)
    base = link().base | {"priority": FieldBase(asked=2, got=3)}

    assert merge(target(item), found(priority=3), base).task is None


def test_people_write_around_our_block_and_we_keep_it():
    item = wanted(context=("Contract.docx: version 2",))
    text = f"Ask Bob first.\n\n{details_of(wanted()).description}\nThanks"

    merged = merge(target(item), found(details={"description": text}), link().base)

    description = sure(sure(merged.details).description)
    assert description.startswith("Ask Bob first.\n\n===")
    assert "Contract.docx: version 2" in description
    assert description.endswith("Thanks")
    assert merged.conflicts == ()


def test_our_block_is_put_back_and_the_edit_is_kept_as_a_conflict():
    text = sure(details_of(wanted()).description).replace("ref: ", "gone: ")

    merged = merge(target(), found(details={"description": text}), link().base)

    assert sure(merged.details).description == details_of(wanted()).description
    assert "gone: " in merged.conflicts[0].lost


def test_details_that_read_as_they_are_wanted_are_nobodys_change_though_nothing_was_agreed_on():
    """Our first write's commit was lost, or the tables were: nobody in Planner did what we did."""
    item = wanted(
        checklist=(WantedChecklistItem(key="a", title="Check A"),),
        references=(WantedReference(url="https://cs.example/app/nodes/7", alias="Contract"),),
    )

    merged = merge(target(item), found(item), {})

    assert merged.taken == ()
    assert merged.conflicts == ()


def test_lines_that_read_as_we_just_wished_are_nobodys_change():
    """Our write was carried out and its answer lost: what was agreed on last is older than both."""
    old = wanted(checklist=(WantedChecklistItem(key="a", title="Check Supply"),))
    new = wanted(checklist=(WantedChecklistItem(key="a", title="Check Demand"),))
    shown = {line_id(old.item_key, "a"): {"title": "Check Demand", "isChecked": False}}
    read = found(old, details={"checklist": shown})

    assert merge(target(new), read, link(old).base).taken == ()
    assert merge(target(old), read, link(old).base).taken == ("checklist",)


def test_checklist_lines_are_merged_by_key_and_strangers_are_left_alone():
    old = wanted(checklist=(WantedChecklistItem(key="a", title="Check A"), WantedChecklistItem(key="b", title="B")))
    new = wanted(checklist=(WantedChecklistItem(key="a", title="Check A twice"),))
    lines = details_of(old).checklist
    mine = {key: {"title": line.title, "isChecked": True} for key, line in lines.items()}
    stranger = {"guid-of-bob": {"title": "Bob's own", "isChecked": False}}

    merged = merge(target(new), found(old, details={"checklist": mine | stranger}), link(old).base)

    a, b = line_id(old.item_key, "a"), line_id(old.item_key, "b")
    assert sure(merged.details).checklist == {a: ChecklistLine(title="Check A twice"), b: None}


def test_a_line_that_a_person_took_away_stays_away():
    item = wanted(checklist=(WantedChecklistItem(key="a", title="Check A"),))

    merged = merge(target(item), found(item, details={"checklist": {}}), link(item).base)

    assert merged.details is None


def test_references_are_compared_decoded():
    item = wanted(references=(WantedReference(url="https://cs.example/app/nodes/7?x=1", alias="Contract"),))
    encoded = {"https%3A//cs%2Eexample/app/nodes/7?x=1": {"alias": "Contract"}}
    known = link(item).base | {}

    merged = merge(target(item), found(item, details={"references": encoded}), known)

    assert merged.details is None


def test_a_plan_that_was_not_looked_up_wants_nothing_of_labels_and_buckets():
    """A held item keeps the task that it has, as it is."""
    goal = replace(target(wanted(labels=("Contract",))), place=Place(PLACE.plan_id, is_known=False))

    merged = merge(goal, found(appliedCategories={"category2": True}), link().base)

    assert merged.task is None


@pytest.mark.parametrize(
    ("item", "read"),
    [
        pytest.param(wanted(title="New"), found(title="Theirs"), id="title"),
        pytest.param(
            wanted(),
            found(details={"description": (details_of(wanted()).description or "").replace("ref: ", "gone: ")}),
            id="block",
        ),
        pytest.param(wanted(due=date(2026, 12, 24)), found(dueDateTime="2026-12-10T10:00:00Z"), id="due"),
    ],
)
def test_a_loss_that_was_told_lets_the_same_write_go_ahead_and_is_told_once(item, read):
    """The history comes first: a worker may die between the write and the telling."""
    first = merge(target(item), read, link().base)

    second = merge(target(item), read, link().base | first.noted)

    assert (first.noted.keys() == second.asked.keys(), second.conflicts, second.noted) == (True, (), {})
    assert (second.task, second.details) == (first.task, first.details)


def test_what_a_person_wrote_before_a_lost_post_was_settled_is_theirs():
    """Taken as agreed, the next change of ours would overwrite it without a word."""
    posted = Posted(title="Review", bucket_id=BUCKET, due=datetime(2026, 12, 1, 10, tzinfo=UTC), assignees=(ALICE,))
    read = found(dueDateTime="2026-12-24T10:00:00Z")

    merged = merge(target(), read, link().base | settled_base(target(), read, posted))

    assert (merged.taken, merged.task) == (("due",), None)


def test_a_persons_value_that_won_over_the_rule_stands_when_the_rule_moves_once_more():
    """The conflict was settled between two looks; what the rule wants next is no reason to write over it."""
    owners, theirs = {"title": Owner.PLANNER}, found(title="Theirs")
    first = merge(target(wanted(title="New", owners=owners)), theirs, link().base)
    again = merge(target(wanted(title="Newer", owners=owners)), theirs, link().base | first.agreed)

    assert [conflict.winner for conflict in first.conflicts] == [Owner.PLANNER]
    assert (first.task, again.task) == (None, None)
