"""The simulated Planner as its people see it, as JSON."""

from typing import Any
from urllib.parse import unquote

from local.local_system import System

BRIDGE = "the bridge"
NOTE = "Note: "
"""How the line begins in which the bridge says something to people."""


def view_planner(system: System) -> list[dict[str, Any]]:
    """Show every plan with its buckets and tasks."""
    graph = system.world.graph
    groups = {group.id: group.name for group in graph.state.groups.values()}
    return [
        {
            "id": plan_id,
            "title": plan["title"],
            "group": groups.get(str(plan["owner"]), ""),
            "labels": graph.plan_labels(plan_id),
            "buckets": [{"id": key, "name": name} for name, key in graph.plan_buckets(plan_id).items()],
            "tasks": [_view_task(system, task) for task in graph.plan_tasks(plan_id)],
        }
        for plan_id, plan in graph.plans.items()
    ]


def _view_task(system: System, task: dict[str, Any]) -> dict[str, Any]:
    details = system.world.graph.details[task["id"]]
    return {
        "id": task["id"],
        "title": task["title"],
        "bucket": task["bucketId"],
        "due": task["dueDateTime"],
        "priority": task["priority"],
        "done": task["percentComplete"] == 100,
        "completed_by": _login(system, task["completedBy"]),
        "completed_at": task["completedDateTime"],
        "made_by": _login(system, task["createdBy"]),
        "assignees": [system.world.login_of(user) for user in task["assignments"]],
        "labels": list(task["appliedCategories"]),
        "checklist": _view_checklist(system, details["checklist"]),
        "description": details["description"],
        "notes": [line for line in str(details["description"]).splitlines() if line.startswith(NOTE)],
        "links": [{"url": unquote(url), "alias": link["alias"]} for url, link in details["references"].items()],
    }


def _view_checklist(system: System, checklist: dict[str, Any]) -> list[dict[str, Any]]:
    # In the order in which they came: in which Planner shows lines that came together is not documented.
    return [
        {
            "key": key,
            "title": line["title"],
            "checked": line["isChecked"],
            "by": _login(system, line["lastModifiedBy"]),
        }
        for key, line in checklist.items()
    ]


def _login(system: System, identity: dict[str, Any] | None) -> str:
    """Name who did something. Empty: nobody did."""
    if identity is None:
        return ""
    user = identity.get("user") or {}
    return system.world.login_of(str(user["id"])) if user.get("id") else BRIDGE
