"""Builders: each names only what a test is about, and fills in the rest."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.decisions.bases import first_base
from shared.decisions.description_block import render_block, with_block
from shared.decisions.fields import FIELDS, Target, line_id
from shared.decisions.item_view import Policy, View
from shared.decisions.observed import Found, Place
from shared.models.deciders import Decider, FoundBy
from shared.models.keys import OriginKind
from shared.models.link import Link, LinkState
from shared.models.opentext import DocumentVersion, Person, Workspace
from shared.models.origin import Origin
from shared.models.planner import PlannerDetails, PlannerTask
from shared.models.wanted import Outcome, PlanTarget, WantedTask
from shared.models.words import ActAs
from shared.models.workflow import Step, StepRef, Workflow, WorkflowStatus

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=3)
PLAN, BUCKET, TASK = "plan-1", "bucket-1", "task-1"
PLACE = Place(PLAN, {"Review": BUCKET, "Later": "bucket-2"}, {"Contract": "category1", "Urgent": "category2"})
ALICE, BOB, EVE = "user-alice", "user-bob", "user-eve"
HASH = "rule-hash"
POLICY = Policy(
    settle=timedelta(seconds=120), grace=timedelta(seconds=60), act_as=ActAs.PERFORMER, rule_hashes={"rule": HASH}
)
STEP = StepRef(process_id=5, subprocess_id=5, task_id=1, visit="2026-11-20T09:00:00")
VERSION = DocumentVersion(node_id=77, version=1)


def decider(entra: str, user_id: int = 1000, found_by: FoundBy = FoundBy.MAIL) -> Decider:
    """Somebody who may decide a step, as the performer with this user id."""
    return Decider(entra_id=entra, performer=Person(user_id=user_id, login=entra), found_by=found_by, shown=entra)


def wanted(**changes: Any) -> WantedTask:
    """An item of a workspace rule."""
    given: dict[str, Any] = {
        "item_key": "rule|review",
        "rule_id": "rule",
        "rule_hash": HASH,
        "kind": "task",
        "title": "Review",
        "plan": PlanTarget(plan_id=PLAN),
        "bucket": "Review",
        "due": date(2026, 12, 1),
        "assignees": (ALICE,),
    }
    return WantedTask(**(given | changes))


def approval(**changes: Any) -> WantedTask:
    """An item of a step rule with two outcomes."""
    given: dict[str, Any] = {
        "item_key": "rule|5|1|2026-11-20T09:00:00",
        "kind": "step",
        "title": "Approve",
        "outcomes": (Outcome(disposition="Approve", title="Approve"), Outcome(disposition="Reject", title="Reject")),
        "step": STEP,
        "documents": (VERSION,),
        "deciders": (decider(ALICE),),
    }
    return wanted(**(given | changes))


def target(item: WantedTask | None = None, link: Link | None = None) -> Target:
    """What an item wants, resolved."""
    item = item or wanted()
    key = (workflow() if item.kind == "step" else origin()).key
    return Target(key, item, PLACE, render_block(key, item, link))


def found(item: WantedTask | None = None, *, details: dict[str, Any] | None = None, **changes: Any) -> Found:
    """The task of an item as Planner shows it right after it was made."""
    item = item or wanted()
    task: dict[str, Any] = {
        "id": TASK,
        "@odata.etag": 'W/"2"',
        "planId": PLAN,
        "bucketId": BUCKET,
        "title": item.title,
        "priority": 5,
        "dueDateTime": None if item.due is None else f"{item.due.isoformat()}T10:00:00Z",
        "createdDateTime": LONG_AGO.isoformat(),
        "createdBy": {"application": {"id": "bridge"}},
        "assignments": {user: {} for user in item.assignees},
    }
    return Found(PlannerTask.model_validate(task | changes), details_of(item, **(details or {})))


def details_of(item: WantedTask, **changes: Any) -> PlannerDetails:
    """The details of an item as the bridge writes them."""
    goal = target(item)
    lines = _checklist(goal)
    given: dict[str, Any] = {
        "@odata.etag": 'W/"d2"',
        "description": with_block(item.description, goal.block),
        "checklist": {key: {"title": title, "isChecked": False} for key, title in lines.items()},
        "references": {},
    }
    return PlannerDetails.model_validate(given | changes)


def outcome_states(item: WantedTask, ticks: tuple[str, ...], by: str | None, at: datetime) -> dict[str, Any]:
    """The lines of an item's outcomes as Planner shows them, some ticked by a person at a time."""
    who = {"lastModifiedBy": None if by is None else {"user": {"id": by}}, "lastModifiedDateTime": at.isoformat()}
    return {
        line_id(item.item_key, f"outcome:{one.disposition}"): {"title": one.title}
        | ({"isChecked": True, **who} if one.disposition in ticks else {})
        for one in item.outcomes
    }


def _checklist(goal: Target) -> dict[str, str]:
    lines: dict[str, str] = next(f for f in FIELDS if f.name == "checklist").wanted(goal)
    return lines


def link(item: WantedTask | None = None, **changes: Any) -> Link:
    """An open link that agrees with `found` of the same item."""
    item = item or wanted()
    seen, goal = found(item), target(item)
    base = first_base(goal, seen, in_details=False) | first_base(goal, seen, in_details=True)
    given: dict[str, Any] = {
        "item": item.item_key,
        "rule_id": item.rule_id,
        "rule_hash": item.rule_hash,
        "kind": item.kind,
        "state": LinkState.OPEN,
        "plan_id": PLAN,
        "bucket_id": BUCKET,
        "task_id": TASK,
        "etag": 'W/"2"',
        "details_etag": 'W/"d2"',
        "details_done": True,
        "reserved_at": LONG_AGO,
        "base": {**base, "progress": {"got": 0}},
        "step": item.step,
        "wished": {"bucket": item.bucket, "labels": item.labels},
        "bound": item.documents,
    }
    return Link.model_validate(given | changes)


def origin() -> Origin:
    """A workspace."""
    return Origin(kind=OriginKind.WORKSPACE, workspace=Workspace(node_id=28866, name="Contoso"))


def workflow(
    *, current: tuple[StepRef, ...] = (STEP,), completed: tuple[StepRef, ...] = (), status: str = "ontime"
) -> Origin:
    """A workflow whose steps are performed by Alice."""
    alice = Person(user_id=1, login="alice", name="Alice", email="alice@contoso.example")
    return Origin(
        kind=OriginKind.WORKFLOW,
        workflow=Workflow(
            process_id=5,
            name="Approval",
            status=WorkflowStatus(status),
            current=tuple(Step(ref=ref, name="Approver", performers=(alice,)) for ref in current),
            completed=tuple(Step(ref=ref, name="Approver", performers=(alice,)) for ref in completed),
        ),
    )


def view(item: WantedTask | None, known: Link | None, seen: Any = None, **changes: Any) -> View:
    """Everything about one item."""
    where = workflow() if (item or known) is not None and (item or known).kind == "step" else origin()  # type: ignore[union-attr]
    goal = None if item is None else Target(where.key, item, PLACE, render_block(where.key, item, known))
    return View(changes.get("origin", where), goal, known, seen, completed=changes.get("completed", frozenset()))
