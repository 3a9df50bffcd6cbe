"""One reconcile at work: what was read, what is remembered, when to look again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from shared.decisions.description_block import render_block, signature
from shared.decisions.fields import Target
from shared.decisions.item_view import Policy, View
from shared.decisions.observed import Place, Seen
from shared.decisions.record import in_context
from shared.errors import NeverError, RetryLaterError, ThrottledError
from shared.models.evidence import Event
from shared.models.holds import HoldCause
from shared.models.link import Link, LinkState
from shared.models.origin import Origin
from shared.models.seen import STEP_LEFT
from shared.models.wanted import Wanted, WantedTask
from shared.models.words import ItemKind, WaitedFor
from shared.models.workflow import Step
from shared.observability.telemetry import traceparent
from shared.reconciler.deadline import must_have_time
from shared.reconciler.event_metrics import measure
from shared.reconciler.outcome import Outcome
from shared.services import Services
from shared.store.origins import Held
from shared.store.tasks import IndexRow, PlanChange, indexing, unindexing


@dataclass
class Left:
    """What a look leaves behind it, as far as it is known by now."""

    looks: dict[WaitedFor, datetime] = field(default_factory=dict)
    """What is waited for → when to look again."""
    later: list[RetryLaterError] = field(default_factory=list)
    """Writes that were not answered."""
    moved: bool = False
    """A link was written: what was found called for something."""
    went_on: bool = False
    """One was written that nothing hinders, and with it its rows."""
    again: bool = False
    """Look again at once, with everything read anew."""
    soon: dict[str, str | None] = field(default_factory=dict)
    """By what is looked for: until when looks that follow have the origin looked at; ISO. None: there are none."""


@dataclass(frozen=True)
class Work:
    """
    One look at work: what was read, which stays as it is, and the ledger that commits.

    What acts change stands in the lease's links (`held`); what they leave to be done they return as an `Outcome`.
    """

    services: Services
    held: Held
    origin: Origin
    wanted: Wanted
    policy: Policy
    places: Mapping[str, Place] = field(default_factory=dict)
    """By item key: where its task belongs."""
    lost: Mapping[str, NeverError] = field(default_factory=dict)
    """By item key: why there is no place for its task."""
    seen: dict[str, Seen] = field(default_factory=dict)
    """By item key: the task as last read, or as our own write returned it."""
    finished: set[str] = field(default_factory=set)
    """Items that need a fresh look at OpenText before anything more is decided."""
    refused: dict[str, str] = field(default_factory=dict)
    """By item key: why Planner refused a change. Nothing more is written to its task in this look."""
    stopped: dict[str, tuple[HoldCause, str]] = field(default_factory=dict)
    """By item key: what a wall stopped in this look, not told yet."""
    left: Left = field(default_factory=Left)

    @property
    def now(self) -> datetime:
        """UTC."""
        return self.services.now()

    def items(self) -> list[str]:
        """Name every item that is wanted or remembered and not finished with, in the order of their keys."""
        return sorted({*(task.item_key for task in self.wanted.tasks), *self.held.links} - self.finished)

    def view(self, item: str, wanted: WantedTask | None, completed: frozenset[str]) -> View:
        """Put together what is known of one item."""
        return View(
            self.origin,
            self.target(wanted) if wanted is not None else None,
            self.held.links.get(item),
            self.seen.get(item),
            completed,
            is_undecided=wanted is None and self.wanted.is_undecided(item),
            why_not="" if wanted is not None else self.wanted.why_not(item),
            is_refused=item in self.refused,
            chased=self._chased(item),
        )

    def _chased(self, item: str) -> Link | None:
        links = self.held.links
        if (link := links.get(item)) is None or link.kind is not ItemKind.ESCALATION:
            return None
        # Named after it: the item, then its level.
        return next((one for key, one in links.items() if item.startswith(f"{key}|level")), None)

    @property
    def completed(self) -> frozenset[str]:
        """Keys of the items that are completed."""
        return frozenset(key for key, link in self.held.links.items() if link.state is LinkState.COMPLETED)

    def target(self, wanted: WantedTask) -> Target:
        """Resolve what an item wants, with the block as its link stands now."""
        link = self.held.links.get(wanted.item_key)
        place = self.places.get(wanted.item_key, Place(wanted.plan.plan_id or "", is_known=False))
        block = render_block(self._signed, wanted, link)
        return Target(self.origin.key, wanted, place, block).keeping(link)

    @cached_property
    def _signed(self) -> str:
        return signature(self.policy.bridge, self.origin.key)

    def look_again(self, at: datetime, waited_for: WaitedFor) -> None:
        """Note when to look again; the earliest of a reason counts."""
        self.left.looks[waited_for] = min(at, self.left.looks.get(waited_for, at))

    def take(self, outcome: Outcome, item: str | None = None) -> None:
        """Take note of what an act on an item, or on all of them, left to be done."""
        if outcome.is_item_over and item is not None:
            self.finished.add(item)
        for waited_for, at in outcome.looks.items():
            self.look_again(at, waited_for)
        self.left.again |= outcome.again

    def raise_if_throttled(self) -> None:
        """
        Put the whole look off once all that was answered is remembered.

        Raises:
            ThrottledError: a system asked for a pause.
        """
        for error in self.left.later:
            if isinstance(error, ThrottledError):
                raise error

    def ensure_time(self) -> None:
        """
        Refuse to start a call that the look may not outlive.

        Raises:
            OutOfTimeError: too little is left.
        """
        must_have_time()

    async def commit(
        self,
        links: Sequence[Link],
        events: Sequence[Event] = (),
        *,
        unreserved: Iterable[PlanChange] = (),
    ) -> None:
        """
        Remember links and history in one transaction, then what the plans' readers need.

        Args:
            unreserved: reservations that are over; they go last, with what the readers need.

        Raises:
            LeaseLostError: another worker owns the origin; nothing was written.
        """
        before = {link.item: self.held.links.get(link.item) for link in links}
        for link in links:
            if link.plan_id and _is_moved(before[link.item], link):
                # By a person, maybe to where no rule's tasks are: what people do there is to be seen.
                await self.services.places.follow(link.plan_id)
        # With the links: a look that ends right here must not take along that another step is about to show.
        is_left = any(_is_left(before[link.item], link) for link in links)
        seen = {**self.held.seen, STEP_LEFT: self.now.isoformat()} if is_left else None
        # History and links go in one transaction: none tells what the other does not.
        told = self._in_context(links, events)
        await self.held.commit(links=links, events=told, seen=seen, now=self.now)
        self.left.moved |= bool(links)
        self.left.went_on |= any(link.hold is None for link in links)
        done = {link.item for link in links if link.state is LinkState.COMPLETED}
        # What waits for an item that is completed now was computed before it was.
        self.left.again |= any(done.intersection(task.waits_on) for task in self.wanted.tasks)
        # Ladder and mails count from the date that the task shows: people just set another.
        self.left.again |= any(_is_set_by_people(before[link.item], link) for link in links)
        # Counted once it stands: a metric never tells of what was not committed.
        measure(events, self.now)
        # After the link, for these rows lie in other partitions, which no transaction spans. A worker that dies here
        # leaves old ones: `mend` puts them right.
        index = [change for link in links for change in self._index(before[link.item], link)]
        await self.services.tasks.change([*index, *unreserved])

    def _in_context(self, links: Sequence[Link], events: Sequence[Event]) -> list[Event]:
        """Complete events with what held when they happened."""
        after = self.held.links | {link.item: link for link in links}
        wanted = {task.item_key: task for task in self.wanted.tasks}
        return [
            in_context(
                event,
                after.get(event.item),
                self.origin,
                wanted.get(event.item),
                self.policy.mapping_hash,
                graph=self.services.settings.graph_base_url,
            )
            for event in events
        ]

    def _index(self, before: Link | None, after: Link) -> Iterator[PlanChange]:
        """Keep the way back from a task to its link, with the versions that are agreed."""
        if before is not None and before.task_id and before.plan_id and _place(before) != _place(after):
            yield unindexing(before.plan_id, before.task_id)
        if after.task_id and after.plan_id and (before is None or _known(before) != _known(after)):
            # What people do with the task belongs to the story of what made it.
            row = IndexRow.of(self.origin.key, after, trace=traceparent())
            yield indexing(after.plan_id, after.task_id, row)


def current_step(origin: Origin, link: Link) -> Step | None:
    """Find the link's step where it stands on the same visit; None: it does not."""
    workflow = origin.workflow
    return next((step for step in workflow.current if step.ref == link.step), None) if workflow is not None else None


def _is_left(before: Link | None, after: Link) -> bool:
    """Tell whether OpenText left an item's step just now: the bridge sent it on, or somebody completed it there."""
    if before is None or after.step is None:
        return False
    is_closed = before.state is not LinkState.CLOSED and after.state is LinkState.CLOSED
    return is_closed or after.sent_on not in (None, before.sent_on)


def _is_moved(before: Link | None, after: Link) -> bool:
    return before is not None and before.task_id == after.task_id is not None and before.plan_id != after.plan_id


def _is_set_by_people(before: Link | None, after: Link) -> bool:
    due, was = after.base.get("due"), before.base.get("due") if before is not None else None
    return due is not None and was is not None and due.theirs and due.got != was.got


def _place(link: Link) -> tuple[str | None, str | None]:
    return link.plan_id, link.task_id


def _known(link: Link) -> tuple[str | None, str | None, str, str]:
    return link.plan_id, link.task_id, link.etag, link.details_etag
