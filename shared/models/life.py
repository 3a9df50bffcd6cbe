"""What the door `GET origin` answers: one origin's life, as an operator reads it."""

from datetime import datetime

from pydantic import Field

from shared.models.base import Foreign
from shared.models.explanation import NextLook
from shared.models.holds import HoldCause
from shared.models.link_states import LinkState
from shared.models.troubles import Cause
from shared.models.words import Word


class OriginTroubleShown(Foreign):
    """Why an origin's looks fail."""

    cause: Cause
    sentence: str
    text: str
    heals: str
    since: datetime
    tries: int
    next_try: datetime


class ItemShown(Foreign):
    """One item of an origin, as its link stands."""

    item: str
    title: str = Field(default="", description="As the history last told it.")
    rule: str
    state: LinkState
    hold: HoldCause | None = None
    hold_sentence: str = ""
    heals: str = ""
    reason: str = ""
    tries: int = 0
    next_try: datetime | None = None
    responsible: tuple[str, ...] = ()
    due: str = Field(default="", description="ISO date. Empty: none.")
    plan: str = ""
    task: str = ""
    task_url: str = Field(default="", description="In Planner. Empty: it has no task.")
    note: str = Field(default="", description="What people read about the last refusal.")


class Teller(Word):
    """Who did what an entry tells: how it is coloured."""

    BRIDGE = "bridge"
    PERSON = "person"
    OPENTEXT = "opentext"
    OPERATOR = "operator"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Told(Foreign):
    """An entry of the history as a sentence."""

    sequence: int
    at: datetime
    what: str
    item: str = ""
    teller: Teller
    actor: str = Field(description="Who did it, by name where it is known.")
    sentence: str


class OriginAnswer(Foreign):
    """`GET origin`: one origin's life."""

    now: datetime
    origin: str
    name: str = Field(default="", description="As the history last told it.")
    is_known: bool = Field(description="The bridge looked at it at least once.")
    in_hand: bool = Field(default=False, description="A worker is at it now.")
    url: str = Field(default="", description="In OpenText. Empty: this app has no address for it.")
    trouble: OriginTroubleShown | None = None
    next_looks: tuple[NextLook, ...] = ()
    items: tuple[ItemShown, ...] = ()
    told: tuple[Told, ...] = Field(default=(), description="The newest first.")
    history_unread: str = Field(default="", description="Why the history can't be read. Empty: it can.")
    entries: int = Field(default=0, description="Of the whole history.")
    before: int = Field(default=0, description="Ask with it for older entries. 0: there are none.")
