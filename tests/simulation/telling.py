"""What the history and the holds tell must be so: what people are said to have done they did; what waits says why."""

from collections.abc import Collection, Iterator, Mapping

from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.holds import HOLDS, HoldCause
from tests.simulation.looking import claim_of, history, leases, links
from tests.simulation.people import Log
from tests.simulation.world import World

_Did = tuple[str, str]
"""What somebody did, and with which field."""
_EDITS: Mapping[str, Collection[_Did]] = {
    "title": {("edited", "title")},
    "due": {("edited", "due")},
    "start": {("edited", "due")},
    "bucket": {("edited", "bucket"), ("moved", "")},
    "labels": {("edited", "labels"), ("moved", "")},
    "assignees": {("edited", "assignees"), ("bent", "assignees")},
    "checklist": {("edited", "line"), ("dropped", ""), ("filled", ""), ("rewrote", "")},
    "context": {("damaged", ""), ("edited", "description")},
}
"""By field that a history tells as edited: what people may have done there. Of the others nobody touches any."""
_OPENED = "opened again in Planner"


def untrue_histories(world: World, log: Log) -> Iterator[str]:
    """Name what a history says that people did, and nobody did."""
    did: dict[tuple[str, str], set[_Did]] = {}
    for act in log.acts:
        if act.task:
            item = act.item if act.item[1] else claim_of(world, act.task)
            did.setdefault(item, set()).add((act.what, act.field))
    for origin, entries in history(world).items():
        for entry in entries:
            whose = origin, entry.event.item
            forgotten = {field for *of_task, field in world.forgotten if (*of_task,) == whose}
            for what in _untold(entry.event, did.get(whose, set()), forgotten):
                yield f"the history says {what}, and nobody did: {' '.join(whose)} at {entry.at:%H:%M:%S}"


def _untold(event: Event, did: Collection[_Did], forgotten: Collection[str]) -> Iterator[str]:
    acts = {what for what, _ in did}
    if event.what == EventKind.EDITED:
        for field in event.detail["fields"]:
            if field not in forgotten and not set(_EDITS.get(field, ())) & set(did):
                yield f"edited {field}"
    elif event.what == EventKind.MOVED and "moved" not in acts:
        yield "moved"
    elif event.what == EventKind.PROGRESSED and not acts & {"progressed", "reopened", "completed"}:
        yield "progressed"
    elif (
        event.what == EventKind.REOPENED and event.detail["reason"] == _OPENED and not acts & {"progressed", "reopened"}
    ):
        yield "reopened"


def mute_holds(world: World) -> Iterator[str]:
    """Name what waits without a reason, or without a next try; and what one thing's data did to another."""
    for key, link in links(world).items():
        if link.hold is None:
            continue
        if not link.reason:
            yield f"held without a reason: {key} {link.hold}"
        if HOLDS[link.hold].outside and link.retry_at is None:
            yield f"held without a next try: {key} {link.hold}"
        if link.hold is HoldCause.ITEM_FAILED:
            yield f"stopped by something unforeseen: {key} {link.reason}"
    for origin, lease in leases(world).items():
        if lease.trouble is not None and int(origin.partition("-")[2]) not in world.purged:
            yield f"still in trouble, and all is well: {origin} {lease.trouble.error}"


def taken_from_strangers(world: World, log: Log) -> Iterator[str]:
    """Name the tasks of people that an item took for its own, whatever their text says."""
    made = {act.task for act in log.of("made")}
    yield from (
        f"a person's task was taken: {key} {link.task_id}" for key, link in links(world).items() if link.task_id in made
    )
