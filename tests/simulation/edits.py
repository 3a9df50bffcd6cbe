"""What became of people's edits: each is there, or is kept as a conflict, or was overtaken by a later one."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from shared.models.evidence import Entry
from shared.models.link import LinkState
from tests.simulation.deployments import bucket_asked
from tests.simulation.looking import history, links
from tests.simulation.people import Act, Log
from tests.simulation.wanting import Wanted
from tests.simulation.world import World

Json = dict[str, Any]
ROLLING = timedelta(minutes=1)
"""A deployment replaces one worker after the other: for so long some still work under the file before."""


def lost_edits(world: World, wanted: Wanted, log: Log, *, since: datetime) -> Iterator[str]:
    """
    Name the edits of which nothing is left and nothing is said.

    Args:
        since: from when on it is known what both sides agreed on.
    """
    events = history(world)
    states = {link.task_id: key for key, link in links(world).items() if link.state is LinkState.OPEN}
    for number, act in enumerate(log.acts):
        if act.what != "edited" or act.undoes or act.at < since or act.task not in states:
            continue
        key = states[act.task]
        if key not in wanted or _overtaken(act, log.acts[number + 1 :]) or _was_asked_too(world, act, key[1]):
            continue
        if not _is_there(world, act) and not _is_told(act, events.get(key[0], []), key[1]):
            yield f"an edit is lost: {act.who} set {act.field} of {act.task} to {act.value!r} at {act.at:%H:%M:%S}"


def _overtaken(act: Act, later: list[Act]) -> bool:
    """Tell whether somebody wrote the same field again, or moved the task, which loses bucket and labels."""
    if any(one.task == act.task and one.what == "dropped" and one.value == act.value for one in later):
        return True
    again = [one for one in later if one.task == act.task and one.field == act.field]
    # Whoever bends an approval writes its assignees too.
    same = any(one.what in ("edited", "bent") for one in again)
    moved = any(one.task == act.task and one.what == "moved" for one in later)
    return (same and act.field not in ("description", "line")) or (moved and act.field in ("bucket", "labels"))


def _was_asked_too(world: World, act: Act, item: str) -> bool:
    """
    Tell a drag to the bucket that another mapping asked for, then or later, whatever the bucket is called by now.

    While that one was in force both sides agreed, and nobody's choice stood against the rule's: when the rule asks for
    another bucket, the task goes there. What the mapping in force asks for has to be there.
    """
    bucket = world.graph.state.buckets.get(act.value) if act.field == "bucket" else None
    if bucket is None:
        return False
    asked = {edit: bucket_asked(edit, item) for edit in world.mappings_since(act.at - ROLLING)}
    names = {bucket.body["name"], *world.bucket_names.get(bucket.id, ())}
    return bucket.body["name"] != asked[world.mapping] and bool(names & set(asked.values()))


def _is_there(world: World, act: Act) -> bool:
    task, details = world.graph.tasks[act.task], world.graph.details[act.task]
    if act.field == "assignees":
        added, removed = act.value
        return bool(added <= set(task["assignments"]) and not removed & set(task["assignments"]))
    if act.field == "description":
        return act.value in details["description"]
    if act.field == "line":
        return any(line["title"] == act.value for line in details["checklist"].values())
    held = {
        "title": task["title"],
        "due": str(task["dueDateTime"] or "")[:10],
        "bucket": task["bucketId"],
        "labels": sorted(name for name, value in task["appliedCategories"].items() if value),
    }
    return bool(held[act.field] == act.value)


def _is_told(act: Act, entries: list[Entry], item: str) -> bool:
    """Tell whether the history says what became of it: taken over and changed later, lost, or put back."""
    for entry in entries:
        event = entry.event
        if event.item != item:
            continue
        if event.what == "conflict" and event.detail["field"] == act.field and event.detail["lost"] == act.value:
            return True
        if event.what == "edited" and act.field in event.detail["fields"]:
            return True
        if event.what == "refused" and act.field == "assignees":
            return True
    return False
