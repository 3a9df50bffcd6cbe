"""
Subscriptions: made after a handshake, renewed, reauthorised, listed, ended.

Source: https://learn.microsoft.com/graph/api/resources/subscription
"""

import json
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from local.in_process.transport import Answer
from local.simulators.graph.failures import GraphError, Json, json_answer, no_content, refuse
from local.simulators.graph.pages import METADATA
from local.simulators.graph.request import LOOPBACK, Request
from local.simulators.graph.state import Deliver, State, Subscription
from local.simulators.graph.values import moment, stamp

_LONGEST = {"groups": 41_760, "users": 41_760, "conversations": 4_230}
"""Minutes. Planner's resources are not among those that can be subscribed to."""
_SHORTEST = timedelta(minutes=45)
_APART = timedelta(minutes=10)
_CREATE = frozenset(
    (
        "changeType",
        "notificationUrl",
        "lifecycleNotificationUrl",
        "resource",
        "expirationDateTime",
        "clientState",
        "latestSupportedTlsVersion",
        "includeResourceData",
        "encryptionCertificate",
        "encryptionCertificateId",
    )
)


async def create_subscription(state: State, request: Request, deliver: Deliver | None) -> Answer:
    """
    Make a subscription once its endpoints have proved themselves.

    Raises:
        GraphError: 400 (malformed, no such resource, too long, handshake failed), 403 (quota), 409 (there is one).
    """
    given = request.read_object()
    _check_create(given)
    expires = _expiry(state, given["expirationDateTime"], resource=given["resource"])
    _check_room(state, given)
    for name in ("notificationUrl", "lifecycleNotificationUrl"):
        # Both are validated, even if they are the same.
        if given.get(name):
            await _shake_hands(state, str(given[name]), deliver)
    # While the endpoint was asked another request may have made the same one.
    _check_room(state, given)
    subscription = Subscription(_body(state, given), expires)
    state.subscriptions[subscription.body["id"]] = subscription
    return json_answer(_render(subscription, "/$entity"), status=201)


def list_subscriptions(state: State, request: Request) -> Answer:
    """
    List the app's subscriptions that live.

    Raises:
        GraphError: 429, asked too often.

    Source: https://learn.microsoft.com/graph/throttling-limits (25 lists in 20 seconds)
    """
    _count_list(state)
    found = [_view(item) for item in _living(state).values()]
    start, size = request.page_token, state.rules.page_size
    body: Json = {"@odata.context": METADATA + "subscriptions"}
    if start + size < len(found):
        body["@odata.nextLink"] = request.link(str(start + size))
    return json_answer(json.dumps({**body, "value": found[start : start + size]}))


def read_subscription(state: State, _request: Request, subscription_id: str) -> Answer:
    """
    Show a subscription; its clientState is not shown.

    Raises:
        GraphError: 404.
    """
    return json_answer(_render(_find(state, subscription_id), "/$entity"))


def renew_subscription(state: State, request: Request, subscription_id: str) -> Answer:
    """
    Give a subscription a later end; this reauthorises it too.

    Raises:
        GraphError: 400 (a lifecycle URL can't be added later), 404.
    """
    subscription = _find(state, subscription_id)
    changes = {name: value for name, value in request.read_object().items() if not name.startswith("@")}
    if not set(changes) <= {"expirationDateTime", "notificationUrl"} or "expirationDateTime" not in changes:
        refuse("Only 'expirationDateTime' and 'notificationUrl' can be updated.")
    resource = subscription.body["resource"]
    subscription.expires = _expiry(state, changes["expirationDateTime"], resource=resource)
    subscription.renewed = state.now()
    _check_apart(state, subscription)
    return json_answer(_render(subscription, "/$entity"))


def reauthorize_subscription(state: State, _request: Request, subscription_id: str) -> Answer:
    """
    Confirm that the app may still be notified.

    Raises:
        GraphError: 404.
    """
    subscription = _find(state, subscription_id)
    subscription.reauthorized = state.now()
    _check_apart(state, subscription)
    return no_content()


def delete_subscription(state: State, _request: Request, subscription_id: str) -> Answer:
    """
    End a subscription.

    Raises:
        GraphError: 404.
    """
    _find(state, subscription_id)
    del state.subscriptions[subscription_id]
    return no_content()


def living(state: State, resource: str, change_type: str) -> list[Subscription]:
    """List the subscriptions that a change is told to: those on the resource, and those on all of its kind."""
    told = {resource.strip("/"), resource.strip("/").partition("/")[0]}
    return [
        item
        for item in _living(state).values()
        if change_type in item.body["changeType"].split(",") and item.body["resource"].strip("/") in told
    ]


def _living(state: State) -> dict[str, Subscription]:
    now = state.now()
    state.subscriptions = {key: item for key, item in state.subscriptions.items() if item.expires > now}
    return state.subscriptions


