"""
Find the bridge's tasks again after its tables were lost, before anything is made a second time.

Each task's description ends with a line that names its origin and item. Every such task is claimed, linked and indexed;
what both sides agreed on is not known any more, so the next look merges as if both had just been read. The app must
stand still meanwhile: with empty tables it would make every wanted task once more.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared.decisions.description_block import find_reference, split_description
from shared.decisions.item_view import event
from shared.errors import NeverError, RefusedError, RetryLaterError
from shared.mapping.evaluation.needs import needs
from shared.mapping.language.rules import DocumentRule, Mapping, MissingDocumentRule, StepRule
from shared.mapping.language.sections import PlanSpec
from shared.mapping.language.tasks import WorkspacePlan, parts
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.keys import OriginKind, split_origin_key
from shared.models.link import Link, LinkState
from shared.models.messages import AgendaEntry
from shared.models.opentext import StepRef
from shared.models.planner import PlannerDetails, PlannerTask
from shared.models.words import ItemKind, WaitedFor
from shared.services import Services
from shared.store.origins import Held
from shared.store.plans import PlanRow
from shared.store.tasks import IndexRow

log = logging.getLogger(__name__)
REASON = "rebuilt"
CLOSED = "Closed by OpenText: "
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Ours:
    """A task that names its origin and item."""

    item: str
    task: PlannerTask
    details: PlannerDetails


@dataclass
class Rebuilt:
    """What was found."""

    plans: int = 0
    tasks: int = 0
    """That were linked now."""
    known: int = 0
    """That were linked already."""
    origins: int = 0
    left: list[str] = field(default_factory=list)
    """What was left alone, and why: one line each."""


async def rebuild(services: Services, told: Callable[[str], None]) -> Rebuilt:
    """
    Link every task of the mapping's plans that is ours. Running it again changes nothing.

    Args:
        told: called with what is being done, a line at a time.

    Raises:
        RefusedError: somebody is at work on an origin: stop the app first.
        RetryLaterError: something does not answer; run it again.
    """
    found = Rebuilt()
    by_origin: dict[str, list[Ours]] = {}
    for plan_id, group_id in sorted((await find_plans(services, found)).items()):
        try:
            tasks = await services.planner.list_tasks(plan_id)
        except NeverError as error:
            found.left.append(f"plan {plan_id}: {error}")
            continue
        named = await _named(tasks, services, found)
        found.plans += 1
        told(f"plan {plan_id}: {sum(map(len, named.values()))} tasks of ours")
        await _remember_plan(plan_id, group_id, tasks, services)
        for origin, ours in named.items():
            by_origin.setdefault(origin, []).extend(ours)
    for origin, ours in sorted(by_origin.items()):
        await _link_all(origin, ours, services, found)
        found.origins += 1
    return found


async def find_plans(services: Services, found: Rebuilt) -> dict[str, str | None]:
    """List the plans that the mapping names or may have made, with their groups. None: the group is not known."""
    plans: dict[str, str | None] = {row.plan_id: row.group_id async for row in services.plans.list_all()}
    for part in parts(services.mapping):
        if isinstance(part, PlanSpec) and part.id is not None:
            plans.setdefault(part.id, part.group)
        elif isinstance(part, PlanSpec | WorkspacePlan) and part.group is not None:
            title = part.title if isinstance(part, PlanSpec) else None
            plans |= await _plans_of(part.group, title, services, found)
    return plans


async def _plans_of(group_id: str, title: str | None, services: Services, found: Rebuilt) -> dict[str, str | None]:
    try:
        listed = await services.planner.list_plans(group_id)
    except NeverError as error:
        found.left.append(f"group {group_id}: {error}")
        return {}
    return {plan.id: group_id for plan in listed if title is None or plan.title.strip() == title.strip()}


async def _named(tasks: Sequence[PlannerTask], services: Services, found: Rebuilt) -> dict[str, list[Ours]]:
    """Choose the tasks that name an origin; by origin."""
    answers = await services.planner.read_details([task.id for task in tasks])
    ours: dict[str, list[Ours]] = {}
    for task in tasks:
        details = answers[task.id]
        if isinstance(details, RetryLaterError):
            raise details
        if not isinstance(details, PlannerDetails):
            # Also when there are none: it was just deleted, or is so young that not every replica knows it.
            found.left.append(f"task {task.id}: its details can't be read: {details}")
        elif (reference := find_reference(details.description)) is not None:
            if reference.bridge not in ("", services.settings.bridge):
                found.left.append(f"task {task.id} is another bridge's: {reference.bridge}")
                continue
            ours.setdefault(reference.origin, []).append(Ours(reference.item, task, details))
    return ours


async def _remember_plan(plan_id: str, group_id: str | None, tasks: Sequence[PlannerTask], services: Services) -> None:
    """Have the plan read, and note which of its tasks are older than anything that is reserved from now on."""
    if await services.plans.find(plan_id) is not None:
        return
    index = await services.tasks.read_plan(plan_id)
    made = [task.created for task in tasks if task.created is not None]
    stood = max(made) if made and not index.reservations else None
    row = PlanRow(plan_id=plan_id, group_id=group_id, next_read=services.now(), stood=stood)
    await services.plans.save(row, etag=None)


async def _link_all(origin: str, ours: Sequence[Ours], services: Services, found: Rebuilt) -> None:
    """Link an origin's tasks under its lease, and have it looked at."""
    try:
        split_origin_key(origin)
    except ValueError as error:
        found.left.append(str(error))
        return
    now = services.now()
    # First of all: an origin that has a row counts as known, and discovery passes it over.
    await services.agenda.put(AgendaEntry(at=now, origin=origin, waited_for=WaitedFor.REBUILT, bulk=True), now)
    held = await services.origins.take(origin, now)
    if held is None:
        message = f"{origin} is being worked on: stop the app first"
        raise RefusedError(message)
    try:
        current = await _current_steps(origin, ours, services)
        links = [await _claimed(held, one, current, services, found) for one in _oldest(ours, found)]
        made = [link for link in links if link is not None]
        events = [_told(link) for link in made]
        await held.commit(links=made, events=events, now=services.now())
        for link in made:
            await _index(origin, link, services)
        found.tasks += len(made)
    finally:
        await held.release()


