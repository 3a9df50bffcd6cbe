"""
How full plans are: warn in time, and hold what would not fit, with a stated reason.

The counts are those of the last read; what is made in between is stopped by Graph's own refusals (`Maximum...`).
Source: https://learn.microsoft.com/office365/planner/planner-limits (of two published figures the lower)
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.decisions.actions import Create
from shared.decisions.view import event
from shared.models.evidence import Event
from shared.models.link import Link, LinkState
from shared.store.control import PlanRow
from shared.sync.origins.work import Work

log = logging.getLogger(__name__)
ACTIVE, TOTAL, BUCKETS = 2_400, 9_000, 200
WARN_FROM = 0.8
"""Share of a limit from which it is spoken of."""
HOLD = "capacity"
AGAIN = timedelta(hours=6)
"""When something that is held is tried again."""


@dataclass(frozen=True)
class Fill:
    """How much of a limit is used."""

    what: str
    used: int
    limit: int

    @property
    def share(self) -> float:
        """1 is full."""
        return self.used / self.limit

    def __str__(self) -> str:
        """Say it in words."""
        return f"{self.used} of {self.limit} {self.what}"


def fills(row: PlanRow) -> Iterator[Fill]:
    """Tell how full a plan was when it was last read."""
    if row.active is not None:
        yield Fill("open tasks", row.active, ACTIVE)
    if row.total is not None:
        yield Fill("tasks", row.total, TOTAL)


def fullest(rows: Iterable[PlanRow]) -> float:
    """Return the largest share of a limit that any plan uses."""
    return max((fill.share for row in rows for fill in fills(row)), default=0.0)


def warn(row: PlanRow, before: PlanRow | None) -> None:
    """Write a log line when a plan passes four fifths of a limit, and when it is full; not at every read."""
    shares = {} if before is None else {fill.what: fill.share for fill in fills(before)}
    for fill in fills(row):
        for mark in (WARN_FROM, 1.0):
            if shares.get(fill.what, 0.0) < mark <= fill.share:
                log.warning("plan %s holds %s", row.plan_id, fill)


def buckets_left(plan_id: str, number: int) -> bool:
    """Tell whether a plan with so many buckets takes one more; from four fifths on it is spoken of."""
    fill = Fill("buckets", number, BUCKETS)
    if fill.share >= WARN_FROM:
        log.warning("plan %s holds %s", plan_id, fill)
    return number < BUCKETS


async def keep_room(work: Work, creates: Sequence[Create]) -> list[Create]:
    """
    Hold what does not fit into its plan; return what does.

    A plan without counts has not been read yet: it is taken to have room.
    """
    fit: list[Create] = []
    held: list[tuple[Create, str]] = []
    by_plan: dict[str, list[Create]] = {}
    for create in creates:
        by_plan.setdefault(create.target.place.plan_id, []).append(create)
    for plan_id, wanted in by_plan.items():
        row = await work.services.control.find_plan(plan_id)
        room, reason = _room(row, len(wanted))
        fit += wanted[:room]
        held += [(create, reason) for create in wanted[room:]]
    if held:
        links = [_held(work, create, reason) for create, reason in held]
        events = [told for (create, _), link in zip(held, links, strict=True) for told in _told(create, link)]
        await work.commit(links, events)
    for create, _ in held:
        if create.link is not None and create.link.state is LinkState.RESERVED:
            # Looked for and never made: the announcement of its POST goes.
            await work.services.tasks.unreserve(create.link.plan_id or "", work.origin.key, create.link.item)
    return fit


def _room(row: PlanRow | None, wanted: int) -> tuple[int, str]:
    """Return how many tasks fit, and why not more do."""
    tight = min(fills(row) if row is not None else (), key=lambda fill: fill.limit - fill.used, default=None)
    if tight is None:
        return wanted, ""
    return max(0, min(wanted, tight.limit - tight.used)), f"the plan has no room: it holds {tight}"


def _held(work: Work, create: Create, reason: str) -> Link:
    wanted, place = create.target.wanted, create.target.place
    changes = {
        "state": LinkState.HELD,
        "hold": HOLD,
        "reason": reason,
        "retry_at": work.now + AGAIN,
        "plan_id": place.plan_id,
        "task_id": None,
        "etag": "",
        "details_etag": "",
        "base": {},
    }
    known = create.link or Link(
        item=wanted.item_key,
        rule_id=wanted.rule_id,
        rule_hash=wanted.rule_hash,
        kind=wanted.kind,
        state=LinkState.HELD,
        step=wanted.step,
    )
    return known.model_copy(update=changes)


def _told(create: Create, link: Link) -> Iterator[Event]:
    """Tell the history once: that a task was deleted, and that its item waits for room."""
    before = create.link
    if before is not None and before.task_id is not None:
        yield event("deleted", before, task=before.task_id)
    if before is None or before.hold != HOLD:
        yield event("held", link, reason=link.reason)