def _find(state: State, subscription_id: str) -> Subscription:
    found = _living(state).get(subscription_id)
    if found is None:
        raise GraphError(404, "The object was not found.", code="ResourceNotFound")
    return found


def _check_create(given: Json) -> None:
    for name in ("changeType", "notificationUrl", "resource", "expirationDateTime"):
        if not isinstance(given.get(name), str) or not given[name]:
            refuse(f"The property '{name}' is required.")
    if unknown := {name for name in given if not name.startswith("@")} - _CREATE:
        refuse(f"The property '{min(unknown)}' can't be set.")
    if not set(given["changeType"].split(",")) <= {"created", "updated", "deleted"}:
        refuse("The property 'changeType' has no such value.")
    if len(str(given.get("clientState") or "")) > 128:
        refuse("The property 'clientState' has at most 128 characters.")
    for name in ("notificationUrl", "lifecycleNotificationUrl"):
        _check_url(given.get(name))


def _check_url(url: object) -> None:
    if url is None:
        return
    parts = urlsplit(str(url))
    # Graph wants https; on one machine there is none.
    if parts.scheme != "https" and not parts.netloc.startswith(LOOPBACK):
        refuse("Notification URLs must use https.")


def _expiry(state: State, value: object, *, resource: str) -> datetime:
    """Take the wanted end, but 45 minutes from now at the earliest."""
    kind = resource.strip("/").split("/")
    longest = _LONGEST.get(kind[-1] if kind[-1] == "conversations" else kind[0])
    if kind[0] == "planner" and not state.believed("graph-planner-not-told"):
        longest = _LONGEST["groups"]
    if longest is None:
        refuse(f"The resource '{resource}' can't be subscribed to.")
    told = moment("expirationDateTime", value)
    if told is None:
        refuse("The property 'expirationDateTime' is required.")
    now = state.now()
    expires = max(datetime.fromisoformat(told), now + _SHORTEST)
    if expires > now + timedelta(minutes=longest) and state.believed("graph-subscription-longest"):
        refuse(f"Subscription expiration can only be {longest} minutes in the future.")
    return expires


def _check_room(state: State, given: Json) -> None:
    for item in _living(state).values():
        if all(item.body[name] == given[name] for name in ("changeType", "resource")):
            message = f"Subscription Id {item.body['id']} already exists for the requested combination"
            raise GraphError(409, message, code="Conflict")
    if len(state.subscriptions) >= state.rules.limits.subscriptions:
        raise GraphError(403, "The quota of subscriptions is used up.", code="ExtensionError")


async def _shake_hands(state: State, url: str, deliver: Deliver | None) -> None:
    """
    Ask an endpoint to send back a token, decoded.

    Source: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks (endpoint validation)
    """
    token = f"Validation: Testing client application reachability for subscription Request-Id: {state.new_guid()} 100%+"
    asked = f"{url}{'&' if '?' in url else '?'}validationToken={quote(token, safe='')}"
    refusal = GraphError(400, "Subscription validation request failed.", code="ValidationError")
    if deliver is None:
        raise refusal
    try:
        status, headers, body = await deliver(asked, {"content-type": "text/plain; charset=utf-8"}, b"")
    except (OSError, TimeoutError) as error:
        raise refusal from error
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if (status, kind, body) != (200, "text/plain", token.encode()):
        raise refusal


def _body(state: State, given: Json) -> Json:
    names = sorted(_CREATE - {"expirationDateTime"})
    return {
        "id": state.new_guid(),
        **{name: given.get(name) for name in names},
        "applicationId": (state.rules.app_identity.get("application") or {}).get("id"),
        "creatorId": None,
    }


def _view(subscription: Subscription) -> Json:
    return {**subscription.body, "clientState": None, "expirationDateTime": stamp(subscription.expires)}


def _render(subscription: Subscription, suffix: str) -> str:
    return json.dumps({"@odata.context": f"{METADATA}subscriptions{suffix}", **_view(subscription)})


def _count_list(state: State) -> None:
    now, calls = state.now(), state.subscription_lists
    while calls and calls[0] <= now - timedelta(seconds=20):
        calls.popleft()
    if len(calls) >= state.rules.limits.subscription_lists:
        raise GraphError(429, "Too many requests.", code="TooManyRequests", headers={"retry-after": "20"})
    calls.append(now)


def _check_apart(state: State, subscription: Subscription) -> None:
    """
    Note what a client shall not do; what Graph answers is not told.

    Source: https://learn.microsoft.com/graph/change-notifications-lifecycle-events
    """
    first, second = subscription.renewed, subscription.reauthorized
    if first is not None and second is not None and abs(first - second) < _APART:
        state.misuse.append(f"{subscription.body['id']}: renewed and reauthorised within ten minutes")
