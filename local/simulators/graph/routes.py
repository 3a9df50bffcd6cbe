"""Which request goes where. An unknown path fails."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from local.in_process.transport import Answer
from local.simulators.graph import details, directory, plans, subscriptions, tasks
from local.simulators.graph.failures import GraphError, bad_request
from local.simulators.graph.request import Request
from local.simulators.graph.state import State

Operation: TypeAlias = Callable[..., Answer]
"""Takes the state, the request and the ids in its path."""

_ANY = "{}"

_TABLE: Mapping[tuple[str, str], Operation] = {
    ("POST", "planner/tasks"): tasks.create_task,
    ("GET", "planner/tasks/{}"): tasks.read_task,
    ("PATCH", "planner/tasks/{}"): tasks.patch_task,
    ("DELETE", "planner/tasks/{}"): tasks.delete_task,
    ("GET", "planner/tasks/{}/details"): details.read_details,
    ("PATCH", "planner/tasks/{}/details"): details.patch_details,
    ("POST", "planner/plans"): plans.create_plan,
    ("GET", "planner/plans/{}"): plans.read_plan,
    ("GET", "planner/plans/{}/details"): plans.read_plan_details,
    ("PATCH", "planner/plans/{}/details"): plans.patch_plan_details,
    ("GET", "planner/plans/{}/tasks"): tasks.list_plan_tasks,
    ("GET", "planner/plans/{}/buckets"): plans.list_plan_buckets,
    ("POST", "planner/buckets"): plans.create_bucket,
    ("GET", "planner/buckets/{}"): plans.read_bucket,
    ("DELETE", "planner/buckets/{}"): plans.delete_bucket,
    ("GET", "planner/buckets/{}/tasks"): tasks.list_bucket_tasks,
    ("GET", "groups/{}/planner/plans"): plans.list_group_plans,
    ("GET", "users/{}/planner/tasks"): tasks.list_user_tasks,
    ("GET", "users"): directory.list_users,
    ("GET", "users/{}"): directory.read_user,
    ("GET", "users/{}/manager"): directory.read_manager,
    ("POST", "users/{}/sendMail"): directory.send_mail,
    ("POST", "users/{}/microsoft.graph.sendMail"): directory.send_mail,
    ("GET", "groups/{}"): directory.read_group,
    ("GET", "groups/{}/members"): directory.list_members,
    ("GET", "groups/{}/members/microsoft.graph.user"): directory.list_members,
    ("GET", "groups/{}/transitiveMembers"): directory.list_transitive_members,
    ("GET", "groups/{}/transitiveMembers/microsoft.graph.user"): directory.list_transitive_members,
    ("GET", "subscriptions"): subscriptions.list_subscriptions,
    ("GET", "subscriptions/{}"): subscriptions.read_subscription,
    ("PATCH", "subscriptions/{}"): subscriptions.renew_subscription,
    ("DELETE", "subscriptions/{}"): subscriptions.delete_subscription,
    ("POST", "subscriptions/{}/reauthorize"): subscriptions.reauthorize_subscription,
}


def _by_shape() -> dict[tuple[str, int], list[tuple[tuple[str, ...], Operation]]]:
    found: dict[tuple[str, int], list[tuple[tuple[str, ...], Operation]]] = {}
    for (method, pattern), operation in _TABLE.items():
        parts = tuple(pattern.split("/"))
        found.setdefault((method, len(parts)), []).append((parts, operation))
    return found


_SHAPES = _by_shape()


def route(state: State, request: Request) -> Answer:
    """
    Carry out a request.

    Raises:
        GraphError: 400, no such path, as Graph says it; or the operation's own.
    """
    segments = request.path.strip("/").split("/")
    for pattern, operation in _SHAPES.get((request.method, len(segments)), ()):
        if all(part in (_ANY, segment) for part, segment in zip(pattern, segments, strict=True)):
            ids = [segment for part, segment in zip(pattern, segments, strict=True) if part == _ANY]
            return operation(state, request, *ids)
    raise _unknown(request, segments)


def _unknown(request: Request, segments: list[str]) -> GraphError:
    if request.method == "POST" and segments[-2:] == ["planner", "tasks"]:
        # POST /me/planner/tasks and /users/{id}/planner/tasks look as if they worked.
        return bad_request(
            "Write requests are only supported on contained entities or navigation properties with bindings."
        )
    message = f"Resource not found for the segment '{segments[-1]}'."
    return bad_request(message)
