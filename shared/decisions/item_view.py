"""Everything that is known about one item, and the rules that hold for all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.decisions.fields import Target
from shared.decisions.observed import Found, Seen
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.holds import HoldCause
from shared.models.link import FieldBase, Link
from shared.models.origin import Origin
from shared.models.words import ActAs
from shared.timing import YOUNG


@dataclass(frozen=True)
class Policy:
    """What holds for every item of a reconcile."""

    settle: timedelta
    grace: timedelta
    act_as: ActAs = ActAs.PERFORMER
    rule_hashes: dict[str, str] = field(default_factory=dict)
    """Rule id → hash, as the mapping stands."""
    mapping_hash: str = ""
    bridge: str = ""
    """Names this bridge in reference lines; empty in tests that need none."""
    voids_waits: bool = False
    """An operator asked for this look: holds are tried again though their time has not come."""
    frees: HoldCause | None = None
    """The cause that the operator named: its holds go on, whatever they wait for."""
    orphaned: datetime | None = None
    """When the origin was last taken from a dead worker: its writes may still have been under way then."""

    def settled(self, since: datetime, now: datetime) -> datetime:
        """Say when it is known what became of a write: counted from its worker's burial, if that came later."""
        # A burial that lies ahead was noted by a wrong clock: believed, it would put off the outcome until then.
        buried = min(self.orphaned, now) if self.orphaned is not None else since
        return max(since, buried) + self.settle

    def is_of_wrong_clock(self, since: datetime, now: datetime) -> bool:
        """Tell whether a write was announced by a clock that was ahead by more than settling takes."""
        return since > now + max(self.settle, YOUNG)


@dataclass(frozen=True)
class View:
    """One item: what OpenText wants, what we remember, what Planner shows."""

    origin: Origin
    target: Target | None
    """None: not wanted."""
    link: Link | None
    """None: never seen before."""
    seen: Seen | None = None
    """None: no task, or not looked at."""
    completed: frozenset[str] = frozenset()
    """Item keys of this origin that are completed."""
    is_undecided: bool = False
    """Whether it is wanted is not known: something that its rule asks about was not told. It is left as it stands."""
    why_not: str = ""
    """The value that was read and says no to it; "" where none does."""
    is_refused: bool = False
    """Planner refused a write to its task in this very look: none is tried again in it."""
    chased: Link | None = None
    """The item that an escalation chases; None: it is no escalation, or nothing is remembered of that."""

    @property
    def found(self) -> Found | None:
        """The task, when it was read."""
        return self.seen if isinstance(self.seen, Found) else None

    @property
    def workspace_id(self) -> int | None:
        """The workspace whose attributes the rule may set; None: the origin has none."""
        return workspace_of(self.origin)


def workspace_of(origin: Origin) -> int | None:
    """Return the node id of the workspace that an origin is, or lies in; None: there is none."""
    return origin.workspace.node_id if origin.workspace is not None else None


def is_behind(found: Found, link: Link) -> bool:
    """
    Tell a read from a replica that lags: etags of one resource grow in ordinal comparison.

    Source: https://learn.microsoft.com/graph/api/resources/planner-overview (Planner resource versioning)
    """
    if found.task.etag < link.etag:
        return True
    return found.details is not None and found.details.etag < link.details_etag


def actor_of(found: Found) -> dict[str, str]:
    """Name who completed a task."""
    by = found.task.completed_by
    if by is None or by.key is None:
        return {}
    kind, _, who = by.key.partition(":")
    return {"entra" if kind == "user" else "application": who}


def event(what: EventKind, link: Link, *, actor: dict[str, str] | None = None, **detail: object) -> Event:
    """Make a history event about a link; datetimes become ISO text."""
    plain = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in detail.items()}
    return Event(what=what, item=link.item, actor=actor or {"bridge": "bridge"}, detail=plain)


def changed(
    what: EventKind, link: Link, value: Callable[[FieldBase], Any], after: Mapping[str, Any]
) -> tuple[Event, ...]:
    """
    Tell which fields were changed, with both values; nothing where none was.

    Args:
        value: takes from what was agreed on of a field what it was before.
        after: by field, what it is now.
    """
    if not after:
        return ()
    before = {name: value(link.base[name]) if name in link.base else None for name in after}
    return (event(what, link, fields=list(after), before=before, after=dict(after)),)


def updated(link: Link, asked: Mapping[str, Any]) -> tuple[Event, ...]:
    """Tell which fields the bridge wrote, with what was asked of each before and now."""
    return changed(EventKind.UPDATED, link, lambda known: known.asked, asked)


def is_waiting(link: Link, view: View, policy: Policy, now: datetime) -> bool:
    """Tell whether a hold's time has not come yet; an operator's look and a changed rule void the wait."""
    return _waits(link, None if view.target is None else view.target.wanted.rule_hash, policy, now)


def _waits(link: Link, rule_hash: str | None, policy: Policy, now: datetime) -> bool:
    if not link.waits(now) or policy.voids_waits or link.hold is policy.frees is not None:
        return False
    return rule_hash is None or rule_hash == link.rule_hash


@dataclass(frozen=True)
class Case:
    """An open task of a wanted item, read just now."""

    origin: Origin
    link: Link
    target: Target
    found: Found
    policy: Policy
    now: datetime

    @property
    def workspace_id(self) -> int | None:
        """The workspace whose attributes the rule may set; None: the origin has none."""
        return workspace_of(self.origin)

    @property
    def is_waiting(self) -> bool:
        """Tell whether the hold's time has not come yet."""
        return _waits(self.link, self.target.wanted.rule_hash, self.policy, self.now)
