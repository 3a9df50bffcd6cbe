"""
Plans, their details (the labels' names), and buckets.

Source: https://learn.microsoft.com/graph/api/resources/plannerplan
"""

from collections.abc import Mapping

from local.in_process.transport import Answer
from local.simulators.graph import opentypes, values
from local.simulators.graph.failures import (
    GraphError,
    Json,
    exceed,
    json_answer,
    no_access,
    no_content,
    not_found,
    refuse,
)
from local.simulators.graph.pages import METADATA, page, single
from local.simulators.graph.patching import Reader, Write, changed, check_archived, check_etag, merged
from local.simulators.graph.request import Request
from local.simulators.graph.resource import Resource, paths_of
from local.simulators.graph.state import Group, State
from local.simulators.graph.task_writes import drop_task

_GROUPS_URL = "https://graph.microsoft.com/v1.0/groups/"
_LABELS = {f"category{number}": None for number in range(1, 26)}


def _shared(value: object, held: object, _write: Write) -> Json:
    if not isinstance(value, dict) or not isinstance(held, dict):
        refuse("The property 'sharedWith' must be an object.")
    return {**held, **value}


def _name(value: object, _held: object, write: Write) -> str:
    return values.text("name", value, longest=write.state.rules.limits.title)


def _hint(value: object, _held: object, write: Write) -> str:
    values.check_hint("orderHint", value)
    return write.state.new_hint()


PLAN_DETAILS: Mapping[str, Reader] = {
    "categoryDescriptions": opentypes.category_descriptions,
    "sharedWith": _shared,
}
BUCKET: Mapping[str, Reader] = {"name": _name, "orderHint": _hint}


def create_plan(state: State, request: Request) -> Answer:
    """
    Make a plan in a group.

    Raises:
        GraphError: 400 without a container, 403 (limits; the app's membership, by the rules), 404 (no such group).

    Source: https://learn.microsoft.com/graph/api/planner-post-plans
    """
    given = request.read_object()
    group = _container(state, given.get("container"))
    if state.rules.creator_must_be_member and not group.has_app:
        raise no_access()
    title = values.text("title", given.get("title"), longest=state.rules.limits.title)
    plan = add_plan(state, group, title, Write(state, state.app))
    text = f'{{"@odata.context":"{METADATA}planner/plans/$entity",{plan.text()[1:]}'
    return json_answer(text, status=state.rules.plan_created_status)


def read_plan(state: State, request: Request, plan_id: str) -> Answer:
    """
    Show a plan.

    Raises:
        GraphError: 404, 403.
    """
    plan = state.plan(plan_id)
    if not state.believed("planner-plan-container"):
        plan.refresh({**plan.body, "container": None})
    return single(state, request, plan, context="planner/plans", details=state.plan_details[plan_id])


def read_plan_details(state: State, request: Request, plan_id: str) -> Answer:
    """
    Show a plan's labels.

    Raises:
        GraphError: 404, 403.
    """
    state.plan(plan_id)
    if not state.believed("planner-labels-25"):
        details = state.plan_details[plan_id]
        named = dict(list(details.body["categoryDescriptions"].items())[:6])
        details.refresh({**details.body, "categoryDescriptions": named})
    return single(state, request, state.plan_details[plan_id], context="planner/plans/details", details=None)


def patch_plan_details(state: State, request: Request, plan_id: str) -> Answer:
    """
    Name a plan's labels.

    Raises:
        GraphError: 400, 403, 404, 409, 412.
    """
    state.plan(plan_id)
    details = state.plan_details[plan_id]
    changes = request.read_object()
    paths = paths_of(changes)
    check_etag(state, details, request, paths)
    check_archived(state, plan_id)
    write = Write(state, state.app)
    details.commit(merged(details.body, changes, readers=PLAN_DETAILS, write=write), paths)
    return changed(state, details, request)


def list_group_plans(state: State, request: Request, group_id: str) -> Answer:
    """
    List a group's plans that the caller may see.

    Raises:
        GraphError: 404, no such group.
    """
    _group(state, group_id)
    found = [plan for plan in state.plans.values() if plan.body["owner"] == group_id and plan.id not in state.hidden]
    return page(state, request, found, context="Collection(microsoft.graph.plannerPlan)")


