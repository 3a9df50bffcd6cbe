"""
Hand on what existed before a rule did: every origin that the rule may concern, once, behind everything else.

The origins go onto the agenda as bulk rows in the order of their ids; a cursor tells how far that has come, so a run
that was broken off goes on where it stood. The sweep queues them only while hardly anything else waits.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from shared.errors import InputError, Problem
from shared.intake.send_all import send_all
from shared.mapping.evaluation.sources import exact_types, is_type_mapped, is_workflow_mapped
from shared.mapping.language.rules import BaseRule, DocumentRule, StepRule
from shared.models.backfill import Progress
from shared.models.keys import OriginKind, origin_key
from shared.models.messages import AgendaEntry
from shared.models.words import WaitedFor
from shared.models.workflow import StatusRow
from shared.services import Services

AT_ONCE = 50
"""Rows that are written side by side; as many may be written twice when a run is broken off."""


@dataclass(frozen=True)
class Scope:
    """What is filled in."""

    rule: str
    """Its id."""
    since: datetime
    """UTC: workspaces made, and steps started, from then on."""


@dataclass(frozen=True)
class Found:
    """The origins that a rule may concern."""

    kind: OriginKind
    numbers: tuple[int, ...]
    """Sorted."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Their origin keys."""
        return tuple(origin_key(self.kind, number) for number in self.numbers)


async def find(scope: Scope, services: Services, told: Callable[[int], None]) -> Found:
    """
    List the origins that a rule may concern, whether they are known or not.

    Args:
        told: called with how many were found so far.

    Raises:
        InputError: there is no such rule, or Content Server has no list of what it is about.
        RetryLaterError, NeverError: as OpenText's lists.
    """
    rule = next((rule for rule in services.mapping.rules if rule.id == scope.rule), None)
    if rule is None:
        known = ", ".join(rule.id for rule in services.mapping.rules)
        raise InputError([Problem("--rule", f"there is no rule {scope.rule!r}; there are: {known}")])
    if isinstance(rule, DocumentRule):
        raise InputError([Problem("--rule", "Content Server has no list of documents: send hints with their node ids")])
    is_step = isinstance(rule, StepRule)
    source = _workflows(rule, scope.since, services) if is_step else _workspaces(rule, scope.since, services)
    numbers: set[int] = set()
    async for number in source:
        numbers.add(number)
        told(len(numbers))
    return Found(OriginKind.WORKFLOW if is_step else OriginKind.WORKSPACE, tuple(sorted(numbers)))


async def _workspaces(rule: BaseRule, since: datetime, services: Services) -> AsyncIterator[int]:
    names = exact_types((rule,))
    if names is None:
        listed = await services.opentext.workspaces.types.list_all()
        names = tuple(kind.name for kind in listed if is_type_mapped((rule,), kind.name))
    for name in names:
        async for workspace in services.opentext.workspaces.list_created(name, since):
            yield workspace.node_id


async def _workflows(rule: BaseRule, since: datetime, services: Services) -> AsyncIterator[int]:
    """Go through workflows that wait now; a step whose start is not told counts as new."""
    workflows, report = services.opentext.workflows, services.settings.opentext_discovery_report
    rows: list[StatusRow] = []
    # One status a call is what surely works. What was completed or stopped waits for nobody.
    for status in ("ontime", "workflowlate"):
        rows += await workflows.list_status("Both", status)
    if report is not None:
        rows += await workflows.webreport(report)
    for row in rows:
        # A row without steps tells no start: left out, its workflow would be passed over for good.
        is_new = not row.steps or any(step.started is None or step.started >= since for step in row.steps)
        if is_new and is_workflow_mapped((rule,), row.name):
            yield row.process_id


async def resume(scope: Scope, services: Services) -> Progress:
    """Return where a run of the same scope and the same rule was broken off, or a new beginning."""
    kept = await services.cursors.find(_cursor(scope))
    new = Progress(since=scope.since, at=services.now(), rule_hash=services.mapping.rule_hashes[scope.rule])
    try:
        progress = Progress.model_validate_json(kept) if kept is not None else new
    except ValidationError:
        # Another release's: beginning anew writes some rows once more.
        return new
    # A rule that was corrected since may concern what was passed over, and what it made nothing of.
    is_same = (progress.since, progress.rule_hash) == (new.since, new.rule_hash)
    return progress if is_same and not progress.is_done else new


async def hand_on(found: Found, scope: Scope, progress: Progress, services: Services) -> AsyncIterator[int]:
    """
    Put origins on the agenda, those of an earlier run left out; yield how many were, some at a time.

    Raises:
        RetryLaterError: storage does not answer; run it again, it goes on.
    """
    left = [number for number in found.numbers if number > progress.last]
    for start in range(0, len(left), AT_ONCE):
        some = left[start : start + AT_ONCE]
        await send_all(services.agenda.put(_row(found.kind, number, progress), services.now()) for number in some)
        # Remembered once they stand: broken off before, a run writes the same rows once more.
        progress = progress.handed_on(some[-1])
        await services.cursors.save(_cursor(scope), progress.model_dump_json())
        yield len(some)
    await services.cursors.save(_cursor(scope), progress.done().model_dump_json())


def _row(kind: OriginKind, number: int, progress: Progress) -> AgendaEntry:
    # The time at which the run began, not now: written once more by a run that goes on, it is the same row.
    return AgendaEntry(at=progress.at, origin=origin_key(kind, number), waited_for=WaitedFor.BACKFILL, bulk=True)


def _cursor(scope: Scope) -> str:
    return f"backfill/{scope.rule}"
