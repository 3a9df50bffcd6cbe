"""Where people find a task, by the cloud that their tenant is in: Graph gives no address. Pure."""

from urllib.parse import quote, urlsplit

PUBLIC = "https://planner.cloud.microsoft"
NATIONAL = {
    "graph.microsoft.us": "https://tasks.office365.us",
    "dod-graph.microsoft.us": "https://tasks.osi.apps.mil",
}
"""
Planner's own address, by Graph's host. Planner is not there in the cloud of 21Vianet.

Source: https://learn.microsoft.com/microsoft-365/enterprise/microsoft-365-u-s-government-gcc-high-endpoints
and https://learn.microsoft.com/microsoft-365/enterprise/microsoft-365-u-s-government-dod-endpoints.
"""
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
"""A Graph on the machine itself is a simulated one, and so are its tasks: Microsoft knows none of their ids."""


def task_link(plan_id: str, task_id: str, graph_base_url: str = "") -> str:
    """
    Link to a task in Planner's web app.

    Args:
        plan_id: of the plan that it is in.
        task_id: of the task.
        graph_base_url: of the Graph that is used (`GRAPH_BASE_URL`). "": the public one.
    """
    plan, task = quote(plan_id, safe=""), quote(task_id, safe="")
    host = urlsplit(graph_base_url).hostname or ""
    if host in NATIONAL:
        # The national clouds still serve the address that the public one redirects.
        return f"{NATIONAL[host]}/Home/Task/{task}"
    site = graph_base_url.rstrip("/") if host in LOOPBACK else PUBLIC
    return f"{site}/webui/plan/{plan}/view/board/task/{task}"