def create_bucket(state: State, request: Request) -> Answer:
    """
    Make a bucket; two of a name are two.

    Raises:
        GraphError: 400, 403, 404.

    Source: https://learn.microsoft.com/graph/api/planner-post-buckets
    """
    given = request.read_object()
    plan_id = given.pop("planId", None)
    if not isinstance(plan_id, str) or "name" not in given:
        refuse("A bucket needs 'planId' and 'name'.")
    state.plan(plan_id)
    bucket = add_bucket(state, plan_id, given, Write(state, state.app))
    text = f'{{"@odata.context":"{METADATA}planner/buckets/$entity",{bucket.text()[1:]}'
    return json_answer(text, status=201)


def read_bucket(state: State, request: Request, bucket_id: str) -> Answer:
    """
    Show a bucket.

    Raises:
        GraphError: 404, 403.
    """
    bucket = state.buckets.get(bucket_id)
    if bucket is None:
        raise not_found()
    state.check_access(bucket.body["planId"])
    return single(state, request, bucket, context="planner/buckets", details=None)


def delete_bucket(state: State, request: Request, bucket_id: str) -> Answer:
    """
    Delete a bucket that nobody changed since the etag, with its tasks.

    Raises:
        GraphError: 403, 404, 409, 412.

    Source: https://learn.microsoft.com/graph/api/plannerbucket-delete
    """
    bucket = state.buckets.get(bucket_id)
    if bucket is None:
        raise not_found()
    state.check_access(bucket.body["planId"])
    check_archived(state, bucket.body["planId"])
    check_etag(state, bucket, request, None)
    drop_bucket(state, bucket_id)
    return no_content()


def drop_bucket(state: State, bucket_id: str) -> None:
    """Remove a bucket with its tasks."""
    plan_id = state.buckets.pop(bucket_id).body["planId"]
    for task in [task for task in state.tasks_of(plan_id) if task.body["bucketId"] == bucket_id]:
        drop_task(state, task)


def list_plan_buckets(state: State, request: Request, plan_id: str) -> Answer:
    """
    List a plan's buckets.

    Raises:
        GraphError: 404, 403.
    """
    state.plan(plan_id)
    return page(state, request, state.buckets_of(plan_id), context="Collection(microsoft.graph.plannerBucket)")


def add_plan(state: State, group: Group, title: str, write: Write, *, plan_id: str = "") -> Resource:
    """
    Make a plan and its details.

    Args:
        plan_id: empty: drawn.

    Raises:
        GraphError: 403, the group has all the plans it may have.
    """
    owned = sum(plan.body["owner"] == group.id for plan in state.plans.values())
    if owned >= state.rules.limits.plans_of_group:
        exceed("MaximumProjectsOwnedByUser")
    plan = state.resource(
        {
            "createdDateTime": state.stamp(),
            "owner": group.id,
            "title": title,
            "id": plan_id or state.new_id(),
            "createdBy": write.actor,
            "container": {"containerId": group.id, "type": "group", "url": _GROUPS_URL + group.id},
        }
    )
    state.plans[plan.id] = plan
    state.plan_tasks[plan.id] = {}
    labels = {"id": plan.id, "sharedWith": {}, "categoryDescriptions": dict(_LABELS)}
    state.plan_details[plan.id] = state.resource(labels)
    return plan


def add_bucket(state: State, plan_id: str, given: Json, write: Write) -> Resource:
    """
    Make a bucket.

    Raises:
        GraphError: 400, 403.
    """
    check_archived(state, plan_id)
    if not state.believed("planner-buckets-twice") and given["name"] in {
        bucket.body["name"] for bucket in state.buckets_of(plan_id)
    }:
        refuse("The plan has a bucket of that name.")
    if len(state.buckets_of(plan_id)) >= state.rules.limits.buckets_in_plan:
        exceed("MaximumBucketsInProject")
    blank = {"name": "", "planId": plan_id, "orderHint": state.new_hint(), "id": state.new_id()}
    bucket = state.resource(merged(blank, given, readers=BUCKET, write=write))
    state.buckets[bucket.id] = bucket
    return bucket


def _container(state: State, container: object) -> Group:
    # `owner` was removed in favour of the container, which is named by its URL or by id and type.
    if not isinstance(container, dict):
        refuse("A plan needs a container.")
    url = str(container.get("url") or "")
    group_id = container.get("containerId") or (url.rsplit("/", 1)[-1] if "/groups/" in url else "")
    if not group_id or (not url and container.get("type") != "group"):
        refuse("A container is named by its 'url', or by 'containerId' and 'type'.")
    return _group(state, str(group_id))


def _group(state: State, group_id: str) -> Group:
    group = state.groups.get(group_id)
    if group is None:
        message = (
            f"Resource '{group_id}' does not exist or one of its queried reference-property objects are not present."
        )
        raise GraphError(404, message, code="Request_ResourceNotFound")
    return group
