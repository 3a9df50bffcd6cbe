"""Who may decide a step, and in whose name it is then completed: resolved once, and used everywhere."""

from enum import StrEnum

from pydantic import Field

from shared.models.base import Frozen
from shared.models.opentext import Person


class FoundBy(StrEnum):
    """How an Entra account was found to stand for a performer."""

    OVERRIDE = "override"
    """`people.overrides` of the mapping names it."""
    LOGIN = "login"
    """The OpenText login is an address, and the directory knows it."""
    MAIL = "mail"
    """The address on the performer's OpenText record."""
    DOMAIN = "domain"
    """The OpenText login with `people.domain` behind it."""
    DELEGATE = "delegate"
    """`people.delegates` lets this person decide for the performer."""
    APPROVER = "approver"
    """The rule's `approvers`: the step itself is the integration user's."""


class Decider(Frozen):
    """A person who may decide a step in Planner."""

    entra_id: str
    performer: Person | None = Field(description="In whose name OpenText is told. None: the integration user's own.")
    found_by: FoundBy
    started: bool = Field(
        default=False,
        description="This person, or the performer, started the workflow; told where four eyes decide.",
    )
    shown: str = Field(default="", description="Address or name, as the workflow's comment names this person.")

    @property
    def is_performer(self) -> bool:
        """Tell whether this is the performer in person, who alone may hand the step on."""
        return self.performer is not None and self.found_by is not FoundBy.DELEGATE

    def told_apart(self, initiator: str | None, user_id: int | None) -> "Decider":
        """
        Return the decider marked by whether the decision would be that of whoever started the workflow.

        Args:
            initiator: Entra id; None: not found.
            user_id: of the same in OpenText, in whose name a delegate would decide; None: not known.
        """
        is_in_that_name = self.performer is not None and self.performer.user_id == user_id
        return self.model_copy(update={"started": self.entra_id == initiator or is_in_that_name})
