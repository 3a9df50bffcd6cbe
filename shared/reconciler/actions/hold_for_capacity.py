"""Hold what would not fit into its plan, with a stated reason; return what does."""

from collections.abc import Iterator, Sequence

from shared.decisions.actions import Create
from shared.decisions.item_view import event
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.holds import HoldCause
from shared.models.link import Link, LinkState
from shared.reconciler.session import Work
from shared.store.plans import PlanRow
from shared.store.tasks import unreserving
from shared.targets.capacity import fills


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
        # The counts of the last read: listing a plan of thousands before each POST would cost more than Planner's own
        # refusal.
        row = await work.services.plans.find(plan_id)
        room, reason = _room(row, len(wanted))
        fit += wanted[:room]
        held += [(create, reason) for create in wanted[room:]]
    if held:
        links = [_held(work, create, reason) for create, reason in held]
        events = [told for (create, _), link in zip(held, links, strict=True) for told in _told(create, link)]
        # Looked for and never made: the announcements of their POSTs go.
        over = [
            unreserving(create.link.plan_id or "", work.origin.key, create.link.item)
            for create, _ in held
            if create.link is not None and create.link.state is LinkState.RESERVED
        ]
        await work.commit(links, events, unreserved=over)
    return fit


def _room(row: PlanRow | None, wanted: int) -> tuple[int, str]:
    """Return how many tasks fit, and why not more do."""
    tight = min(fills(row) if row is not None else (), key=lambda fill: fill.limit - fill.used, default=None)
    if tight is None:
        return wanted, ""
    return max(0, min(wanted, tight.limit - tight.used)), f"the plan has no room: it holds {tight}"


def _held(work: Work, create: Create, reason: str) -> Link:
    if create.link is None:
        return Link.first_held(create.target.wanted, HoldCause.CAPACITY, reason, work.now)
    return create.link.held(HoldCause.CAPACITY, reason, work.now)


def _told(create: Create, link: Link) -> Iterator[Event]:
    """Tell the history once: that a task was deleted, and that its item waits for room."""
    before = create.link
    if before is not None and before.task_id is not None:
        yield event(EventKind.DELETED, before, task=before.task_id)
    if before is None or before.hold is not HoldCause.CAPACITY:
        yield event(EventKind.HELD, link, reason=link.reason)
