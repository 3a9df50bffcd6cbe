"""
Find what runs have made, by its mark, and take it away.

It is looked for, not remembered: a request whose answer was lost may have made something too.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from shared.clients.opentext.answers import properties
from shared.clients.opentext.server import list_pages
from shared.conformance.beliefs import Needs
from shared.conformance.observed import CannotTellError
from shared.conformance.sandbox import KIND, MARKED, Targets
from shared.conformance.systems import Reply, Systems
from shared.errors import BridgeError, NotFoundError

ROUNDS = 4
"""Of looking again: a task just made may not stand in the list yet."""
PAUSE = 5.0
"""Seconds before looking again at what could not be read or taken away."""


@dataclass(frozen=True)
class Made:
    """Something that a run made."""

    what: str
    """For people."""
    take: Callable[[], Awaitable[None]]


async def list_made(systems: Systems, targets: Targets, mark: str = KIND) -> tuple[tuple[Made, ...], tuple[str, ...]]:
    """
    List what runs have made where this one may write.

    Args:
        mark: of one run; the default finds what any run left.

    Returns:
        What was found, and what could not be looked for: one system that is away hides nothing of the other.
    """
    found: list[Made] = []
    unknown: list[str] = []
    for kind in (_subscriptions, _tasks, _buckets, _workflows, _nodes):
        try:
            found += [one async for one in kind(systems, targets, mark)]
        except (CannotTellError, BridgeError) as error:
            unknown.append(f"{kind.__name__.strip('_')}: can't be looked for: {error}")
    return tuple(found), tuple(unknown)


async def take_away(systems: Systems, targets: Targets, mark: str = KIND) -> tuple[str, ...]:
    """
    Take away what a run made.

    Returns:
        What is left, for people; empty: nothing is.
    """
    left: tuple[str, ...] = ()
    for number in range(ROUNDS):
        if number and left:
            await systems.pause(PAUSE)
        made, unknown = await list_made(systems, targets, mark)
        if not made and not unknown:
            return ()
        left = (*unknown, *[one.what for one in made if not await _is_taken(one)])
    return left


async def _is_taken(made: Made) -> bool:
    try:
        await made.take()
    except NotFoundError:
        return True
    except (CannotTellError, BridgeError):
        return False
    return True


def _is_ours(name: str, mark: str) -> bool:
    # The pattern too: with the mark of any run, a person's own "Conformance check of contracts" begins alike.
    return MARKED.match(name) is not None and name.lstrip().startswith(mark)


async def _tasks(systems: Systems, targets: Targets, mark: str) -> AsyncIterator[Made]:
    if targets.plan is None or Needs.PLAN not in targets.may_write:
        return
    await systems.turn()
    for task in await systems.planner.list_tasks(targets.plan):
        if _is_ours(task.title, mark):
            yield Made(f"task {task.title!r}", _deleting(systems, f"planner/tasks/{task.id}", task.etag))


async def _buckets(systems: Systems, targets: Targets, mark: str) -> AsyncIterator[Made]:
    if targets.plan is None or Needs.PLAN not in targets.may_write:
        return
    await systems.turn()
    for bucket in await systems.planner.list_buckets(targets.plan):
        if _is_ours(bucket.name, mark):
            yield Made(f"bucket {bucket.name!r}", _deleting(systems, f"planner/buckets/{bucket.id}", bucket.etag))


async def _subscriptions(systems: Systems, targets: Targets, mark: str) -> AsyncIterator[Made]:
    """Find subscriptions by their address: they have no name, and Graph shows their secret to nobody."""
    if not targets.notifications or Needs.PLAN not in targets.may_write:
        return
    reply = await systems.graph("GET", "subscriptions")
    if not reply.is_success:
        message = f"subscriptions can't be listed: {reply.said}"
        raise CannotTellError(message)
    run = mark.removeprefix(KIND).strip()
    for row in reply.json.get("value") or []:
        if f"?conformance={run}" in str(row.get("notificationUrl")):
            yield Made(f"subscription {row.get('id')}", _deleting(systems, f"subscriptions/{row.get('id')}"))


async def _nodes(systems: Systems, targets: Targets, mark: str) -> AsyncIterator[Made]:
    if targets.workspace is None or Needs.WORKSPACE not in targets.may_write:
        return
    await systems.turn()
    path = f"v2/nodes/{targets.workspace}/nodes"
    # Without a filter: whether it finds what it should is a belief too.
    query = (("fields", "properties"),)
    async for page in list_pages(systems.opentext.site, path, query):
        for row in map(properties, page):
            if _is_ours(str(row.get("name", "")), mark):
                yield Made(f"node {row.get('name')!r}", _removing(systems, f"v2/nodes/{row.get('id')}"))


async def _workflows(systems: Systems, targets: Targets, _mark: str) -> AsyncIterator[Made]:
    """
    Find what runs of the sandbox map, whoever's mark it has: the map is there for nothing else.

    Running ones are found by their map; those that were suspended or stopped, and not deleted yet, by its name.
    """
    if targets.workflow_map is None or Needs.WORKFLOW not in targets.may_write:
        return
    query = (("Kind", "Both"), ("kind", "Both"), ("status", "NOARCHIVE"))
    reply = await systems.content("GET", "v2/workflows/status/active", query=query)
    rows = [{name.casefold(): value for name, value in row.items()} for row in reply.results or []]
    found = {row.get("work_workid") for row in rows if row.get("map_mapobjid") == targets.workflow_map}
    name = await _map_name(systems, targets.workflow_map)
    for status in ("", "ontime", "stopped"):
        query = (("kind", "Both"), *((("wstatus", status),) if status else ()))
        listed = await systems.content("GET", "v2/workflows/status", query=query)
        own = [(row.get("data") or {}).get("wfstatus") or {} for row in listed.results or []]
        found |= {row.get("process_id") for row in own if name and row.get("wf_name") == name}
    for process in sorted(number for number in found if isinstance(number, int)):
        yield Made(f"workflow {process}", _ending(systems, process))


async def _map_name(systems: Systems, number: int) -> str:
    reply = await systems.content("GET", f"v2/nodes/{number}", query=(("fields", "properties"),))
    return str(properties(reply.results).get("name", ""))


def _deleting(systems: Systems, path: str, etag: str = "") -> Callable[[], Awaitable[None]]:
    async def take() -> None:
        reply = await (systems.graph("DELETE", path, If_Match=etag) if etag else systems.graph("DELETE", path))
        _gone(reply, 404)

    return take


def _removing(systems: Systems, path: str) -> Callable[[], Awaitable[None]]:
    async def take() -> None:
        _gone(await systems.content("DELETE", path))

    return take


def _ending(systems: Systems, process: int) -> Callable[[], Awaitable[None]]:
    async def take() -> None:
        # Only what has ended can be deleted. That it has already, is no matter.
        await systems.content("PUT", f"v2/processes/{process}/status", form={"status": "stop"})
        _gone(await systems.content("DELETE", f"v2/processes/{process}"))

    return take


def _gone(reply: Reply, *well: int) -> None:
    if not reply.is_success and reply.status not in well:
        raise CannotTellError(reply.said)
