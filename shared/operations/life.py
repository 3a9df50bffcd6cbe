"""One origin's life, as an operator reads it: where it stands, what it waits for, and what happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.clients.opentext.server import node_url, step_url
from shared.errors import UnreadableError
from shared.evidence.history import ItemHistory, about_of, items_of
from shared.evidence.people import People, people_of
from shared.evidence.sentences import actor, sentence
from shared.models.asked import OriginAsked
from shared.models.clouds import task_link
from shared.models.events import EventKind
from shared.models.evidence import Entry
from shared.models.explanation import NextLook
from shared.models.holds import HOLDS
from shared.models.keys import OriginKind, split_origin_key
from shared.models.lease_row import Lease
from shared.models.life import ItemShown, OriginAnswer, OriginTroubleShown, Teller, Told
from shared.models.link import Link
from shared.models.troubles import CAUSES, OriginTrouble
from shared.models.words import WaitedFor
from shared.operations.counted import hindrance
from shared.reconciler.wake import time_of
from shared.services import Storage
from shared.store.row import unstamp

_BY_OPENTEXT = frozenset({EventKind.CLOSED, EventKind.OVERTAKEN})


@dataclass(frozen=True)
class Addresses:
    """Where people find both systems; empty: the app does not know."""

    opentext: str = ""
    """The whole cs URL."""
    graph: str = ""


async def read_life(asked: OriginAsked, addresses: Addresses, storage: Storage) -> OriginAnswer:
    """
    Read all that is kept of an origin, with a page of its history.

    Raises:
        UnavailableError: storage does not answer.
    """
    lease = await storage.origins.find_lease(asked.key)
    links = await storage.origins.find_links(asked.key)
    entries, unread = await _entries(asked.key, storage)
    people, now = people_of(entries), storage.now()
    older = [entry for entry in entries if not asked.before or entry.sequence < asked.before]
    page = older[-asked.limit :]
    return OriginAnswer(
        now=now,
        origin=asked.key,
        name=_name(entries, asked.key),
        is_known=lease is not None or bool(links),
        in_hand=lease is not None and lease.owner != "",
        url=_url(asked.key, links, addresses.opentext),
        trouble=_trouble(None if lease is None else lease.trouble),
        next_looks=_next_looks(lease),
        items=_items(entries, links, addresses.graph),
        told=tuple(_told(entry, people) for entry in reversed(page)),
        history_unread=unread,
        entries=len(entries),
        before=page[0].sequence if len(older) > len(page) else 0,
    )


async def _entries(key: str, storage: Storage) -> tuple[tuple[Entry, ...], str]:
    """Read the history; of one that can't be read, why: the rest is shown all the same."""
    try:
        return await storage.origins.list_entries(key), ""
    except UnreadableError as error:
        return (), str(error)


def _name(entries: Sequence[Entry], key: str) -> str:
    about = about_of(entries)
    kind, _ = split_origin_key(key)
    names = [str(about[part].get("name") or "") for part in ("workflow", "workspace") if part in about]
    if kind is OriginKind.WORKFLOW:
        return " in ".join(name for name in names if name)
    return names[-1] if names else ""


def _url(key: str, links: dict[str, Link], base: str) -> str:
    """Link to it in Smart UI; to a workflow by a step that the bridge knows: it has no page of its own there."""
    if not base:
        return ""
    kind, number = split_origin_key(key)
    if kind is not OriginKind.WORKFLOW:
        return node_url(base, number)
    steps = [link.step for link in links.values() if link.step is not None]
    return step_url(base, steps[-1]) if steps else ""


def _trouble(trouble: OriginTrouble | None) -> OriginTroubleShown | None:
    if trouble is None:
        return None
    facts = CAUSES[trouble.cause]
    return OriginTroubleShown(
        cause=trouble.cause,
        sentence=facts.sentence,
        text=trouble.error,
        heals=facts.heals,
        since=trouble.since,
        tries=trouble.tries,
        next_try=trouble.next_try,
    )


def _next_looks(lease: Lease | None) -> tuple[NextLook, ...]:
    timers = {} if lease is None else lease.timers
    looks = [NextLook(waited_for=WaitedFor(reason), at=unstamp(time_of(place))) for reason, place in timers.items()]
    return tuple(sorted(looks, key=lambda look: look.at))


def _items(entries: Sequence[Entry], links: dict[str, Link], graph: str) -> tuple[ItemShown, ...]:
    histories = {one.item: one for one in items_of(entries)}
    at_work = sorted(links.values(), key=lambda link: (not link.is_at_work, link.item))
    return tuple(_item(link, histories.get(link.item), graph) for link in at_work)


def _item(link: Link, history: ItemHistory | None, graph: str) -> ItemShown:
    cause = hindrance(link)
    has_task = link.task_id is not None and link.plan_id is not None
    return ItemShown(
        item=link.item,
        title=history.title if history is not None else "",
        rule=link.rule_id,
        state=link.state,
        hold=cause,
        hold_sentence="" if cause is None else HOLDS[cause].sentence,
        heals="" if cause is None else HOLDS[cause].heals,
        reason=link.reason,
        tries=link.tries,
        next_try=link.retry_at,
        responsible=history.responsible if history is not None else (),
        due=history.due.isoformat() if history is not None and history.due is not None else "",
        plan=link.plan_id or "",
        task=link.task_id or "",
        task_url=task_link(str(link.plan_id), str(link.task_id), graph) if has_task else "",
        note=link.note,
    )


def _told(entry: Entry, people: People) -> Told:
    return Told(
        sequence=entry.sequence,
        at=entry.at,
        what=entry.what,
        item=entry.item,
        teller=_teller(entry),
        actor=actor(entry, people),
        sentence=sentence(entry, people),
    )


def _teller(entry: Entry) -> Teller:
    if entry.kind is EventKind.REFUSED:
        return Teller.REFUSED
    if entry.kind is EventKind.ASKED:
        return Teller.OPERATOR
    if entry.kind in _BY_OPENTEXT:
        return Teller.OPENTEXT
    acted = entry.personal.actor
    # What is done in a person's name is the bridge's act: the person decided before, in Planner.
    is_person = bool(acted.get("entra")) and entry.kind is not EventKind.SENT_ON
    return Teller.PERSON if is_person else Teller.BRIDGE
