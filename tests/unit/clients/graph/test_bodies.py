"""What is written to Planner: only what was given, in the form that its open types want."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clients.graph.planner import decode_reference, encode_reference
from shared.clients.graph.planner_bodies import details_patch_body, new_task_body, task_patch_body, timestamp
from shared.models.planner_writes import ChecklistLine, DetailsPatch, NewTask, TaskPatch

ASSIGNMENT = {"@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !"}


@pytest.mark.parametrize(
    ("url", "key"),
    [
        (
            "https://contoso.sharepoint.com/teams/agile/documents/AnnualReport.pptx",
            "https%3A//contoso%2Esharepoint%2Ecom/teams/agile/documents/AnnualReport%2Epptx",
        ),
        ("https://host/cs/cs?func=ll&objId=1#top", "https%3A//host/cs/cs?func=ll&objId=1%23top"),
        ("https://host/a%20b", "https%3A//host/a%2520b"),
        ("mailto:a@b.c", "mailto%3Aa%40b%2Ec"),
        ("", ""),
    ],
)
def test_a_references_key_is_its_encoded_url(url, key):
    """The first row is Learn's own example; a percent sign is encoded before the signs that bring one."""
    assert encode_reference(url) == key
    assert decode_reference(key) == url


@given(st.text())
def test_every_url_comes_back_from_its_key(url):
    assert decode_reference(encode_reference(url)) == url
    assert not set(encode_reference(url).replace("%", "")) & set(".:@#")


def test_keys_of_other_programs_are_read_too():
    """Lower case digits, and no more than the five signs decoded."""
    assert decode_reference("https%3a//host%2ea/%2Fb%20c") == "https://host.a/%2Fb%20c"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 3, 2, 10, 0, tzinfo=UTC), "2026-03-02T10:00:00Z"),
        (datetime(2026, 3, 2, 10, 0, tzinfo=timezone(timedelta(hours=5, minutes=30))), "2026-03-02T04:30:00Z"),
        (datetime(2026, 3, 2, 10, 0, 0, 1500, tzinfo=UTC), "2026-03-02T10:00:00.001500Z"),
    ],
)
def test_times_are_written_in_utc(moment, text):
    assert timestamp(moment) == text


def test_a_new_task_says_only_what_is_known():
    assert new_task_body(NewTask(plan_id="p", title="t")) == {"planId": "p", "title": "t", "percentComplete": 0}


def test_a_new_task_with_everything():
    task = NewTask(
        plan_id="p",
        bucket_id="b",
        title="t",
        start=datetime(2026, 3, 1, 10, tzinfo=UTC),
        due=datetime(2026, 3, 2, 10, tzinfo=UTC),
        priority=1,
        percent_complete=50,
        assignees=("u-1", "u-2"),
        categories=("category1",),
    )

    assert new_task_body(task) == {
        "planId": "p",
        "bucketId": "b",
        "title": "t",
        "startDateTime": "2026-03-01T10:00:00Z",
        "dueDateTime": "2026-03-02T10:00:00Z",
        "priority": 1,
        "percentComplete": 50,
        "assignments": {"u-1": ASSIGNMENT, "u-2": ASSIGNMENT},
        "appliedCategories": {"category1": True},
    }


@pytest.mark.parametrize(
    ("patch", "body"),
    [
        (TaskPatch(title="t"), {"title": "t"}),
        (TaskPatch(due=None), {"dueDateTime": None}),
        (TaskPatch(percent_complete=0), {"percentComplete": 0}),
        (TaskPatch(bucket_id="b", priority=9), {"bucketId": "b", "priority": 9}),
        (TaskPatch(assign=("u",)), {"assignments": {"u": ASSIGNMENT}}),
        (TaskPatch(unassign=("u",)), {"assignments": {"u": None}}),
        (TaskPatch(assign=("u",), unassign=("u", "v")), {"assignments": {"u": ASSIGNMENT, "v": None}}),
        (TaskPatch(set_categories=("category2",)), {"appliedCategories": {"category2": True}}),
        (TaskPatch(clear_categories=("category2",)), {"appliedCategories": {"category2": False}}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_patch_says_only_what_was_given(patch, body):
    """None that was given clears; None that was not is no change."""
    assert task_patch_body(patch) == body


@pytest.mark.parametrize(
    ("patch", "body"),
    [
        (DetailsPatch(description="d"), {"description": "d"}),
        (DetailsPatch(description=None), {"description": None}),
        (DetailsPatch(description=""), {"description": ""}),
        (DetailsPatch(checklist={"g": None}), {"checklist": {"g": None}}),
        (
            DetailsPatch(checklist={"g": ChecklistLine(title="x", is_checked=False, order_hint=" ! !")}),
            {
                "checklist": {
                    "g": {
                        "@odata.type": "microsoft.graph.plannerChecklistItem",
                        "title": "x",
                        "isChecked": False,
                        "orderHint": " ! !",
                    }
                }
            },
        ),
        (
            DetailsPatch(checklist={"g": ChecklistLine(is_checked=True)}),
            {"checklist": {"g": {"@odata.type": "microsoft.graph.plannerChecklistItem", "isChecked": True}}},
        ),
        (DetailsPatch(references={"https://h": None}), {"references": {"https%3A//h": None}}),
        (
            DetailsPatch(references={"https://h.a": "Contract"}),
            {
                "references": {
                    "https%3A//h%2Ea": {
                        "@odata.type": "microsoft.graph.plannerExternalReference",
                        "alias": "Contract",
                        "type": "Other",
                        "previewPriority": " !",
                    }
                }
            },
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_details_patch_says_only_what_was_given(patch, body):
    assert details_patch_body(patch) == body


@pytest.mark.parametrize(("write", "patch"), [(task_patch_body, TaskPatch()), (details_patch_body, DetailsPatch())])
def test_a_patch_without_a_change_is_our_own_mistake(write, patch):
    with pytest.raises(ValueError, match="without a change"):
        write(patch)
