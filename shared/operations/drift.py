"""Compare OpenText and Planner, origin by origin, with nothing written; and have looked at what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from shared.decisions.actions import Action, Remember
from shared.decisions.drift import drift_of
from shared.decisions.observed import Found
from shared.decisions.record import task_url
from shared.errors import NeverError, ThrottledError
from shared.models.drift import FieldDrift, ItemDrift, OriginDrift
from shared.models.events import EventKind
from shared.models.link import Link, LinkState
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from shared.observability.secret_filter import redact
from shared.preview.dry_services import Unheld, shut
from shared.preview.noted_calls import Notes
from shared.reconciler.acting import decided
from shared.reconciler.observe import read_work

if TYPE_CHECKING:
    from shared.models.evidence import Entry
    from shared.models.wanted import WantedTask
    from shared.reconciler.session import Work
    from shared.services import Services, Storage


async def compare(origin: str, services: Services) -> OriginDrift:
    """
    Compare one origin, its finished tasks too. Nothing is written.

    Raises:
        ThrottledError: a system asked for a pause: an operator's question leaves it alone, too.
        RetryLaterError: something did not answer.
    """
    now = services.now()
    if (opening := await services.gates.find_closed(now)) is not None:
        message = f"a system asked not to be called before {opening:%Y-%m-%d %H:%M:%S} UTC"
        raise ThrottledError(message, system="graph", retry_after=opening - now)
    links = await services.origins.find_links(origin)
    notes = Notes()
    held = Unheld(origin, dict(links), notes)
    # As a resync does: finished tasks are read too, and nothing is taken from memory.
    asked = OriginMessage(origin=origin, waited_for=WaitedFor.RESYNC)
    try:
        work = await read_work(held, asked, shut(services, notes))
    except NeverError as error:
        return OriginDrift(origin=origin, unread=redact(str(error)) or type(error).__name__)
    agreed = _agreed_at(await services.origins.list_entries(origin))
    items = tuple(_items(work, agreed))
    read = sum(isinstance(seen, Found) for seen in work.seen.values())
    return OriginDrift(origin=origin, items=items, compared=read)


async def have_looked_at(origins: Iterable[str], storage: Storage) -> None:
    """Queue a complete look at origins. Raises UnavailableError: what was queued by then stays queued."""
    for origin in origins:
        await storage.queues.send_origin(OriginMessage(origin=origin, waited_for=WaitedFor.OPERATOR))


def _items(work: Work, agreed: Mapping[str, Mapping[str, datetime]]) -> Iterator[ItemDrift]:
    wanted = {task.item_key: task for task in work.wanted.tasks}
    actions = {action.item: action for action in decided(work)}
    for item in work.items():
        link, fields = work.held.links.get(item), _fields(work, wanted.get(item), item, agreed.get(item, {}))
        told = "" if fields is not None else _next(actions.get(item), link)
        if fields or told:
            yield ItemDrift(
                item=item,
                task=None if link is None else link.task_id,
                url=None if link is None else task_url(link, work.services.settings.graph_base_url),
                fields=fields or (),
                next=told,
                held="" if link is None or link.hold is None else link.reason or link.hold.value,
            )


def _fields(
    work: Work, task: WantedTask | None, item: str, agreed: Mapping[str, datetime]
) -> tuple[FieldDrift, ...] | None:
    """Compare an open task of a wanted item. None: there is no such task."""
    link, seen = work.held.links.get(item), work.seen.get(item)
    if task is None or link is None or link.state is not LinkState.OPEN or not isinstance(seen, Found):
        return None
    return drift_of(work.target(task).at(seen.task.plan_id), seen, link, agreed)


def _next(action: Action | None, link: Link | None) -> str:
    """Say what the next look does about an item that has no task to compare; "": nothing that anybody would see."""
    if isinstance(action, Remember):
        state = None if link is None else link.state
        return "" if action.link.state is state else f"it becomes {action.link.state}"
    return _WORDS.get(type(action).__name__, "")


_WORDS = {
    "Create": "its task is made",
    "Settle": "what became of its task is looked for",
    "Send": "the workflow is told of the decision",
    "CheckSending": "what became of the decision is looked for",
    "Delegate": "the step is handed on",
    "SetAttributes": "the record is written",
    "Write": "its task is written",
}
"""By action."""


def _agreed_at(entries: Iterable[Entry]) -> dict[str, dict[str, datetime]]:
    """By item and field: when the history last tells that it was written or taken; "": when the task was made."""
    found: dict[str, dict[str, datetime]] = {}
    for entry in entries:
        known = found.setdefault(entry.item, {})
        if entry.kind in (EventKind.CREATED, EventKind.SETTLED, EventKind.ADOPTED):
            known[""] = entry.at
        detail = entry.event.detail
        after = detail.get("after")
        names = after.keys() if isinstance(after, dict) else detail.get("fields", ())
        for name in (*names, *([detail["field"]] if "field" in detail else ())):
            known[str(name)] = entry.at
    return found
