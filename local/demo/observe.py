"""What the stories look at: tasks in the simulated Planner, links in the bridge's own tables."""

from typing import Any

from local.local_system import System
from shared.models.clouds import task_link
from shared.models.link import Link
from shared.store.hands import Hands
from shared.store.origins import Origins
from shared.store.queues import Queues
from shared.store.tables import Tables

Json = dict[str, Any]


def tasks(system: System, *, starting: str = "") -> list[Json]:
    """List every live task, oldest first, whose title starts so."""
    found = [task for task in system.world.graph.tasks.values() if str(task["title"]).startswith(starting)]
    return sorted(found, key=lambda task: (task["createdDateTime"], task["id"]))


def plan_of(system: System, task: Json) -> str:
    """Name a task's plan."""
    return str(system.world.graph.plans[task["planId"]]["title"])


def assignees(system: System, task: Json) -> str:
    """Name who a task is assigned to."""
    return ", ".join(sorted(system.world.login_of(user) for user in task["assignments"])) or "nobody"


def due(task: Json) -> str:
    """Return a task's due day."""
    return str(task["dueDateTime"])[:10] if task.get("dueDateTime") else "no date"


def url_of(system: System, task: Json) -> str:
    """Return where a person opens the task: the address that the bridge writes too."""
    return task_link(task["planId"], task["id"], system.graph_url)


async def links(system: System) -> dict[str, dict[str, Link]]:
    """Read every link from the tables, by origin and item key."""
    tables = Tables.from_connection_string(system.storage, writer="looking")
    queues = Queues.from_connection_string(system.storage)
    try:
        # Nothing is taken here: the hands stay empty.
        origins = Origins(tables, Hands(tables, queues, "looking"))
        return {key: await origins.find_links(key) async for key in origins.list_origins()}
    finally:
        await tables.close()
        await queues.close()
