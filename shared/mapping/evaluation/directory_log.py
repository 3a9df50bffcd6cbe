"""The directory's answers, and a note of everything that was asked."""

from dataclasses import dataclass, field

from shared.models.graph import EntraUser
from shared.models.people import Directory, Lookups


@dataclass
class Book:
    """The directory's answers; everything that was asked is written down."""

    answers: Directory
    emails: set[str] = field(default_factory=set)
    managers_of: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    plan_groups: set[str] = field(default_factory=set)

    mails: dict[str, str] = field(default_factory=dict)
    """Mail addresses by Entra id, of everybody who was answered."""

    def user(self, address: str) -> EntraUser | None:
        """Ask for a user by address; None: there is none, or nobody has asked the directory yet."""
        self.emails.add(address)
        return self._seen(self.answers.users.get(address))

    def manager(self, address: str) -> EntraUser | None:
        """Ask for somebody's manager; None as above."""
        self.managers_of.add(address)
        return self._seen(self.answers.managers.get(address))

    def members(self, group: str) -> tuple[EntraUser, ...]:
        """Ask for the members of a group that is assigned."""
        self.groups.add(group)
        members = self.answers.groups.get(group, ())
        for member in members:
            self._seen(member)
        return members

    def is_outside(self, user: EntraUser | None, group: str) -> bool:
        """Tell whether a user is no member of the group that owns a plan. None counts as outside."""
        self.plan_groups.add(group)
        members = self.answers.groups.get(group, ())
        return user is None or all(member.id != user.id for member in members)

    def _seen(self, user: EntraUser | None) -> EntraUser | None:
        if user is not None and (mail := mail_of(user)):
            self.mails[user.id] = mail
        return user

    @property
    def is_answered(self) -> bool:
        """Tell whether the directory had an answer to every question, be it that there is nobody."""
        known = self.answers
        return (
            self.emails <= known.users.keys()
            and self.managers_of <= known.managers.keys()
            and self.groups | self.plan_groups <= known.groups.keys()
        )

    def asked(self) -> Lookups:
        """Return all the questions."""
        return Lookups(
            emails=frozenset(self.emails),
            managers_of=frozenset(self.managers_of),
            groups=frozenset(self.groups),
            plan_groups=frozenset(self.plan_groups),
        )


def mail_of(user: EntraUser) -> str | None:
    """Return where a user gets mail; None: no address on record."""
    address = user.mail or user.user_principal_name
    return address.lower() if address else None
