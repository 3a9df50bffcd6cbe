"""Look at what is there, past every door: tables, tasks, without a call that could fail."""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from local.simulators.graph.rules import APPLICATION
from shared.models.events import EventKind
from shared.models.evidence import Entry
from shared.models.gate import Gate
from shared.models.hands import HandsRow
from shared.models.lease_row import Lease
from shared.models.link import Link, Reservation
from shared.models.messages import AgendaEntry
from shared.models.trouble import Trouble
from shared.store.row import escape, stamp, unescape
from shared.timing import DEAD_AFTER
from tests.simulation.world import World

Json = dict[str, Any]
# The same rows are looked at again and again.
_link = lru_cache(1024)(Link.model_validate_json)
_entry = lru_cache(1024)(Entry.model_validate_json)
_lease = lru_cache(1024)(Lease.model_validate_json)
_timer = lru_cache(1024)(AgendaEntry.model_validate_json)


def rows(world: World, table: str) -> Iterator[tuple[str, str, str]]:
    """Go through a table: partition, key, document; in the order of the keys."""
    partitions = world.tables.tables.get(table, {})
    for partition in sorted(partitions):
        for key in sorted(partitions[partition]):
            yield partition, key, partitions[partition][key]["data"]


def links(world: World) -> dict[tuple[str, str], Link]:
    """Read every link, by origin and item."""
    found = [
        (unescape(partition), _link(data)) for partition, key, data in rows(world, "origins") if key.startswith("link|")
    ]
    return {(origin, link.item): link for origin, link in found}


def leases(world: World) -> dict[str, Lease]:
    """Read every origin's lease row, with what stands in its way."""
    return {unescape(partition): _lease(data) for partition, key, data in rows(world, "origins") if key == "lease"}


def speakers(world: World) -> set[str]:
    """Name the origins that speak for what stands in the way of many."""
    standing = world.tables.tables.get("control", {}).get("trouble", {}).values()
    return {Trouble.model_validate_json(row["data"]).example for row in standing}


def lease_owner(world: World, origin: str) -> str:
    """Name who holds an origin; empty: nobody."""
    rows = world.tables.tables.get("origins", {}).get(escape(origin), {})
    return _lease(rows["lease"]["data"]).owner if "lease" in rows else ""


def is_in_hand(world: World, worker: str, origin: str) -> bool:
    """Tell whether a worker has an origin in hand, under any of its names, and nobody may believe it dead."""
    for name, row in world.tables.tables.get("control", {}).get("hands", {}).items():
        said, at = HandsRow.model_validate_json(row["data"]), row.metadata["timestamp"]
        is_alive = at is not None and world.now() - at <= DEAD_AFTER and not said.buried
        if unescape(name).partition("+")[0] == worker and origin in said.origins and is_alive:
            return True
    return False


def hands(world: World) -> dict[str, str]:
    """Read what workers have in hand, by their names."""
    return {key: row["data"] for key, row in world.tables.tables.get("control", {}).get("hands", {}).items()}


def gates_heard_of(world: World, before: datetime) -> dict[str, datetime]:
    """Read until when systems want to be left alone, as far as it was written before a time by the service's clock."""
    rows = world.tables.tables.get("control", {}).get("gate", {})
    return {
        unescape(key): Gate.model_validate_json(row["data"]).until
        for key, row in rows.items()
        if (at := row.metadata["timestamp"]) is not None and at < before
    }


def history(world: World) -> dict[str, list[Entry]]:
    """Read every origin's history, oldest first."""
    found: dict[str, list[Entry]] = {}
    for partition, key, data in rows(world, "origins"):
        if key.startswith("entry|"):
            found.setdefault(unescape(partition), []).append(_entry(data))
    return found


def written(world: World) -> set[tuple[int, str, str, str]]:
    """Name what the bridge wrote to tasks, or is about to (0): the entry's number, origin, item, field."""
    told = {
        (entry.sequence, origin, entry.event.item, field)
        for origin, entries in history(world).items()
        for entry in entries
        if entry.event.what == EventKind.UPDATED
        for field in entry.event.detail["fields"]
    }
    return told | {
        (0, origin, item, field) for (origin, item), link in links(world).items() for field in link.announced
    }


def known_origins(world: World) -> tuple[str, ...]:
    """Name the origins that were ever looked at."""
    return tuple(unescape(partition) for partition, key, _ in rows(world, "origins") if key == "lease")


def reservations(world: World) -> list[Reservation]:
    """Read the open reservations of all plans."""
    return [Reservation.model_validate_json(data) for _, key, data in rows(world, "tasks") if key.startswith("~")]


def agenda(world: World) -> list[AgendaEntry]:
    """Read the agenda, the earliest first."""
    found = [_timer(data) for name, _, data in rows(world, "agenda") if name != "dead"]
    return sorted(found, key=lambda entry: (entry.at, entry.origin, entry.waited_for))


def take_resyncs(world: World, *, after: datetime) -> set[str]:
    """Take the resyncs that are due after a time off the agenda; name their origins. Others were only put off."""
    taken: set[str] = set()
    for found in world.tables.tables.get("agenda", {}).values():
        for key in [key for key in found if key.endswith("|resync") and key > stamp(after)]:
            taken.add(unescape(key.split("|")[1]))
            del found[key]
    return taken


def claim_of(world: World, task_id: str) -> tuple[str, str]:
    """Name origin and item that a task belongs to; empty: it is nobody's."""
    row = world.tables.tables.get("tasks", {}).get(escape(task_id), {}).get("claim")
    if row is None:
        return "", ""
    claim = json.loads(row["data"])
    return claim["origin"], claim["item"]


def is_ours(task: Json) -> bool:
    """Tell a task that the bridge made."""
    by = task["createdBy"]
    return bool(by["user"] is None and by["application"]["id"] == APPLICATION)


def ours(world: World) -> dict[str, Json]:
    """Return the live tasks that the bridge made, by id."""
    return {task_id: task for task_id, task in world.graph.tasks.items() if is_ours(task)}


def snapshot(world: World) -> dict[str, str]:
    """Name every state that a round which has nothing to do leaves as it is, with its version."""
    state, content = world.graph.state, world.content.state
    found = {f"task {key}": item.etag for key, item in state.tasks.items()}
    found |= {f"details {key}": item.etag for key, item in state.details.items()}
    found |= {f"bucket {key}": item.etag for key, item in state.buckets.items()}
    found |= {f"workflow {key}": str(len(item.activities)) for key, item in content.processes.items()}
    found |= {
        f"node {node.id} category {key}": str(assigned.revision)
        for node in content.nodes.values()
        for key, assigned in node.categories.items()
    }
    found |= {f"row {name} {key}": _told(key, data) for name, key, data in rows(world, "origins") if key != "lease"}
    return found | {f"row {name} {key}": data for name, key, data in rows(world, "tasks")}


def _told(key: str, data: str) -> str:
    """Leave out how often a standing hold was tried: that is counted at each look."""
    if not key.startswith("link|") or '"hold":null' in data:
        return data
    return repr(_link(data).model_dump(exclude={"tries", "retry_at"}))
