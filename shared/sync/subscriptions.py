"""
Keep one Graph subscription for each group that owns a mapped plan.

Planner announces nothing; groups announce at least that a member left or the group is gone.
"""

import logging
from datetime import datetime, timedelta

from shared.errors import NeverError
from shared.models.graph import Subscription
from shared.sync.notifications import SUBSCRIPTIONS_DUE
from shared.sync.services import Services
from shared.telemetry import count, show

log = logging.getLogger(__name__)
LIFETIME = timedelta(minutes=41_000)
"""Groups: at most 41,760 minutes. Source: https://learn.microsoft.com/graph/api/resources/subscription."""
RENEW_BEFORE = timedelta(days=7)
ONE_EACH = 50
"""More groups than this share one subscription: an app has 100 in a tenant."""
CHANGES = "updated,deleted"


async def renew_subscriptions(services: Services) -> None:
    """
    Create what is missing, renew what ends within a week, reauthorise what Graph asks for.

    A renewal reauthorises too; one within the last ten minutes is never repeated.
    """
    groups = {row.group_id async for row in services.control.list_plans() if row.group_id}
    wanted = {f"groups/{group}" for group in groups} if len(groups) <= ONE_EACH else {"groups"}
    mine = {
        subscription.resource.lstrip("/"): subscription
        for subscription in await services.subscriptions.list_subscriptions()
        if subscription.notification_url == _url(services, "notifications")
    }
    asked = await services.control.find_cursor(SUBSCRIPTIONS_DUE)
    ends = [await _keep(resource, mine.get(resource), services, asked=bool(asked)) for resource in sorted(wanted)]
    show("subscription_left", (min(ends, default=services.now() + LIFETIME) - services.now()).total_seconds())
    for resource in sorted(mine.keys() - wanted):
        await services.subscriptions.delete(mine[resource].id)
    if asked:
        await services.control.save_cursor(SUBSCRIPTIONS_DUE, "")
    count("sweeps", timer="renew_subscriptions")


async def _keep(resource: str, subscription: Subscription | None, services: Services, *, asked: bool) -> datetime:
    """Create or renew one subscription, and say when it ends; what Graph refuses is said, and stops no other."""
    expires = services.now() + LIFETIME
    try:
        if subscription is None:
            subscription = await services.subscriptions.create(
                resource,
                change_type=CHANGES,
                notification_url=_url(services, "notifications"),
                lifecycle_url=_url(services, "lifecycle"),
                expires=expires,
                client_state=services.settings.graph_client_state.get_secret_value(),
            )
        elif asked or subscription.expires - services.now() < RENEW_BEFORE:
            subscription = await services.subscriptions.renew(subscription.id, expires)
    except NeverError as error:
        log.warning("no subscription on %s: %s", resource, error)
    return services.now() if subscription is None else subscription.expires


def _url(services: Services, door: str) -> str:
    return f"{services.settings.public_base_url}/api/graph/{door}"
