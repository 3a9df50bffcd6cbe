"""Microsoft Graph's change notifications, subscriptions and directory objects."""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from shared.models.base import Foreign
from shared.models.fields import NotKnown, Opaque, OptionalText

Told = Annotated[OptionalText, NotKnown]


_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


def _is_id(value: object) -> bool:
    """Tell whether a value is a directory object's id: anything else is nobody, and has no place in a message."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


class EntraUser(Foreign):
    """A directory user; all but the id may be untold. Source: https://learn.microsoft.com/graph/api/resources/user."""

    id: str
    mail: Told = None
    user_principal_name: Told = Field(default=None, alias="userPrincipalName")
    display_name: Told = Field(default=None, alias="displayName")
    account_enabled: Annotated[bool | None, NotKnown] = Field(
        default=None, alias="accountEnabled", description="None: not told."
    )
    user_type: Told = Field(default=None, alias="userType", description="Member or Guest.")

    def called(
        self, user_id: str, *, mail: str | None, user_principal_name: str | None, display_name: str | None
    ) -> "EntraUser":
        """Return the same user under other names: pseudonyms, say."""
        names = {"mail": mail, "user_principal_name": user_principal_name, "display_name": display_name}
        return self.model_copy(update={"id": user_id, **names})


class Notification(Foreign):
    """
    One change or lifecycle notification: only ever a reason to look.

    Source: https://learn.microsoft.com/graph/api/resources/changenotification
    """

    subscription_id: str = Field(alias="subscriptionId")
    client_state: str | None = Field(default=None, alias="clientState")
    # A notification has this or a lifecycle event, never both.
    change_type: str | None = Field(default=None, alias="changeType")
    lifecycle_event: str | None = Field(default=None, alias="lifecycleEvent")
    resource: str | None = None
    resource_data: Any = Field(default=None, alias="resourceData", description="What changed, where Graph tells it.")

    @property
    def left(self) -> frozenset[str]:
        """Ids of the members that a group lost, where Graph tells them."""
        told = self.resource_data if isinstance(self.resource_data, dict) else {}
        members = told.get("members@delta")
        rows = [row for row in members if isinstance(row, dict)] if isinstance(members, list) else []
        return frozenset(row["id"] for row in rows if "@removed" in row and _is_id(row.get("id")))


class NotificationCollection(Foreign):
    """The body of a notification request."""

    model_config = ConfigDict(hide_input_in_errors=True)  # it holds the clientState

    value: tuple[Notification, ...]


class Subscription(Foreign):
    """A Graph subscription."""

    id: str
    resource: str
    change_type: Opaque = Field(default="", alias="changeType")
    notification_url: str | None = Field(default=None, alias="notificationUrl")
    lifecycle_url: str | None = Field(default=None, alias="lifecycleNotificationUrl")
    expires: datetime = Field(alias="expirationDateTime", description="UTC.")
