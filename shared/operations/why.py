"""
Why an origin has the tasks that it has: each rule with what was read, then how its items stand and what comes next.

The rules are answered by the engine's own evaluation, over a fresh read that writes nothing. Where that can't be had
(a system is away, a setting is missing) everything that storage knows is told all the same.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from shared.decisions.record import task_url
from shared.errors import BridgeError, InputError, NotFoundError, Problem, UnavailableError, UnreadableError
from shared.evidence.people import people_of
from shared.evidence.sentences import actor, sentence
from shared.mapping.evaluation.explanation import explanation
from shared.models.explanation import ItemStanding, NextLook, Remembered, RuleAnswer, Why
from shared.models.holds import HOLDS
from shared.models.keys import OriginKind, split_origin_key
from shared.models.opentext import Part
from shared.models.origin import Needs
from shared.models.words import WaitedFor
from shared.observability.secret_filter import redact
from shared.reconciler.observe import evaluate, read_origin
from shared.reconciler.wake import time_of
from shared.store.row import unstamp

if TYPE_CHECKING:
    from shared.models.evidence import Entry
    from shared.models.lease_row import Lease
    from shared.models.link import Link
    from shared.models.origin import Origin
    from shared.services import Services, Storage

ENTRIES = 10
"""Of the history, newest last."""


class Wired(Protocol):
    """Where services come from: `shared.wiring`, or a test's own."""

    def storage(self) -> Storage:
        """Return what works without settings and mapping."""

    def services(self) -> Services:
        """Return everything; raises InputError."""


@dataclass(frozen=True)
class _Answers:
    """What the rules say now, or why they say nothing."""

    about: Mapping[str, str]
    rules: tuple[RuleAnswer, ...] = ()
    mapping_hash: str = ""
    unread: str = ""


async def explain_origin(key: str, wired: Wired, *, item: str = "") -> Why:
    """
    Explain one origin; writes nothing.

    Args:
        key: of the origin.
        wired: where services come from.
        item: explain this item alone. "": all.

    Raises:
        InputError: it is no key of an origin that has rules.
        NotFoundError: it has no such item, with the nearest.
        BridgeError: storage does not answer; or its rules can't be answered, and the tables don't know it either.
    """
    _check(key)
    storage = wired.storage()
    lease, links = await storage.origins.find_lease(key), await storage.origins.find_links(key)
    services = _services(wired)
    known = None if isinstance(services, InputError) else services
    answers = await _answers(key, services, lease, links)
    entries, history_unread = await _entries(key, storage)
    found = Why(
        origin=key,
        now=storage.now(),
        about=dict(answers.about),
        mapping_hash=answers.mapping_hash,
        unread=answers.unread,
        rules=answers.rules,
        items=tuple(_item(link, known) for _, link in sorted(links.items())),
        known=lease is not None,
        trouble=None if lease is None else lease.trouble,
        looks=() if lease is None else _looks(lease),
        history=_told(entries, item),
        history_unread=history_unread,
    )
    return _of_item(found, item) if item else found


def _check(key: str) -> None:
    try:
        kind, _ = split_origin_key(key)
    except ValueError as error:
        raise InputError([Problem("ORIGIN", str(error))]) from error
    if kind is OriginKind.NODE:
        message = f"{key} only names a node: give the workspace, workflow or document, e.g. workspace-28866"
        raise InputError([Problem("ORIGIN", message)])


def _services(wired: Wired) -> Services | InputError:
    try:
        return wired.services()
    except InputError as error:
        return error


async def _answers(
    key: str, services: Services | InputError, lease: Lease | None, links: Mapping[str, Link]
) -> _Answers:
    """Read the origin and answer the rules. Raises BridgeError: they can't be answered, and nobody knows it."""
    try:
        if isinstance(services, InputError):
            raise services
        await _leave_alone(services)
        home = None if lease is None else lease.seen.get("home")
        origin = await read_origin(key, services, home=home, need=_need(key, services))
        found = await evaluate(origin, services, links)
    except BridgeError as error:
        # Perhaps the key is mistyped: an explanation without anything in it would hide that.
        if lease is None and not links:
            raise
        return _Answers({}, unread=redact(str(error)) or type(error).__name__)
    return _Answers(_about(origin), explanation(services.mapping, origin, found), services.mapping_hash)


def _need(key: str, services: Services) -> Needs:
    """Return what the rules need, and of a workflow its map, which people ask for by name."""
    kind, _ = split_origin_key(key)
    return Needs(**{**services.needs[kind].model_dump(), "map": kind is OriginKind.WORKFLOW})


async def _leave_alone(services: Services) -> None:
    """Raise UnavailableError while a system asked for a pause: an explanation leaves it alone, too."""
    if (opening := await services.gates.find_closed(services.now())) is not None:
        message = f"a system asked not to be called before {opening:%Y-%m-%d %H:%M:%S} UTC"
        raise UnavailableError(message)


def _about(origin: Origin) -> dict[str, str]:
    """Say what it is, in the words that conditions compare."""
    flow, space = origin.workflow, origin.workspace
    told: dict[str, object] = {}
    if flow is not None:
        name = flow.map_name or flow.not_known.get(Part.MAP, "not told by the server")
        steps = ", ".join(repr(step.name) for step in flow.current) or "none waits"
        told |= {"title": flow.name, "map": f"{name} ({flow.map_id})" if flow.map_id else name}
        told |= {"status": flow.status.value, "steps that wait": steps}
    if origin.document is not None:
        told["document"] = origin.document.name
    if space is not None:
        told |= {"workspace": f"{space.name} ({space.node_id})", "workspace type": space.workspace_type or "not told"}
    return {name: str(value) for name, value in told.items()}


def _item(link: Link, services: Services | None) -> ItemStanding:
    refusal = link.refusals[-1] if link.refusals else None
    return ItemStanding(
        item=link.item,
        rule=link.rule_id,
        state=link.state,
        reason=link.reason,
        hold=link.hold,
        heals="" if link.hold is None else HOLDS[link.hold].heals,
        retry_at=link.retry_at,
        tries=link.tries,
        plan=link.plan_id,
        task=link.task_id,
        url=task_url(link, "" if services is None else services.settings.graph_base_url),
        refused="" if refusal is None or refusal.settled else refusal.text,
        sending=link.sending is not None,
        of_rule=services is None or link.rule_id in services.mapping.rule_hashes,
    )


def _looks(lease: Lease) -> tuple[NextLook, ...]:
    looks = (NextLook(at=unstamp(time_of(at)), waited_for=WaitedFor(reason)) for reason, at in lease.timers.items())
    return tuple(sorted(looks, key=lambda look: look.at))


async def _entries(key: str, storage: Storage) -> tuple[tuple[Entry, ...], str]:
    try:
        return await storage.origins.list_entries(key), ""
    except UnreadableError as error:
        return (), str(error)


def _told(entries: Sequence[Entry], item: str) -> tuple[Remembered, ...]:
    people = people_of(entries)
    chosen = [entry for entry in entries if item in ("", entry.item)][-ENTRIES:]
    return tuple(
        Remembered(at=entry.at, who=actor(entry, people), what=sentence(entry, people), item=entry.item)
        for entry in chosen
    )


def _of_item(found: Why, item: str) -> Why:
    if item in found.item_keys:
        return found.of_item(item)
    near = difflib.get_close_matches(item, found.item_keys, n=1, cutoff=0.4)
    meant = f"did you mean {near[0]}?" if near else f"it has: {', '.join(found.item_keys) or 'none'}"
    message = f"{found.origin} has no item {item}: {meant}"
    raise NotFoundError(message)
