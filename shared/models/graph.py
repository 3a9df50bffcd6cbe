"""Microsoft Graph's change notifications, subscriptions and directory objects."""

from datetime import datetime

from pydantic import ConfigDict, Field

from shared.models.base import Foreign


class EntraUser(Foreign):
    """A directory user. Source: https://learn.microsoft.com/graph/api/resources/user."""

    id: str
    mail: str | None = None
    user_principal_name: str | None = Field(default=None, alias="userPrincipalName")
    display_name: str | None = Field(default=None, alias="displayName")
    account_enabled: bool | None = Field(default=None, alias="accountEnabled", description="None: not told.")
    user_type: str | None = Field(default=None, alias="userType", description="Member or Guest.")


class Notification(Foreign):
    """
    One change or lifecycle notification: only ever a reason to look.

    Source: https://learn.microsoft.com/graph/api/resources/changenotification
    """

    subscription_id: str = Field(alias="subscriptionId")
    client_state: str | None = Field(default=None, alias="clientState")
    change_type: str | None = Field(default=None, alias="changeType")
    lifecycle_event: str | None = Field(default=None, alias="lifecycleEvent")
    resource: str | None = None


class NotificationCollection(Foreign):
    """The body of a notification request."""

    model_config = ConfigDict(hide_input_in_errors=True)  # it holds the clientState

    value: tuple[Notification, ...]


class Subscription(Foreign):
    """A Graph subscription."""

    id: str
    resource: str
    change_type: str = Field(alias="changeType")
    notification_url: str | None = Field(default=None, alias="notificationUrl")
    lifecycle_url: str | None = Field(default=None, alias="lifecycleNotificationUrl")
    expires: datetime = Field(alias="expirationDateTime", description="UTC.")
