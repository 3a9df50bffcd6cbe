"""
Every probe, by the belief that it asks about: importing this room gathers them.

Each is independent of all others, makes what it needs in the sandbox, and leaves the taking away to the run.
"""

from shared.conformance.probes import (
    content_categories,
    content_nodes,
    content_server,
    graph_service,
    planner_details,
    planner_plans,
    planner_tasks,
    planner_versions,
    sign_in,
    workflow_acts,
    workflow_status,
)

__all__ = [
    "content_categories",
    "content_nodes",
    "content_server",
    "graph_service",
    "planner_details",
    "planner_plans",
    "planner_tasks",
    "planner_versions",
    "sign_in",
    "workflow_acts",
    "workflow_status",
]
