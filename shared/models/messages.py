"""What travels on the queues and in the agenda: where to look, never what to do."""

from datetime import datetime
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from shared.models.base import Stored
from shared.models.holds import HoldCause
from shared.models.words import WAITS, Scope, WaitedFor

_AT_LARGE = {"scope": Scope.OPEN, "tasks": (), "frees": None, "asked_by": None}
"""Of a message that has the same looked at again: whatever there is, and nobody's word."""


class _Asking(Stored):
    """What asks for a look: why now, and how much to read."""

    waited_for: WaitedFor = Field(default=WaitedFor.HINT, description="Why it comes now.")
    scope: Scope = Field(default=Scope.OPEN, description="How much the look reads; not given: as `waited_for` says.")

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, value: Any) -> Any:  # noqa: ANN401 - whatever stands there
        """Read what the first edition wrote, one free text; take the scope from the reason where none is given."""
        if not isinstance(value, dict):
            return value
        given = dict(value)
        if "waited_for" not in given and isinstance(reason := given.pop("reason", None), str):
            given["waited_for"] = WaitedFor(reason)
        if "scope" not in given:
            given["scope"] = WAITS[WaitedFor(given.get("waited_for", WaitedFor.HINT))].scope
        return given


class OriginMessage(_Asking):
    """Queue `origins`: look at this origin."""

    origin: str = Field(description="Origin key; node-<id> means: find out which origins it concerns.")
    plan: str | None = Field(default=None, description="Planner plan id: the read of a plan that asked for this look.")
    tasks: tuple[str, ...] = Field(
        default=(), description="Ids of the tasks that this read saw changed: no others are read. Empty: all are."
    )
    hint_id: str | None = Field(default=None, description="The sender's id of the hint, for the log.")
    bulk: bool = Field(default=False, description="Back-fill: steps back while others wait.")
    frees: HoldCause | None = Field(default=None, description="The cause whose holds an operator frees.")
    asked_by: str | None = Field(default=None, description="The operator whose word it is. None: nobody's.")
    trace: str | None = Field(default=None, description="W3C traceparent of what caused this.")
    then: tuple[int, ...] = Field(
        default=(), description="Seconds after which to look again, one after another, while nothing new is found."
    )

    def again(self, *, bulk: bool) -> Self:
        """Return the message that has the same looked at once more: all that was asked for was read by then."""
        return self.model_copy(update={**_AT_LARGE, "waited_for": WaitedFor.AGAIN, "then": (), "bulk": bulk})

    def after(self, waited_for: WaitedFor, then: tuple[int, ...]) -> Self:
        """Return the message that has the same looked at a little later, and as often again as `then` says."""
        return self.model_copy(update={**_AT_LARGE, "waited_for": waited_for, "then": then})

    def told(self) -> Self:
        """Return the message once the history says whose word it is."""
        return self.model_copy(update={"asked_by": None})

    def recovered(self) -> Self:
        """Return the message that tries again what failed for long."""
        return self.model_copy(update={"waited_for": WaitedFor.RECOVERED})

    def reading(self, scope: Scope) -> Self:
        """Return the message with another scope."""
        return self.model_copy(update={"scope": scope})

    def at(self, origin: str) -> Self:
        """Return the message for an origin that the node of this one concerns."""
        return self.model_copy(update={"origin": origin, "waited_for": WaitedFor.NODE})


class PlanMessage(Stored):
    """Queue `plans`: read this plan."""

    plan: str = Field(description="Planner plan id. Opaque, case-sensitive.")
    waited_for: WaitedFor = Field(default=WaitedFor.DUE, description="Why it comes now.")
    left: tuple[str, ...] = Field(default=(), description="Entra ids of people who left the plan's group.")
    trace: str | None = Field(default=None, description="W3C traceparent of what caused this.")

    def again(self) -> Self:
        """Return the message that has it read once more, after a read that failed."""
        return self.model_copy(update={"waited_for": WaitedFor.RETRY})

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, value: Any) -> Any:  # noqa: ANN401 - whatever stands there
        """Read what the first edition wrote: one free text."""
        if isinstance(value, dict) and "waited_for" not in value and isinstance(value.get("reason"), str):
            return {**value, "waited_for": WaitedFor(value["reason"])}
        return value


class AgendaEntry(_Asking):
    """One durable timer: look at `origin` at `at`."""

    at: datetime = Field(description="UTC. Never in the past when written.")
    origin: str
    bulk: bool = Field(default=False, description="Back-fill: taken only when nothing else is due.")
    attempts: int = Field(default=0, description="How often this was put off already.")
    trace: str | None = None

    @classmethod
    def later(cls, message: OriginMessage, at: datetime, waited_for: WaitedFor, *, attempts: int = 0) -> Self:
        """Return the timer that puts a message off; how much it reads goes along."""
        return cls(
            at=at,
            origin=message.origin,
            waited_for=waited_for,
            scope=message.scope,
            bulk=message.bulk,
            attempts=attempts,
            trace=message.trace,
        )

    def not_before(self, now: datetime) -> Self:
        """Return the timer, moved out of the past."""
        return self if self.at >= now else self.model_copy(update={"at": now})

    def moved(self, at: datetime) -> Self:
        """Return the timer at another time."""
        return self.model_copy(update={"at": at})

    def message(self) -> OriginMessage:
        """Return the message that is queued once it is due."""
        return OriginMessage(
            origin=self.origin, waited_for=self.waited_for, scope=self.scope, bulk=self.bulk, trace=self.trace
        )


class DeadLetter(Stored):
    """A message that failed for good: a report, not an end."""

    at: datetime = Field(description="UTC.")
    queue: str = Field(description="origins or plans.")
    body: str = Field(description="The message as it was, cut to 2000 characters.")
    reason: str
    replay: str = Field(description="The command that sends it again.")
    tries: int = Field(default=1, description="How often it failed for good.")
    again: datetime | None = Field(default=None, description="When its origin is looked at again. None: it has none.")

    def after(self, tries: int, again: datetime | None) -> Self:
        """Return the letter with how often it failed, and when its origin is looked at again."""
        return self.model_copy(update={"tries": tries, "again": again})

    @property
    def about(self) -> str:
        """Name the origin or plan of the message; of what is no message of ours its text."""
        model, name = (OriginMessage, "origin") if self.queue == "origins" else (PlanMessage, "plan")
        try:
            return str(getattr(model.model_validate_json(self.body), name))
        except ValidationError:
            return self.body
