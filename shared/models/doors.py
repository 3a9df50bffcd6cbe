"""What the operator's doors under /api/operations answer: read by the page, and by the command line through the app."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from shared.models.base import Foreign
from shared.models.holds import HoldCause
from shared.models.link_states import LinkState
from shared.models.troubles import Cause, Where


class Health(StrEnum):
    """How a system stands, as far as is told."""

    WELL = "well"
    PAUSED = "paused"
    """It passes by itself."""
    TROUBLED = "troubled"
    """A person is needed."""
    NOT_KNOWN = "not_known"
    """Nobody looked lately: the app does not sweep."""


class SystemState(Foreign):
    """One system that the bridge needs."""

    name: str = Field(description="As people call it: OpenText, Planner, Storage ...")
    subject: str = Field(description="As troubles and gates call it: opentext, graph, sign-in-service ...")
    health: Health
    note: str = Field(default="", description="Why it is not well. Empty: it is.")
    since: datetime | None = Field(default=None, description="UTC: since when it is not well. None: it is.")


class TroubleShown(Foreign):
    """A trouble, with what its cause means."""

    where: Where
    subject: str
    cause: Cause
    sentence: str = Field(description="What the cause means.")
    text: str = Field(description="The last error as people read it. Empty: none was told.")
    heals: str = Field(description="What ends it.")
    needs_person: bool = Field(description="False: it passes by itself.")
    since: datetime
    tries: int
    next_try: datetime | None = Field(default=None, description="UTC. None: when something changes.")
    gate: str = Field(default="", description="The gate that stands behind it and can be opened. Empty: none.")


class Timers(Foreign):
    """The agenda's timers."""

    due: int
    later: int
    backfill: int


class StatusAnswer(Foreign):
    """`GET status`: how the bridge stands. Costs some queries, whatever the number of links."""

    now: datetime
    release: str = Field(default="", description="Of the app that answers. Empty: it does not know.")
    needs_person: bool = Field(description="As far as is told without counting links.")
    systems: tuple[SystemState, ...]
    troubles: int = Field(description="How many stand: see `troubles`.")
    swept_at: datetime | None = Field(default=None, description="UTC. None: the app never swept.")
    paused: bool = Field(default=False, description="BRIDGE_PAUSED is set.")
    mapping_hash: str = Field(default="", description="In force. Empty: not known.")
    queues: dict[str, int] = Field(description="Messages that wait, about, by queue.")
    oldest_due: datetime | None = Field(default=None, description="UTC: the oldest timer that waits for a sweep.")
    dead_letters: int
    brakes: int = Field(description="Rules whose endings are held.")
    plans: int
    fullest_plan: float = Field(description="Share of its limit that the fullest plan uses.")
    last_hint: datetime | None = Field(
        default=None, description="UTC: when the last five minutes with a hint of OpenText began. None: not for a day."
    )
    last_plan_read: datetime | None = Field(
        default=None, description="UTC: when the last five minutes began in which a plan was read. None: not for a day."
    )
    discovery_at: datetime | None = Field(default=None, description="UTC: when OpenText is asked next for news.")


class TroublesAnswer(Foreign):
    """`GET troubles`: what stands in the way; the oldest first."""

    now: datetime
    total: int
    troubles: tuple[TroubleShown, ...]
    after: str = Field(default="", description="Ask with it for the next page. Empty: this is the last.")


class HeldGroup(Foreign):
    """All items that one cause holds."""

    cause: HoldCause
    sentence: str
    heals: str
    outside: bool = Field(description="It is retried by itself. False: the rule, or a person, says so.")
    count: int
    oldest: datetime | None = Field(
        default=None, description="UTC: since when the first of them waits. None: not kept."
    )
    next_try: datetime | None = Field(default=None, description="UTC. None: when something changes.")
    example: str = Field(description="What the first of them says.")


class HeldItem(Foreign):
    """An item that can't go on, and why."""

    origin: str
    item: str
    rule: str
    plan: str = Field(default="", description="Plan id. Empty: none yet.")
    cause: HoldCause
    reason: str
    tries: int
    since: datetime | None = Field(default=None, description="UTC. None: before this was kept.")
    next_try: datetime | None = Field(default=None, description="UTC. None: it is looked at when its reason changes.")

    @property
    def place(self) -> str:
        """Where it stands in a list that is read page by page."""
        return f"{self.cause.value} {self.origin} {self.item}"


class FailingGroup(Foreign):
    """Origins whose looks fail for one cause."""

    cause: Cause
    sentence: str
    heals: str
    count: int
    oldest: datetime
    next_try: datetime
    example: str