def _told(link: Link) -> Event:
    """Tell how an item stood when it was found: the history before that is lost."""
    return event(
        EventKind.ADOPTED,
        link,
        task=link.task_id,
        reason=REASON,
        state=link.state.value,
        completed_at=link.completed_at,
        completed_by=link.completed_by,
    )


def _oldest(ours: Iterable[Ours], found: Rebuilt) -> list[Ours]:
    """Choose one task an item: of several the oldest, as everywhere."""
    chosen: dict[str, Ours] = {}
    for one in sorted(ours, key=lambda one: (one.task.created or _LONG_AGO, one.task.id)):
        if one.item in chosen:
            found.left.append(f"task {one.task.id}: {one.item} has the older task {chosen[one.item].task.id}")
        else:
            chosen[one.item] = one
    return list(chosen.values())


async def _claimed(
    held: Held, one: Ours, current: Iterable[StepRef] | None, services: Services, found: Rebuilt
) -> Link | None:
    """Claim a task for its item; None: it is linked already, or another's."""
    if one.item in held.links:
        found.known += 1
        return None
    try:
        await services.tasks.claim(one.task.id, origin=held.origin, item=one.item)
    except RefusedError as error:
        found.left.append(str(error))
        return None
    if one.task.created_by is not None and one.task.created_by.key:
        await services.creators.add(one.task.created_by.key)
    return link_of(held.origin, one, services.mapping, current, now=services.now())


def link_of(origin: str, one: Ours, mapping: Mapping, current: Iterable[StepRef] | None, *, now: datetime) -> Link:
    """
    Return the link of a task that was found; what came to pass before counts as told.

    Args:
        current: the steps that wait now. None: they can't be read; nothing counts as done then.
        now: UTC.
    """
    rule_id, *rest = one.item.split("|")
    kind = _kind(rule_id, rest, mapping)
    step = _step(origin, rest) if kind is ItemKind.STEP else None
    task = one.task
    state, reason = _state(one, step, current)
    return Link(
        item=one.item,
        rule_id=rule_id,
        rule_hash=mapping.rule_hashes.get(rule_id, ""),
        kind=kind,
        state=state,
        reason=reason,
        plan_id=task.plan_id,
        bucket_id=task.bucket_id,
        task_id=task.id,
        details_done=True,
        reserved_at=task.created,
        step=step,
        completed_at=task.completed if state is LinkState.COMPLETED else None,
        known_since=task.created or now,
        told_since=now,
        level=rest[-1] if _is_level(rest) else "",
    )


def _kind(rule_id: str, rest: Sequence[str], mapping: Mapping) -> ItemKind:
    if rest and (rest[-1].startswith("level-") or _is_level(rest)):
        return ItemKind.ESCALATION
    rule = next((rule for rule in mapping.rules if rule.id == rule_id), None)
    if isinstance(rule, StepRule):
        return ItemKind.STEP
    if isinstance(rule, MissingDocumentRule):
        return ItemKind.MISSING_DOCUMENT
    return ItemKind.DOCUMENT if isinstance(rule, DocumentRule) else ItemKind.TASK


def _is_level(rest: Sequence[str]) -> bool:
    return len(rest) >= 3 and rest[-2] == "level"


def _step(origin: str, rest: Sequence[str]) -> StepRef | None:
    """Read the step back from an item key: rule, sub-process, step, visit."""
    kind, number = split_origin_key(origin)
    if kind is not OriginKind.WORKFLOW or len(rest) < 3 or not (rest[0].isdigit() and rest[1].isdigit()):
        return None
    return StepRef(process_id=number, subprocess_id=int(rest[0]), task_id=int(rest[1]), visit=rest[2])


def _state(one: Ours, step: StepRef | None, current: Iterable[StepRef] | None) -> tuple[LinkState, str]:
    """
    Say where an item stands by its task.

    A completed approval whose step still waits is open: whether it may advance the workflow is still to be judged.
    """
    if not one.task.is_completed:
        return LinkState.OPEN, ""
    lines = split_description(one.details.description).block.splitlines()
    if closing := next((line for line in lines if line.startswith(CLOSED)), None):
        return LinkState.CLOSED, closing.removeprefix(CLOSED)
    if step is not None and (current is None or step in current):
        return LinkState.OPEN, ""
    return LinkState.COMPLETED, ""


async def _current_steps(origin: str, ours: Iterable[Ours], services: Services) -> tuple[StepRef, ...] | None:
    """Read which steps wait, where a completed task asks for it. None: it can't be read."""
    kind, number = split_origin_key(origin)
    if kind is not OriginKind.WORKFLOW or not any(one.task.is_completed for one in ours):
        return ()
    try:
        workflow = await services.opentext.workflows.read(number, needs(services.mapping, kind))
    except NeverError as error:
        log.warning("%s can't be read: %s", origin, error)
        return None
    return tuple(step.ref for step in workflow.current)


async def _index(origin: str, link: Link, services: Services) -> None:
    # Without an etag every version is newer than what was agreed: the first read of the plan announces it.
    if link.plan_id and link.task_id:
        await services.tasks.save_index(link.plan_id, link.task_id, IndexRow(origin=origin, item=link.item))
