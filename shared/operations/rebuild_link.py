"""How an item stands, from its task, OpenText's own record and the mapping: what is left once the tables are lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.decisions.description_block import split_description
from shared.evidence.standing import Standing
from shared.mapping.language.rules import DocumentRule, Mapping, MissingDocumentRule, StepRule
from shared.mapping.language.tasks import KeyedTask, TaskSpec
from shared.models.holds import HoldCause
from shared.models.keys import OriginKind, split_origin_key
from shared.models.link import Link, LinkState
from shared.models.origin import Origin
from shared.models.planner import PlannerDetails, PlannerTask
from shared.models.wanted import WhenDeleted
from shared.models.words import ItemKind
from shared.models.workflow import StepRef
from shared.operations.withdraw import REASON as WITHDRAWN

CLOSED = "Closed by OpenText: "
_OVER = frozenset({LinkState.COMPLETED, LinkState.CLOSED, LinkState.WITHDRAWN, LinkState.RELEASED})
_DELETED = "a person deleted the task"


@dataclass(frozen=True)
class Ours:
    """A task that names its origin and item."""

    item: str
    task: PlannerTask
    details: PlannerDetails


@dataclass(frozen=True)
class Known:
    """All that is left of one item."""

    origin: str
    item: str
    found: Ours | None
    """None: no task was found."""
    standing: Standing | None = None
    """From the history on the record. None: it does not tell of the item."""
    read: Origin | None = None
    """None: OpenText does not show the origin; nothing counts as done then."""
    intent: str | None = None
    """By which the bridge advanced its step, as the workflow tells."""
    is_gone: bool = False
    """The task that the history names answers that it is not there."""


def link_of(known: Known, mapping: Mapping, now: datetime) -> Link | None:
    """
    Return the link of an item as it stood. None: its task was deleted, and its rule has it made again.

    What came to pass before counts as told.

    By which rule it was made is not known: an open one is ended by no condition before it was wanted once.
    """
    rule_id, *rest = known.item.split("|")
    kind, standing = _kind(rule_id, rest, mapping), known.standing
    step = _step(known.origin, rest) if kind is ItemKind.STEP else None
    link = Link(
        item=known.item,
        rule_id=rule_id,
        rule_hash="",
        kind=kind,
        state=LinkState.OPEN,
        details_done=True,
        reserved_at=standing.asked if standing is not None else None,
        step=step,
        known_since=(standing.asked if standing is not None else None) or now,
        told_since=now,
        level=rest[-1] if _is_level(rest) else "",
        plan_id=standing.plan_id if standing is not None else None,
        task_id=standing.task_id if standing is not None else None,
    )
    if known.found is not None:
        link = link.found_again(known.found.task)
    if standing is not None and standing.state in _OVER:
        return _as_it_stood(link.lost_task() if known.is_gone else link, standing, now)
    if known.found is not None:
        return _by_task(link, known, known.found, mapping)
    return _without_task(link, known, mapping, now)


def since_backup(link: Link, standing: Standing | None, now: datetime) -> Link:
    """
    Return the link of a backup with how its item ended since, by the history on the record.

    Everything else is brought up to date by the look that follows.
    """
    if link.state is not LinkState.OPEN or link.sending is not None or link.is_of_newer_release:
        return link
    if standing is None or standing.state not in _OVER or standing.task_id not in (None, link.task_id):
        return link
    return _as_it_stood(link, standing, now)


def _as_it_stood(link: Link, standing: Standing, now: datetime) -> Link:
    """Return the link of an item that was over, or let go, by its history."""
    match standing.state:
        case LinkState.COMPLETED:
            done = link.completed(standing.completed_by, standing.completed_at).known_to_be_sent(standing.sent_on)
            return done.hindered(HoldCause.RECORD, "the record could not be told", now) if standing.is_untold else done
        case LinkState.RELEASED if link.task_id is not None:
            return link.released(standing.reason)
        case LinkState.CLOSED:
            return link.closed(standing.reason)
        case _:
            return link.withdrawn(standing.reason or _DELETED)


def _by_task(link: Link, known: Known, found: Ours, mapping: Mapping) -> Link:
    """
    Say where an item stands by its task.

    A completed approval whose step still waits is open: whether it may advance the workflow is still to be judged. So
    is a completion that the record does not show: it is told of by the next look.
    """
    task = found.task
    if not task.is_completed:
        return link
    if (closing := _closing(found)) is not None:
        return link.withdrawn(closing) if closing == WITHDRAWN else link.closed(closing)
    by = task.completed_by.key if task.completed_by is not None else None
    person = by.removeprefix("user:") if by is not None and by.startswith("user:") else None
    done = link.completed(person, task.completed)
    if link.step is not None:
        return done.known_to_be_sent(known.intent) if _is_past(link.step, known.read) else link
    return done if _is_told(link, known.read, mapping) else link


def _without_task(link: Link, known: Known, mapping: Mapping, now: datetime) -> Link | None:
    """Say how an item stands whose task is not there, or can't be read: what can't be found need not be gone."""
    standing = known.standing
    if standing is None or (standing.task_id is None and not standing.is_deleted):
        return None
    if not standing.is_deleted:
        # Its task is named: the next look reads it, and does what the rule says of a deleted one.
        return link
    spec = spec_of(known.item, mapping)
    if spec is None or spec.when_deleted is WhenDeleted.RECREATE:
        return None
    if spec.when_deleted is WhenDeleted.HOLD:
        return link.held(HoldCause.DELETED, _DELETED, now)
    return link.withdrawn(_DELETED)


def spec_of(item: str, mapping: Mapping) -> TaskSpec | None:
    """Find the task of the mapping that an item is made by. None: the mapping has it no more."""
    rule_id, *rest = item.split("|")
    rule = next((rule for rule in mapping.rules if rule.id == rule_id), None)
    specs = rule.specs if rule is not None else ()
    key = rest[0] if rest else ""
    return next((spec for spec in specs if not isinstance(spec, KeyedTask) or spec.key == key), None)


def _closing(found: Ours) -> str | None:
    lines = split_description(found.details.description).block.splitlines()
    return next((line.removeprefix(CLOSED) for line in lines if line.startswith(CLOSED)), None)


def _is_past(step: StepRef, read: Origin | None) -> bool:
    """Tell whether OpenText states that a visit is over."""
    workflow = read.workflow if read is not None else None
    # Not read is not over: the next look judges the completion as it would have before the loss.
    if workflow is None or any(one.ref == step for one in workflow.current):
        return False
    return workflow.ended or any(one.ref == step for one in workflow.completed)


def _is_told(link: Link, read: Origin | None, mapping: Mapping) -> bool:
    """Tell whether the record shows what a completion sets on it."""
    spec = spec_of(link.item, mapping)
    asked = {} if spec is None or link.kind is ItemKind.ESCALATION else spec.on_complete.set
    if not asked:
        return True
    shown = read.workspace.attributes if read is not None and read.workspace is not None else {}
    return all(str(shown.get(name, "")) == str(value) for name, value in asked.items())


def _kind(rule_id: str, rest: Sequence[str], mapping: Mapping) -> ItemKind:
    # The first edition wrote level-2 at the end.
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
