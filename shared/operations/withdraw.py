"""
Withdraw what a mapping released: the one way by which a change of the mapping ends tasks.

A released task is left alone until an operator says so, rule by rule. It is completed with a note, not deleted:
what people wrote in it stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.decisions.actions import Write
from shared.decisions.completion import completed_event, is_completed_by_person, refused_late
from shared.decisions.description_block import closing_note, signature
from shared.decisions.item_view import Policy, event
from shared.decisions.observed import Found, Missing, Seen, Unread
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.holds import RefusalReason
from shared.models.keys import OriginKind, split_origin_key
from shared.models.link import Link, LinkState
from shared.models.messages import OriginMessage
from shared.models.opentext import Document, Workspace
from shared.models.origin import Origin
from shared.models.planner_writes import TaskPatch
from shared.models.wanted import Wanted
from shared.models.words import ItemKind, WaitedFor
from shared.models.workflow import Workflow
from shared.reconciler.actions.write import read_again, write_tasks
from shared.reconciler.session import Work
from shared.services import Services
from shared.store.origins import Held

REASON = "withdrawn by an operator: the mapping no longer asks for it"
ROUNDS = 3
"""A person may edit a task just then: it is read and decided again."""


@dataclass(frozen=True)
class Withdrawal:
    """What became of one released item."""

    origin: str
    item: str
    task_id: str
    outcome: str
    """Withdrawn, would be withdrawn, or why it was not: then run it again."""


async def withdraw_rule(rule_id: str, services: Services, *, dry_run: bool = False) -> tuple[Withdrawal, ...]:
    """
    Withdraw every released item of a rule, origin by origin, each under its lease. Running it again is safe.

    Args:
        dry_run: only say what would be withdrawn.

    Raises:
        RetryLaterError: something did not answer; what was withdrawn until then stays so.
    """
    told: list[Withdrawal] = []
    async for origin in services.origins.list_origins():
        links = _released(await services.origins.find_links(origin), rule_id)
        if dry_run:
            told += [_told(origin, link, "would be withdrawn") for link in links]
        elif links:
            told += await _withdraw(origin, rule_id, services)
    return tuple(told)


async def _withdraw(origin: str, rule_id: str, services: Services) -> list[Withdrawal]:
    held = await services.origins.take(origin, services.now())
    if held is None:
        links = _released(await services.origins.find_links(origin), rule_id)
        return [_told(origin, link, "somebody is at work on it") for link in links]
    try:
        return await _withdraw_held(held, rule_id, services)
    finally:
        # A mark that somebody left meanwhile comes back with the lease, and is lost if nobody sends on.
        if await held.release():
            await services.queues.send_origin(OriginMessage(origin=origin, waited_for=WaitedFor.AGAIN))


async def _withdraw_held(held: Held, rule_id: str, services: Services) -> list[Withdrawal]:
    # Those that the lease shows: of those listed before, the rule may have taken one up again meanwhile.
    links = _released(held.links, rule_id)
    work = Work(services, held, _nameless(held.origin), Wanted(), _policy(services))
    for _ in range(ROUNDS):
        left = _released(held.links, rule_id)
        if not left:
            break
        await read_again(work, [link.item for link in left])
        await _act(work, left)
    return [_told(held.origin, link, _outcome(held.links[link.item], work.seen.get(link.item))) for link in links]


async def _act(work: Work, links: Sequence[Link]) -> None:
    """Complete the tasks that stand, and remember those that are gone."""
    gone = [link for link in links if isinstance(work.seen.get(link.item), Missing)]
    if gone:
        await work.commit(
            [_ended(link) for link in gone], [event(EventKind.WITHDRAWN, link, task=link.task_id) for link in gone]
        )
    await write_tasks(work, [_write(work, link) for link in links if isinstance(work.seen.get(link.item), Found)])


def _write(work: Work, link: Link) -> Write:
    found = work.seen[link.item]
    assert isinstance(found, Found)  # noqa: S101 - chosen so
    task = None if found.task.is_completed else TaskPatch(percent_complete=100)
    details, asked = closing_note(signature(work.policy.bridge, work.origin.key), link, REASON, found.details)
    events = (*_completion(link, found), event(EventKind.WITHDRAWN, link, task=link.task_id))
    return Write(_ended(link), None, task=task, details=details, asked=asked, events=events)


def _completion(link: Link, found: Found) -> tuple[Event, ...]:
    """Tell who completed it while nobody asked for it; of a step, that nothing was moved by that."""
    if link.kind is ItemKind.STEP:
        return refused_late(link, found, RefusalReason.RELEASED)
    return (completed_event(link, found),) if is_completed_by_person(found) else ()


def _ended(link: Link) -> Link:
    return link.withdrawn(REASON)


def _outcome(link: Link, seen: Seen | None) -> str:
    if link.state is LinkState.WITHDRAWN:
        return "withdrawn"
    return (
        f"not withdrawn: {seen.reason}"
        if isinstance(seen, Unread)
        else "not withdrawn: Planner refused it, or it keeps changing"
    )


def _released(links: dict[str, Link], rule_id: str) -> list[Link]:
    return [
        link
        for _, link in sorted(links.items())
        if link.rule_id == rule_id and link.state is LinkState.RELEASED and link.task_id
    ]


def _told(origin: str, link: Link, outcome: str) -> Withdrawal:
    return Withdrawal(origin, link.item, link.task_id or "", outcome)


def _policy(services: Services) -> Policy:
    return Policy(
        settle=timedelta(seconds=services.settings.settle_seconds),
        grace=timedelta(seconds=services.settings.outcome_grace_seconds),
        act_as=services.settings.opentext_act_as,
        mapping_hash=services.mapping_hash,
        bridge=services.settings.bridge,
    )


def _nameless(key: str) -> Origin:
    """Stand for an origin that need not be read: it may be gone, and its tasks are withdrawn all the same."""
    kind, number = split_origin_key(key)
    if kind is OriginKind.WORKFLOW:
        return Origin(kind=kind, workflow=Workflow(process_id=number, name=""))
    if kind is OriginKind.DOCUMENT:
        return Origin(kind=kind, document=Document(node_id=number, name=""))
    return Origin(kind=kind, workspace=Workspace(node_id=number, name=""))
