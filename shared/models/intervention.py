"""What an operator had done by hand: kept, so that everybody sees who did what."""

from datetime import datetime

from pydantic import Field

from shared.models.base import Stored
from shared.models.words import Word

OPERATOR = "operator"
"""Who it was, as far as a key tells."""


class Act(Word):
    """What an operator can have done."""

    LOOK = "look"
    READ_PLAN = "read_plan"
    RETRY = "retry"
    OPEN_GATE = "open_gate"
    RELEASE_BRAKE = "release_brake"
    REPLAY = "replay"
    DROP = "drop"
    UNKNOWN = "unknown"


ACTS = {
    Act.LOOK: "had it looked at again",
    Act.READ_PLAN: "had the plan read",
    Act.RETRY: "had what is held tried again",
    Act.OPEN_GATE: "opened the gate",
    Act.RELEASE_BRAKE: "released the brake of the rule",
    Act.REPLAY: "had dead letters sent again",
    Act.DROP: "dropped dead letters",
    Act.UNKNOWN: "did what a newer release knows",
}
"""What people read, between who and what."""


class Intervention(Stored):
    """One thing that an operator had done."""

    at: datetime = Field(description="UTC.")
    by: str = Field(description="Who, as far as the app knows.")
    act: Act
    subject: str = Field(default="", description="Origin, plan, gate, rule, cause or letter. Empty: all of them.")
    count: int = Field(default=1, description="How many origins, plans or letters it was to touch.")
