"""The questions that the mapping has for the directory, and the answers. Pure data."""

from pydantic import Field

from shared.models.base import Frozen
from shared.models.graph import EntraUser


class Lookups(Frozen):
    """What must be known of the directory before tasks can be computed."""

    emails: frozenset[str] = Field(default=frozenset(), description="Addresses, lower case: mail or UPN.")
    managers_of: frozenset[str] = Field(default=frozenset(), description="Addresses whose manager is asked for.")
    groups: frozenset[str] = Field(default=frozenset(), description="Entra group ids whose members are assigned.")
    plan_groups: frozenset[str] = Field(default=frozenset(), description="Entra group ids whose members are checked.")

    def and_about(self, addresses: set[str]) -> "Lookups":
        """Return the questions with those about more people, and about their managers."""
        more = {"emails": self.emails | addresses, "managers_of": self.managers_of | addresses}
        return self.model_copy(update=more)


class Directory(Frozen):
    """The answers, as they stood when they were read."""

    users: dict[str, EntraUser | None] = Field(
        default_factory=dict, description="By address, lower case. None: no such user."
    )
    managers: dict[str, EntraUser | None] = Field(default_factory=dict, description="By address of the person managed.")
    groups: dict[str, tuple[EntraUser, ...]] = Field(
        default_factory=dict, description="Members by group id, nested ones too."
    )
