"""
People and groups of Entra ID, remembered for a while.

Source: https://learn.microsoft.com/graph/api/resources/users
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from cachetools import TLRUCache
from pydantic import Field

from shared.clients.graph.answers import Answer, parse
from shared.clients.graph.batch import BatchRequest
from shared.clients.graph.connection import GraphConnection
from shared.clients.graph.pages import Page, read_page
from shared.errors import BridgeError, NotFoundError, UnavailableError
from shared.models.fields import Opaque
from shared.models.graph import EntraUser
from shared.models.people import Directory, Lookups
from shared.timing import MISSING_KEPT, PEOPLE_KEPT

MOST_KEPT = 10_000
"""Answers of a kind; then the one that was used least recently is asked for again."""

SELECT = ("id", "mail", "userPrincipalName", "displayName", "accountEnabled", "userType")
LARGEST_PAGE = 999

V = TypeVar("V")


class _Member(EntraUser):
    type: Opaque = Field(default="", alias="@odata.type", description="Groups hold devices and applications too.")


Memory: TypeAlias = TLRUCache[str, V, datetime]


def _memory(now: Callable[[], datetime]) -> "Memory[V]":
    """Remember answers by key; None and () are answers too, for a shorter time."""
    return TLRUCache(MOST_KEPT, lambda _, value, at: at + (PEOPLE_KEPT if value else MISSING_KEPT), now)


def _part(keys: Iterable[str], memory: "Memory[V]") -> tuple[dict[str, V], list[str]]:
    """Part keys into what is known and what has to be asked."""
    asked = sorted(set(keys))
    # The memory's clock stands still here: what is in it can't be over before it is read.
    with memory.timer:
        known = {key: memory[key] for key in asked if key in memory}
    return known, [key for key in asked if key not in known]


def _known(memory: "Memory[V]") -> dict[str, V]:
    """Return everything that is not over yet."""
    with memory.timer:
        return dict(memory)


class DirectoryClient:
    """The directory as one application sees it."""

    def __init__(self, connection: GraphConnection, now: Callable[[], datetime]) -> None:
        self._connection = connection
        self._graph = connection.graph
        self._users: Memory[EntraUser | None] = _memory(now)
        self._groups: Memory[tuple[EntraUser, ...]] = _memory(now)
        self._managers: Memory[EntraUser | None] = _memory(now)
        self._by_id: Memory[EntraUser] = _memory(now)

    async def answer(self, lookups: Lookups) -> Directory:
        """
        Answer everything that the mapping asks: a batch, one more for managers, and the further pages of large groups.

        A group that does not exist has no members.

        Raises:
            RefusedError: a permission is missing (User.Read.All, Group.Read.All).
            RetryLaterError: throttled or unavailable: half a directory answers nothing.
        """
        users, groups = await self._find(lookups.emails | lookups.managers_of, lookups.groups | lookups.plan_groups)
        # After the users: a manager is asked for by the id of who is managed, and an address is no id.
        managers = await self._find_managers({address: users[address] for address in sorted(lookups.managers_of)})
        return Directory(users=users, managers=managers, groups=groups)

    async def roles(self) -> frozenset[str] | None:
        """Return the permissions of this application. See `GraphConnection.roles`."""
        return await self._connection.roles()

    def remembered(self) -> Directory:
        """Return what was answered lately, without a call. Who is not in it may well exist."""
        users, groups = _known(self._users), _known(self._groups)
        # Not checked again: it was when it was read.
        return Directory.model_construct(
            users=users, managers=_by_address(users, _known(self._managers)), groups=groups
        )

    async def user(self, user_id: str) -> EntraUser:
        """
        Read one user by id or user principal name.

        Raises:
            NotFoundError: no such user.
            RefusedError: the permission is missing.
            RetryLaterError: throttled or unavailable.
        """
        if (known := self._by_id.get(user_id)) is not None:
            return known
        answer = await self._connection.send("GET", self._user(user_id), query={"select": SELECT})
        user = self._by_id[user_id] = parse(EntraUser, answer, wrote=False)
        return user

    async def _find(
        self, addresses: Iterable[str], group_ids: Iterable[str]
    ) -> tuple[dict[str, EntraUser | None], dict[str, tuple[EntraUser, ...]]]:
        users, emails = _part(addresses, self._users)
        groups, unknown = _part(group_ids, self._groups)
        outcomes = await self._ask([*map(self._search, emails), *map(self._members, unknown)])
        for email, answer in zip(emails, outcomes[: len(emails)], strict=True):
            users[email] = self._users[email] = _best(email, answer)
        for group, answer in zip(unknown, outcomes[len(emails) :], strict=True):
            groups[group] = self._groups[group] = await self._all_members(answer)
        return users, groups

    async def _find_managers(self, people: Mapping[str, EntraUser | None]) -> dict[str, EntraUser | None]:
        known, unknown = _part((person.id for person in people.values() if person is not None), self._managers)
        outcomes = await self._ask([self._manager(user_id) for user_id in unknown])
        for user_id, answer in zip(unknown, outcomes, strict=True):
            known[user_id] = self._managers[user_id] = _manager_of(answer)
        return _by_address(people, known)

    async def _ask(self, requests: Sequence[BatchRequest]) -> list[Answer]:
        answers = []
        for outcome in await self._connection.batch(requests):
            if isinstance(outcome, BridgeError):
                raise outcome
            answers.append(outcome)
        return answers

    async def _all_members(self, answer: Answer) -> tuple[EntraUser, ...]:
        try:
            members = await self._connection.list_rest(Page[_Member], answer)
        except NotFoundError:
            return ()
        users = (member for member in members if member.type == "#microsoft.graph.user")
        return tuple(EntraUser(**user.model_dump(exclude={"type"})) for user in users)

    def _search(self, email: str) -> BatchRequest:
        # An apostrophe ends an OData text unless it is doubled.
        quoted = email.replace("'", "''")
        condition = f"mail eq '{quoted}' or userPrincipalName eq '{quoted}'"
        return BatchRequest("GET", self._graph.users, query={"filter": condition, "select": SELECT})

    def _manager(self, user_id: str) -> BatchRequest:
        return BatchRequest("GET", self._user(user_id).manager, query={"select": SELECT})

    def _members(self, group_id: str) -> BatchRequest:
        builder = self._graph.groups.by_group_id(group_id).transitive_members
        return BatchRequest("GET", builder, query={"select": SELECT, "top": LARGEST_PAGE})

    def _user(self, user_id: str) -> Any:  # noqa: ANN401  # the SDK's builders are not followed by mypy
        return self._graph.users.by_user_id(user_id)


def _by_address(
    people: Mapping[str, EntraUser | None], managers: Mapping[str, EntraUser | None]
) -> dict[str, EntraUser | None]:
    """Return the managers by address of whom they manage, as far as they are known. Who does not exist has none."""
    return {
        address: managers[person.id] if person is not None else None
        for address, person in people.items()
        if person is None or person.id in managers
    }


def _best(email: str, answer: Answer) -> EntraUser | None:
    """Of several, a user who can act: enabled, no guest, by mail rather than by name; then by id, always the same."""
    users, _ = read_page(Page[EntraUser], answer)
    if not users and not users.is_whole:
        message = f"the directory's answer about {email} can't be read: {users.unread[0].reason}"
        raise UnavailableError(message)
    return min(users, key=lambda user: _rank(email, user), default=None)


def _rank(email: str, user: EntraUser) -> tuple[bool, bool, bool, str]:
    by_mail = (user.mail or "").casefold() == email.casefold()
    # Only a stated no counts: where Graph does not tell, nobody is taken for disabled.
    return user.account_enabled is False, user.user_type == "Guest", not by_mail, user.id


def _manager_of(answer: Answer) -> EntraUser | None:
    """Nobody's manager is a 404 of its own."""
    try:
        return parse(EntraUser, answer, wrote=False)
    except NotFoundError:
        return None