class HeldAnswer(Foreign):
    """`GET held`: what is held, by cause, and a page of the items. Links are not read anew for each who asks."""

    now: datetime
    counted_at: datetime = Field(description="UTC: when all links were read.")
    groups: tuple[HeldGroup, ...] = Field(description="Of all that is held, whatever was asked for; the most first.")
    failing: tuple[FailingGroup, ...] = Field(description="Origins that can't be looked at; the most first.")
    timers: Timers
    states: dict[LinkState, int] = Field(description="Links by state.")
    open_by_rule: dict[str, int] = Field(description="Tasks that people have before them, by rule.")
    released_by_rule: dict[str, int] = Field(description="Items that the mapping let go.")
    total: int = Field(description="Of the items that were asked for.")
    items: tuple[HeldItem, ...]
    after: str = Field(default="", description="Ask with it for the next page. Empty: this is the last.")


class GateShown(Foreign):
    """A system, or an identity's sign-in, that is left alone."""

    name: str
    until: datetime
    since: datetime | None = None
    why: str = ""
    refused: int = Field(default=0, description="Of a sign-in: refusals in a row.")


class GatesAnswer(Foreign):
    """`GET gates`: those that are closed."""

    now: datetime
    gates: tuple[GateShown, ...]


class BrakeShown(Foreign):
    """A rule whose endings are held."""

    rule: str
    since: datetime
    ended_lately: int = Field(description="Within the last hour.")
    waiting: int = Field(description="Items whose ending is held, as last counted.")


class BrakesAnswer(Foreign):
    """`GET brakes`: the rules whose endings are held."""

    now: datetime
    brakes: tuple[BrakeShown, ...]


class LetterShown(Foreign):
    """A message that failed for good."""

    key: str
    at: datetime
    queue: str
    about: str = Field(description="The origin or plan; of what is no message of ours, its beginning.")
    reason: str
    tries: int
    again: datetime | None = Field(default=None, description="UTC: when its origin is looked at again by itself.")
    can_replay: bool = Field(description="False: it can only be dropped.")


class LettersAnswer(Foreign):
    """`GET dead-letters`: the oldest first."""

    now: datetime
    total: int
    letters: tuple[LetterShown, ...]
    after: str = ""


class Point(Foreign):
    """Five minutes of work, all workers together."""

    at: datetime = Field(description="UTC: when the five minutes began.")
    looks: int = 0
    tasks_made: int = 0
    advances: int = Field(default=0, description="Completions that were written to OpenText.")
    lag_median: float | None = Field(default=None, description="Seconds from completion to advance. None: no advance.")
    lag_p95: float | None = None


class SeriesAnswer(Foreign):
    """`GET series`: throughput and lag. What is missing was not measured: nobody was at work."""

    now: datetime
    minutes: int = Field(description="Of one point.")
    points: tuple[Point, ...] = Field(description="The oldest first; without gaps.")


class InterventionShown(Foreign):
    """Something that an operator had done."""

    at: datetime
    by: str
    what: str
    subject: str
    count: int


class InterventionsAnswer(Foreign):
    """`GET interventions`: what operators had done, the newest first."""

    now: datetime
    interventions: tuple[InterventionShown, ...]


class Done(Foreign):
    """What a POST did."""

    sentence: str
    count: int = Field(description="Origins, plans or letters that it touched.")
    left: tuple[str, ...] = Field(default=(), description="What could not be done, and why.")


class FoundOrigin(Foreign):
    """An origin that something leads to."""

    key: str
    why: str = Field(description="How it was found.")


class FoundAnswer(Foreign):
    """`GET find`: the origins that a key, a number or a link leads to."""

    origins: tuple[FoundOrigin, ...]


class FindingShown(Foreign):
    """What one probe found."""

    name: str
    verdict: str = Field(description="ok, WARN or FAIL.")
    text: str
    remedy: str = ""


class DoctorAnswer(Foreign):
    """`GET doctor`: what the live probes say."""

    now: datetime
    findings: tuple[FindingShown, ...]


class OriginsAnswer(Foreign):
    """`GET origins`: keys of the origins with an item of a rule, or in a plan."""

    total: int
    origins: tuple[str, ...]
    after: str = ""


class PreviewAnswer(Foreign):
    """`GET preview`: what the next look at an origin would do."""

    origin: str
    hash: str = Field(description="The same for two previews that would do the same.")
    mapping_hash: str
    text: str = Field(description="As `manage.py mapping preview` prints it.")
