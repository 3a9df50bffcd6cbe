"""Attributes that hold users: ids in Content Server, logins for everybody else."""

from shared.clients.opentext.members import Members
from shared.errors import RefusedError
from shared.models.opentext import AttributeValue, Scalar


class UserValues:
    """Turns users' ids into logins, and back."""

    def __init__(self, members: Members) -> None:
        self._members = members

    async def login(self, user_id: int) -> str:
        """
        Name a user.

        Raises:
            UnreadableError: gone or hidden.
            RefusedError: it is a group.
        """
        person = await self._members.read(user_id)
        return person.login or person.name or f"user {user_id}"

    async def logins(self, value: AttributeValue) -> AttributeValue:
        """Name the users of an attribute. None stays None. Errors as `login`."""
        if isinstance(value, tuple):
            return tuple([await self._login_of(item) for item in value])
        return None if value is None else await self._login_of(value)

    async def ids(self, value: AttributeValue) -> AttributeValue:
        """
        Find the users that logins or addresses mean.

        Raises:
            RefusedError: nobody is called so.
        """
        if isinstance(value, tuple):
            return tuple([await self._id_of(item) for item in value])
        return None if value is None else await self._id_of(value)

    async def _login_of(self, value: Scalar) -> Scalar:
        return await self.login(int(value)) if _is_id(value) else value

    async def _id_of(self, value: Scalar) -> Scalar:
        if _is_id(value):
            return value
        name = str(value)
        find = self._members.find_by_email if "@" in name else self._members.find_by_login
        if (person := await find(name)) is None:
            message = f"there is no user {name!r} that may be seen"
            raise RefusedError(message, code="no_user")
        return person.user_id


def _is_id(value: Scalar) -> bool:
    written = str(value)
    # `isdigit` alone also takes signs such as "²", at which `int` fails.
    return written.isascii() and written.isdigit()
