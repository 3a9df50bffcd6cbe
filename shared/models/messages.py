"""What travels on the queues and in the agenda: where to look, never what to do."""

from datetime import datetime

from pydantic import Field

from shared.models.base import Stored


class OriginMessage(Stored):
    """Queue `origins`: look at this origin."""

    origin: str = Field(description="Origin key; node-<id> means: find out which origins it concerns.")
    reason: str = Field(default="hint", description="Free text for the log: hint, agenda, changed, ...")
    plan: str | None = Field(default=None, description="Planner plan id: the read of a plan that asked for this look.")
    hint_id: str | None = Field(default=None, description="The sender's id of the hint, for the log.")
    bulk: bool = Field(default=False, description="Back-fill: steps back while others wait.")
    trace: str | None = Field(default=None, description="W3C traceparent of what caused this.")


class PlanMessage(Stored):
    """Queue `plans`: read this plan."""

    plan: str = Field(description="Planner plan id. Opaque, case-sensitive.")
    reason: str = Field(default="due", description="due, or notified: its group changed.")
    left: tuple[str, ...] = Field(default=(), description="Entra ids of people who left the plan's group.")
    trace: str | None = Field(default=None, description="W3C traceparent of what caused this.")


class AgendaEntry(Stored):
    """One durable timer: look at `origin` at `at`, because of `reason`."""

    at: datetime = Field(description="UTC. Never in the past when written.")
    origin: str
    reason: str = Field(description="One word: settle, retry, resync, threshold, gate, bulk, dead ...")
    bulk: bool = Field(default=False, description="Back-fill: taken only when nothing else is due.")
    attempts: int = Field(default=0, description="How often this was put off already.")
    trace: str | None = None


class DeadLetter(Stored):
    """A message that failed for good: a report, not an end."""

    at: datetime = Field(description="UTC.")
    queue: str = Field(description="origins or plans.")
    body: str = Field(description="The message as it was, cut to 2000 characters.")
    reason: str
    replay: str = Field(description="The command that sends it again.")
