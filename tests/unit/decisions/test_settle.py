"""Which task of the plan a lost POST made: matched, ambiguous, or none."""

from datetime import timedelta

import pytest

from shared.decisions.settle import Ambiguous, Match, Nothing, candidates, is_twin, may_be_ours, settle
from shared.models.link import Posted, Reservation
from shared.models.listed import UnreadRow
from shared.models.planner import PlannerTask
from tests.build import ALICE, BOB, BUCKET, NOW, PLAN

CREATORS = frozenset({"application:bridge"})


def task(task_id, title="Review", *, by="bridge", assignees=(ALICE,), at=NOW, **changes):
    given = {
        "id": task_id,
        "@odata.etag": 'W/"1"',
        "planId": PLAN,
        "bucketId": BUCKET,
        "title": title,
        "createdDateTime": at.isoformat(),
        "createdBy": {"application": {"id": by}} if by == "bridge" else {"user": {"id": by}},
        "assignments": {user: {} for user in assignees},
    }
    return PlannerTask.model_validate(given | changes)


def reservation(item="rule|a", title="Review", *, origin="workspace-1", assignees=(ALICE,)):
    posted = Posted(title=title, bucket_id=BUCKET, assignees=assignees)
    return Reservation(plan_id=PLAN, origin=origin, item=item, at=NOW, posted=posted)


def seen(tasks, **changes):
    given = {"claimed": frozenset(), "creators": CREATORS, "since": NOW, "posted": reservation().posted}
    return [found.id for found in candidates(tasks, **(given | changes))]


@pytest.mark.parametrize(
    ("tasks", "changes", "expected"),
    [
        pytest.param([task("t")], {}, ["t"], id="ours"),
        pytest.param([task("t")], {"claimed": frozenset({"t"})}, [], id="claimed"),
        pytest.param([task("t", by=BOB)], {}, [], id="a-person's"),
        pytest.param([task("t", by=BOB)], {"creators": frozenset()}, [], id="a-person's-before-we-know-us"),
        pytest.param([task("t")], {"creators": frozenset()}, ["t"], id="an-app's"),
        pytest.param([task("t", at=NOW - timedelta(minutes=4))], {}, ["t"], id="skewed-clock"),
        pytest.param([task("t", "Another", at=NOW - timedelta(minutes=4))], {}, ["t"], id="a-likeness"),
        pytest.param([task("t", "Another", at=NOW - timedelta(minutes=6))], {}, [], id="older"),
        pytest.param([task("t", at=NOW - timedelta(hours=24))], {}, ["t"], id="our-own-clock-a-day-ahead"),
        pytest.param([task("t", at=NOW - timedelta(hours=26))], {}, [], id="older-than-any-clock"),
        pytest.param([task("t")], {"stood": NOW}, [], id="stood-before-the-rebuild"),
        pytest.param([task("t")], {"stood": NOW - timedelta(microseconds=1)}, ["t"], id="made-since-the-rebuild"),
    ],
)
def test_candidates_are_unclaimed_fresh_tasks_of_our_making(tasks, changes, expected):
    assert seen(tasks, **changes) == expected


OTHER = reservation("rule|b", "Another")


@pytest.mark.parametrize(
    ("others", "found", "expected"),
    [
        pytest.param([], [], Nothing(), id="never-made"),
        pytest.param([], [task("t")], "t", id="equal-content"),
        pytest.param([], [task("t", title=" Review ")], "t", id="trimmed"),
        pytest.param([], [task("t", assignees=(BOB,))], Ambiguous(("t",)), id="equal-title-alone-proves-nothing"),
        pytest.param(
            [], [task("t", title="Renamed since")], Ambiguous(("t",)), id="the-only-one-left-may-be-another-origin's"
        ),
        pytest.param([], [task("t", dueDateTime="2026-12-01T10:00:00Z")], Ambiguous(("t",)), id="another-date"),
        pytest.param([OTHER], [task("t", title="Another")], Nothing(), id="the-other's"),
        pytest.param([OTHER], [task("t", title="Renamed since")], Ambiguous(("t",)), id="whose"),
        pytest.param(
            [], [task("s", title="Renamed"), task("t", title="Renamed too")], Ambiguous(("s", "t")), id="two-strangers"
        ),
        pytest.param(
            [reservation("rule|a", origin="workspace-2")], [task("s"), task("t")], "s", id="same-content-same-title"
        ),
        pytest.param(
            [reservation("rule|a", origin="workspace-2", assignees=(BOB,))],
            [task("s", assignees=(BOB,)), task("t")],
            "t",
            id="content-before-title",
        ),
    ],
)
def test_a_reservation_is_settled_within_its_plan(others, found, expected):
    verdict = settle(reservation(), [reservation(), *others], found)

    assert (verdict.task.id if isinstance(verdict, Match) else verdict) == expected


def test_a_task_somebody_worked_on_is_no_twin():
    posted = reservation().posted

    assert is_twin(posted, task("t"))
    assert not is_twin(posted, task("t", percentComplete=50))
    assert not is_twin(posted, task("t", assignees=(BOB,)))


WHOLE = Posted(title="Review", bucket_id=BUCKET, start=NOW, due=NOW + timedelta(days=5), assignees=(ALICE,), priority=5)
SHOWN = {
    "startDateTime": NOW.isoformat(),
    "dueDateTime": (NOW + timedelta(days=5)).isoformat(),
    "priority": 5,
}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"title": "Another"}, id="title"),
        pytest.param({"bucketId": "bucket-9"}, id="bucket"),
        pytest.param({"startDateTime": None}, id="start"),
        pytest.param({"dueDateTime": (NOW + timedelta(days=6)).isoformat()}, id="due"),
        pytest.param({"assignments": {}}, id="assignees"),
        pytest.param({"priority": 9}, id="priority"),
    ],
)
def test_what_differs_in_anything_that_was_posted_is_not_taken_for_it(changes):
    assert is_twin(WHOLE, task("t", **SHOWN))
    assert not is_twin(WHOLE, task("t", **SHOWN | changes))


def test_what_a_post_left_open_the_service_may_have_chosen():
    open_post = WHOLE.model_copy(update={"bucket_id": None, "priority": None})

    assert is_twin(open_post, task("t", **SHOWN | {"bucketId": "bucket-9", "priority": 1}))


@pytest.mark.parametrize(
    ("made_by", "expected"),
    [
        pytest.param("user:alice", False, id="a person's is a stranger's, whatever it holds"),
        pytest.param("user:bridge", True, id="we act as a user, who made it"),
        pytest.param("application:bridge", True, id="ours made it"),
        pytest.param("application:another", True, id="an application, and ours may have changed"),
        pytest.param(None, True, id="not even its maker can be read"),
    ],
)
def test_a_task_that_cant_be_read_may_be_ours_unless_a_person_made_it(made_by, expected):
    row = UnreadRow(id="odd", reason="percentComplete: Input should be a valid integer", made_by=made_by)

    assert may_be_ours(row, frozenset({"user:bridge", "application:bridge"})) is expected
