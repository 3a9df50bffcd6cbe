"""
Change and lifecycle notifications on their way to the endpoints.

Source: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import json
from datetime import timedelta

from local.simulators.graph.failures import Json
from local.simulators.graph.state import Deliver, Pending, State, Subscription
from local.simulators.graph.subscriptions import living
from local.simulators.graph.values import stamp

TENANT = "84bd8158-6d4d-4958-8b9f-9d6445542f95"

_FIRST_PAUSE = timedelta(seconds=10)


def queue_change(state: State, resource: str, change_type: str, *, data: Json | None = None) -> int:
    """
    Queue a change for every subscription to the resource.

    Args:
        data: added to `resourceData`; None: nothing.

    Returns:
        How many were queued.
    """
    found = living(state, resource, change_type)
    key = resource.strip("/").split("/")[-1]
    for item in found:
        more = {
            "id": state.new_guid(),
            "changeType": change_type,
            "resource": resource.strip("/"),
            "resourceData": {"@odata.type": "#Microsoft.Graph.Group", "id": key, **(data or {})},
        }
        _queue(state, item, str(item.body["notificationUrl"]), more)
    return len(found)


def queue_lifecycle(state: State, subscription_id: str, event: str) -> None:
    """Queue a lifecycle event, if the subscription has a URL for it; `subscriptionRemoved` ends the subscription."""
    item = state.subscriptions[subscription_id]
    if item.body["lifecycleNotificationUrl"]:
        _queue(state, item, str(item.body["lifecycleNotificationUrl"]), {"lifecycleEvent": event})
    if event == "subscriptionRemoved":
        del state.subscriptions[subscription_id]


async def send_pending(state: State, deliver: Deliver) -> int:
    """
    Send what is due, one request a URL. What is not taken with 2xx is sent again later, for four hours.

    Returns:
        How many notifications were taken.
    """
    now = state.now()
    due = [item for item in state.pending if item.next_try <= now]
    taken = 0
    for url in dict.fromkeys(item.url for item in due):
        group = [item for item in due if item.url == url]
        if await _post(deliver, url, [item.value for item in group]):
            taken += len(group)
            state.pending = [item for item in state.pending if not any(item is one for one in group)]
        else:
            _put_off(state, group)
    return taken


def _queue(state: State, item: Subscription, url: str, more: Json) -> None:
    value = {
        "subscriptionId": item.body["id"],
        "subscriptionExpirationDateTime": stamp(item.expires),
        "clientState": item.body["clientState"],
        "tenantId": TENANT,
        **more,
    }
    now = state.now()
    state.pending.append(Pending(url=url, value=value, first=now, next_try=now))


async def _post(deliver: Deliver, url: str, values: list[Json]) -> bool:
    body = json.dumps({"value": values}).encode()
    try:
        status, _, _ = await deliver(url, {"content-type": "application/json; charset=utf-8"}, body)
    except (OSError, TimeoutError):
        return False
    return 200 <= status < 300


def _put_off(state: State, group: list[Pending]) -> None:
    now = state.now()
    for item in group:
        item.tries += 1
        item.next_try = now + _FIRST_PAUSE * 2 ** (item.tries - 1)
        if item.next_try - item.first > state.rules.delivery_window:
            state.pending = [other for other in state.pending if other is not item]
