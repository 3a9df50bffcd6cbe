"""
Change notifications: who is told, and until when.

Source: https://learn.microsoft.com/graph/api/resources/subscription
"""

from datetime import datetime
from typing import Any

from shared.clients.graph.answers import Answer, check, error_for, parse
from shared.clients.graph.connection import GraphConnection
from shared.clients.graph.pages import Page
from shared.clients.graph.planner_bodies import timestamp
from shared.errors import RefusedError
from shared.models.graph import Subscription
from shared.models.listed import Listed


class Subscriptions:
    """The subscriptions of this application."""

    def __init__(self, connection: GraphConnection) -> None:
        self._connection = connection
        self._all = connection.graph.subscriptions

    async def create(
        self,
        resource: str,
        change_type: str,
        notification_url: str,
        *,
        lifecycle_url: str,
        expires: datetime,
        client_state: str,
    ) -> Subscription:
        """
        Subscribe, or adopt the subscription that is already there. Repeatable.

        Graph calls both URLs before it answers: they must be served while this waits.

        Args:
            change_type: e.g. "updated" or "updated,deleted".
            expires: less than 45 minutes from now becomes 45 minutes; an adopted one keeps its own end.
            client_state: comes back in each notification; at most 128 characters. An adopted one keeps its own,
                which Graph does not show: when it was changed, delete the subscription first.

        Raises:
            RefusedError: a URL did not answer, a quota is used up, or (code "subscription-elsewhere") another URL
                is subscribed to the same.
            OutcomeUnknownError: it may exist; call again.
            RetryLaterError: throttled or unavailable.

        Source: https://learn.microsoft.com/graph/api/subscription-post-subscriptions
        """
        body = {
            "resource": resource,
            "changeType": change_type,
            "notificationUrl": notification_url,
            "lifecycleNotificationUrl": lifecycle_url,
            "expirationDateTime": timestamp(expires),
            "clientState": client_state,
        }
        answer = await self._connection.send("POST", self._all, body=body)
        # Graph keeps one for a resource and its changes: most likely ours, whose answer was lost.
        if answer.status == 409:
            return await self._adopt(answer, resource, change_type, notification_url)
        return parse(Subscription, answer, wrote=True)

    async def renew(self, subscription_id: str, expires: datetime) -> Subscription:
        """
        Move the end. This also reauthorises.

        Raises:
            NotFoundError: it has lapsed; create it again.
            RetryLaterError: throttled, unavailable or unknown; safe to repeat.

        Source: https://learn.microsoft.com/graph/api/subscription-update
        """
        body = {"expirationDateTime": timestamp(expires)}
        answer = await self._connection.send("PATCH", self._one(subscription_id), body=body)
        return parse(Subscription, answer, wrote=True)

    async def reauthorize(self, subscription_id: str) -> None:
        """
        Answer a reauthorizationRequired notification. Never within ten minutes of `renew`.

        Raises:
            NotFoundError: it has lapsed; create it again.
            RetryLaterError: throttled, unavailable or unknown; safe to repeat.

        Source: https://learn.microsoft.com/graph/api/subscription-reauthorize
        """
        check(await self._connection.send("POST", self._one(subscription_id).reauthorize), wrote=True)

    async def delete(self, subscription_id: str) -> None:
        """
        End a subscription.

        Raises:
            NotFoundError: it has ended already.
            RetryLaterError: throttled, unavailable or unknown; safe to repeat.
        """
        check(await self._connection.send("DELETE", self._one(subscription_id)), wrote=True)

    async def list_subscriptions(self) -> Listed[Subscription]:
        """
        List this application's subscriptions. Graph allows 25 such lists in 20 seconds.

        Raises:
            RetryLaterError: throttled or unavailable.
        """
        return await self._connection.list_all(Page[Subscription], self._all)

    async def _adopt(self, conflict: Answer, resource: str, change_type: str, notification_url: str) -> Subscription:
        same = [
            found
            for found in await self.list_subscriptions()
            if _resource(found.resource) == _resource(resource) and _changes(found.change_type) == _changes(change_type)
        ]
        for found in same:
            # Only one that calls our own address: another bridge's would never tell us anything.
            if found.notification_url == notification_url:
                return found
        if same:
            message = f"{resource} is subscribed by another URL: subscription {same[0].id}"
            raise RefusedError(message, code="subscription-elsewhere")
        raise error_for(conflict, wrote=True)

    def _one(self, subscription_id: str) -> Any:  # noqa: ANN401  # the SDK's builders are not followed by mypy
        return self._all.by_subscription_id(subscription_id)


def _resource(resource: str) -> str:
    return resource.strip("/").casefold()


def _changes(change_type: str) -> frozenset[str]:
    return frozenset(part.strip() for part in change_type.split(","))
