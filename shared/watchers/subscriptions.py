"""
Keep one Graph subscription for each group that owns a mapped plan.

Planner announces nothing; groups announce at least that a member left or the group is gone.
"""

import json
import logging
from datetime import datetime
from enum import StrEnum

from shared.errors import NeverError, NotFoundError, RetryLaterError, ThrottledError
from shared.intake.graph import SUBSCRIPTIONS_DUE
from shared.models.graph import Subscription
from shared.observability.telemetry import count, show
from shared.services import Services
from shared.timing import RENEW_BEFORE, RENEWALS_APART, SUBSCRIPTION_LIFETIME

log = logging.getLogger(__name__)
ONE_EACH = 50
"""More groups than this share one subscription: an app has 100 in a tenant."""
CHANGES = "updated,deleted"
TOUCHED = "subscriptions/touched"
"""Cursor: when each subscription was last created, renewed or reauthorised."""


class Step(StrEnum):
    """What a subscription needs."""

    NOTHING = "nothing"
    CREATE = "create"
    RENEW = "renew"
    REAUTHORISE = "reauthorise"


def next_step(
    subscription: Subscription | None, *, asked: datetime | None, touched: datetime | None, now: datetime
) -> Step:
    """
    Choose what to do about one subscription.

    Args:
        subscription: None: there is none, or no longer.
        asked: when Graph last wanted subscriptions looked after. None: never.
        touched: when we last created, renewed or reauthorised this one: each authorises it anew. None: not known.

    Source: https://learn.microsoft.com/graph/change-notifications-lifecycle-events (ten minutes between)
    """
    if subscription is None:
        return Step.CREATE
    # A time that lies ahead was told by a clock that is wrong: until it comes nothing would be renewed.
    if touched is not None and touched > now + RENEWALS_APART:
        touched = None
    if touched is not None and now - touched < RENEWALS_APART:
        return Step.NOTHING
    if subscription.expires - now < RENEW_BEFORE:
        return Step.RENEW
    is_owed = asked is not None and (touched is None or touched < asked)
    return Step.REAUTHORISE if is_owed else Step.NOTHING


async def renew_subscriptions(services: Services) -> None:
    """
    Create what is missing, renew what ends within a week, reauthorise what Graph asks for.

    Raises:
        RetryLaterError: Graph or storage does not answer; the next turn goes on.
    """
    wanted, mine = await read_subscriptions(services)
    asked, times = await services.cursors.find_time(SUBSCRIPTIONS_DUE), await services.cursors.find_times(TOUCHED)
    keeper = _Keeper(services, asked, times)
    kept = [await keeper.keep(resource, mine.get(resource)) for resource in sorted(wanted)]
    if keeper.failed is not None:
        raise keeper.failed
    ends = [services.now() if one is None else one.expires for one in kept]
    show(
        "subscription_left",
        (min(ends, default=services.now() + SUBSCRIPTION_LIFETIME) - services.now()).total_seconds(),
    )
    if None not in kept:
        # Only what others have taken the place of.
        for resource in sorted(mine.keys() - wanted):
            await _end(mine[resource], services)
    count("sweeps", timer="renew_subscriptions")


async def read_subscriptions(services: Services) -> tuple[set[str], dict[str, Subscription]]:
    """
    Read which resources have to be subscribed to, and which of this app's subscriptions there are, by resource.

    Raises:
        SettingsError: what subscriptions need is not set.
        RetryLaterError, RefusedError: Graph or storage does not tell.
    """
    groups = {row.group_id async for row in services.plans.list_all() if row.group_id and not row.is_lost}
    wanted = {f"groups/{group}" for group in groups} if len(groups) <= ONE_EACH else {"groups"}
    mine = {
        subscription.resource.lstrip("/"): subscription
        for subscription in await services.subscriptions.list_subscriptions()
        if subscription.notification_url == _url(services, "notifications")
    }
    return wanted, mine


async def _end(subscription: Subscription, services: Services) -> None:
    try:
        await services.subscriptions.delete(subscription.id)
    except NotFoundError:
        log.info("the subscription on %s had ended already", subscription.resource)


class _Keeper:
    """
    Does what subscriptions need, and remembers when.

    Args:
        asked: when Graph last wanted subscriptions looked after. None: never.
        times: when each was last touched, by id.
    """

    def __init__(self, services: Services, asked: datetime | None, times: dict[str, datetime]) -> None:
        self._services = services
        self._asked = asked
        self._times = times
        self.failed: RetryLaterError | None = None
        """Of the one that Graph did not answer: it stops no other. Where two are not, Graph itself does not answer."""

    async def keep(self, resource: str, subscription: Subscription | None) -> Subscription | None:
        """Look after one; what Graph refuses is said, and stops no other. None: there is no subscription."""
        touched = self._times.get(subscription.id) if subscription is not None else None
        step = next_step(subscription, asked=self._asked, touched=touched, now=self._services.now())
        if step is Step.NOTHING:
            return subscription
        try:
            kept = await self._take(step, resource, subscription)
        except NeverError as error:
            log.warning("no subscription on %s: %s", resource, error)
            return subscription
        except RetryLaterError as error:
            if self.failed is not None or isinstance(error, ThrottledError):
                raise
            self.failed = error
            return subscription
        await self._remember(kept)
        return kept

    async def _take(self, step: Step, resource: str, subscription: Subscription | None) -> Subscription:
        if step is Step.CREATE or subscription is None:
            return await self._create(resource)
        client = self._services.subscriptions
        try:
            if step is Step.RENEW:
                return await client.renew(subscription.id, self._services.now() + SUBSCRIPTION_LIFETIME)
            await client.reauthorize(subscription.id)
        except NotFoundError:
            # It ended since it was listed.
            return await self._create(resource)
        return subscription

    async def _create(self, resource: str) -> Subscription:
        services = self._services
        return await services.subscriptions.create(
            resource,
            change_type=CHANGES,
            notification_url=_url(services, "notifications"),
            lifecycle_url=_url(services, "lifecycle"),
            expires=services.now() + SUBSCRIPTION_LIFETIME,
            client_state=services.subscribing().graph_client_state.get_secret_value(),
        )

    async def _remember(self, touched: Subscription) -> None:
        """Note the time at once: should the next one fail, this one is not touched again too early."""
        now = self._services.now()
        kept = {key: time for key, time in self._times.items() if abs(now - time) < SUBSCRIPTION_LIFETIME}
        self._times = {**kept, touched.id: now}
        told = {key: time.isoformat() for key, time in self._times.items()}
        await self._services.cursors.save(TOUCHED, json.dumps(told))


def _url(services: Services, door: str) -> str:
    return f"{services.subscribing().public_base_url}/api/graph/{door}"
