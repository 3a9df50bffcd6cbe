"""
Users and groups. One id space; groups hold groups.

Source: OTCS REST, v2/members and v2/members/{id}/members.
"""

from collections.abc import Callable
from datetime import datetime

from cachetools import TTLCache

from shared.clients.opentext.answers import Json, each, is_last, number, properties, required, rows, text
from shared.clients.opentext.server import Site, list_pages
from shared.clients.opentext.transport import Query
from shared.errors import RefusedError, UnreadableError
from shared.models.opentext import Person
from shared.timing import FRESH

USER, GROUP, SERVICE_USER = 0, 1, 17
MOST_KEPT = 10_000
"""Entries of a cache; then what was used least recently goes."""
PAGE = 20
"""Servers send no more users in a page."""


class Members:
    """Reads users and groups; what was read stays good for ten minutes."""

    def __init__(self, site: Site, now: Callable[[], datetime]) -> None:
        self._site = site
        self._people: TTLCache[int, Person, datetime] = TTLCache(MOST_KEPT, FRESH, now)
        self._groups: TTLCache[int, tuple[Person, ...], datetime] = TTLCache(MOST_KEPT, FRESH, now)
        self._own: TTLCache[str, int, datetime] = TTLCache(1, FRESH, now)
        self._names: TTLCache[str, int, datetime] = TTLCache(MOST_KEPT, FRESH, now)

    async def whoami(self) -> Person:
        """
        Read the integration user: proves that the sign-in works.

        Raises:
            RefusedError: the sign-in is not accepted.
            UnavailableError: no sensible answer.
        """
        return person_of((await self._site.get("v1/auth")).get("data"))

    async def own_id(self) -> int:
        """Return the id of the integration user; asked once in ten minutes. Errors as `whoami`."""
        if (known := self._own.get("")) is not None:
            return known
        found = self._own[""] = (await self.whoami()).user_id
        return found

    async def read(self, user_id: int) -> Person:
        """
        Read a user.

        Raises:
            UnreadableError: gone or hidden, or no user but a group.
        """
        if (known := self._people.get(user_id)) is not None:
            return known
        row = properties((await self._site.get(f"v2/members/{user_id}")).get("results"))
        if number(row.get("type")) not in (None, USER, SERVICE_USER):
            message = f"member {user_id} is not a user"
            raise UnreadableError(message)
        person = self._people[user_id] = person_of(row)
        return person

    async def find_by_email(self, email: str) -> Person | None:
        """
        Find the one user with this address; case does not matter. None: nobody has it.

        A server that does not know the filter sends everybody: so answers are compared, and a list in which
        nobody matches is only believed if it is empty.

        Raises:
            UnreadableError: this server's lists can't be filtered by address.
            RefusedError: several users have it.
        """
        # A server passes over a filter that it does not know, without an error: then the general one is tried.
        filters = (("where_business_email", email), ("query", email))
        for name, value in filters:
            listed = each(rows(await self._answer_users(name, value)), person_of)
            found = {person.user_id: person for person in listed if _same(person.email, email)}
            if len(found) > 1:
                message = f"several users have the address {email}"
                raise RefusedError(message, code="ambiguous")
            if found:
                return next(iter(found.values()))
            if not listed and listed.is_whole:
                return None
        message = f"users can't be searched by address: nobody listed has {email}"
        raise UnreadableError(message)

    async def find_by_login(self, login: str) -> Person | None:
        """
        Find a user by the exact login; case does not matter. None: there is none that we may see.

        Filters find parts of logins too. So answers are compared, and a list in which nobody has the login is only
        believed if it is whole and all in it show what was asked for.

        Raises:
            UnreadableError: this server's lists can't be filtered by login, or hold a user who can't be read.
        """
        why = "users can't be searched by login"
        # A server may pass over the first filter, as `find_by_email` says.
        for name in ("where_name", "query"):
            answer = await self._answer_users(name, login)
            listed = each(rows(answer), person_of)
            for person in listed:
                if _same(person.login, login):
                    return person
            is_filtered = all(_shows(person, login) for person in listed)
            if is_filtered and listed.is_whole and is_last(answer, sent=len(listed), asked=PAGE):
                return None
            why = listed.unread[0].reason if listed.unread else why
        message = f"a user may be {login!r}, but can't be read: {why}"
        raise UnreadableError(message)

    async def find_group(self, name: str) -> int | None:
        """Find a group's id by its exact name. None: there is none that we may see."""
        if (known := self._names.get(name)) is not None:
            return known
        query: Query = (("where_type", GROUP), ("where_name", name))
        async for page in list_pages(self._site, "v2/members", query, limit=PAGE):
            for row in map(properties, page):
                if number(row.get("type")) == GROUP and text(row.get("name")) == name:
                    found = self._names[name] = required(row, "id")
                    return found
        return None

    async def expand(self, group_id: int) -> tuple[Person, ...]:
        """
        List a group's users, those of the groups in it too, by id. A group that holds itself does no harm.

        Raises:
            UnreadableError: a group among them is gone or hidden: the list would not be whole.
        """
        if (known := self._groups.get(group_id)) is not None:
            return known
        found: dict[int, Person] = {}
        # Groups may hold each other, or themselves: each is read once.
        waiting, seen = [group_id], {group_id}
        while waiting:
            users, groups = await self._list_group(waiting.pop())
            found.update(users)
            waiting.extend(groups - seen)
            seen |= groups
        people = self._groups[group_id] = tuple(found[user_id] for user_id in sorted(found))
        return people

    async def _list_group(self, group_id: int) -> tuple[dict[int, Person], set[int]]:
        users: dict[int, Person] = {}
        groups: set[int] = set()
        # Asked for each kind: some servers send users only when nothing is asked for, others ignore the question.
        for kind in (USER, GROUP):
            async for page in list_pages(self._site, f"v2/members/{group_id}/members", [("where_type", kind)]):
                for row in map(properties, page):
                    member_id = required(row, "id")
                    if number(row.get("type")) == GROUP:
                        groups.add(member_id)
                    else:
                        users[member_id] = await self.complete(row)
        return users, groups

    async def complete(self, row: Json) -> Person:
        """Make a user of a list's row; lists that leave the address out cost one call a user."""
        # An address that is sent empty is none; one that is not sent is not known.
        if "business_email" not in row:
            return await self.read(required(row, "id"))
        person = person_of(row)
        self._people[person.user_id] = person
        return person

    async def _answer_users(self, name: str, value: str) -> Json:
        # The first page alone: a filter that works leaves few, and one that is passed over would send every user.
        query: Query = (("where_type", USER), (name, value), ("limit", PAGE), ("page", 1))
        return await self._site.get("v2/members", query)


def person_of(row: object) -> Person:
    """Read a user's row, as members and v1/auth send it."""
    found = properties(row)
    return Person(
        user_id=required(found, "id"),
        login=text(found.get("name")),
        name=text(found.get("display_name") or found.get("name_formatted") or found.get("name")),
        email=text(found.get("business_email")) or None,
    )


def _same(one: str | None, other: str) -> bool:
    return one is not None and one.casefold() == other.casefold()


def _shows(person: Person, part: str) -> bool:
    """Tell whether one of the fields that filters look into holds a part."""
    return any(part.casefold() in (field or "").casefold() for field in (person.login, person.name, person.email))
