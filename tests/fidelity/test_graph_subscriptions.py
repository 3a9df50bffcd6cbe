"""
Subscriptions, handshakes and notifications.

Source: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import json
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from local.simulators.graph import Limits, Rules
from local.simulators.graph.posting import over_http
from local.simulators.graph.values import stamp
from tests.fidelity.graph_caller import START, Caller

URL = "https://bridge.example/api/graph/notifications?code=key"
LIFECYCLE = "https://bridge.example/api/graph/lifecycle"


class Endpoint:
    """A receiver that does what a test wants."""

    def __init__(self, status=202):
        self.status = status
        self.asked = []
        self.posted = []

    async def __call__(self, url, headers, body):
        query = parse_qs(urlsplit(url).query)
        if "validationToken" in query:
            self.asked.append((url, headers["content-type"], body))
            return 200, {"content-type": "text/plain; charset=utf-8"}, query["validationToken"][0].encode()
        self.posted.append((url, json.loads(body)["value"]))
        return self.status, {}, b""


def subscribing(rules=None, **endpoint):
    app = Caller(rules or Rules())
    app.graph.deliver = Endpoint(**endpoint)
    return app, app.graph.deliver


def wanted(app, **more):
    return {
        "changeType": "updated,deleted",
        "notificationUrl": URL,
        "lifecycleNotificationUrl": LIFECYCLE,
        "resource": f"/groups/{app.group}",
        "expirationDateTime": stamp(START + timedelta(days=20)),
        "clientState": "secret",
        **more,
    }


async def created(app, **more):
    reply = await app.post("/subscriptions", wanted(app, **more))
    assert reply.status == 201, reply.body
    return reply.json


async def test_both_urls_prove_themselves_before_the_subscription_is():
    """Graph facts 6: the token comes percent-encoded and goes back decoded; the URL's own query is kept."""
    app, endpoint = subscribing()
    subscription = await created(app)

    assert [url.split("validationToken=")[0] for url, _, _ in endpoint.asked] == [URL + "&", LIFECYCLE + "?"]
    assert {(kind, body) for _, kind, body in endpoint.asked} == {("text/plain; charset=utf-8", b"")}
    assert " " not in endpoint.asked[0][0]
    assert subscription["clientState"] is None
    assert app.graph.subscriptions[subscription["id"]]["clientState"] == "secret"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            lambda token: (200, {"content-type": "text/plain"}, token.replace(" ", "%20").encode()), id="encoded"
        ),
        pytest.param(lambda token: (202, {"content-type": "text/plain"}, token.encode()), id="202"),
        pytest.param(lambda token: (200, {"content-type": "application/json"}, token.encode()), id="json"),
        pytest.param(lambda token: (200, {"content-type": "text/plain"}, b""), id="empty"),
    ],
)
async def test_a_wrong_handshake_makes_no_subscription(answer):
    """Graph facts 6: 200, text/plain, the decoded token."""
    app, _ = subscribing()

    async def deliver(url, headers, body):
        return answer(parse_qs(urlsplit(url).query)["validationToken"][0])

    app.graph.deliver = deliver
    reply = await app.post("/subscriptions", wanted(app))

    assert (reply.status, reply.code) == (400, "ValidationError")
    assert app.graph.subscriptions == {}


async def test_an_endpoint_that_does_not_answer_makes_no_subscription():
    """Graph facts 6: within ten seconds."""
    app, _ = subscribing()

    async def silent(request):
        raise httpx.ReadTimeout("", request=request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(silent)) as client:
        app.graph.deliver = over_http(client)
        assert (await app.post("/subscriptions", wanted(app))).status == 400
    app.graph.deliver = None
    assert (await app.post("/subscriptions", wanted(app))).status == 400


@pytest.mark.parametrize(
    "more",
    [
        {"changeType": None},
        {"changeType": "moved"},
        {"resource": "/planner/plans/x/tasks"},
        {"resource": ""},
        {"notificationUrl": "http://bridge.example/x"},
        {"lifecycleNotificationUrl": "http://bridge.example/x"},
        {"expirationDateTime": "soon"},
        {"expirationDateTime": stamp(START + timedelta(minutes=41_761))},
        {"clientState": "x" * 129},
        {"surprise": 1},
    ],
    ids=lambda more: "-".join(f"{name}" for name in more),
)
async def test_what_can_not_be_subscribed_to_is_refused(more):
    """Graph facts 1 and 6: Planner announces nothing; https; a group for 41,760 minutes; 128 characters."""
    app, endpoint = subscribing()

    assert (await app.post("/subscriptions", wanted(app, **more))).status == 400
    assert endpoint.asked == []


async def test_a_loopback_url_may_be_plain_http():
    """The one rule bent: on one machine there is no https."""
    app, _ = subscribing()
    await created(app, notificationUrl="http://127.0.0.1:7071/api/graph/notifications")


async def test_a_short_life_is_lengthened_to_45_minutes():
    """Graph facts 6: set automatically."""
    app, _ = subscribing()
    subscription = await created(app, expirationDateTime=stamp(START + timedelta(minutes=1)))

    assert datetime.fromisoformat(subscription["expirationDateTime"]) == START + timedelta(minutes=45)


async def test_a_second_one_for_the_same_resource_is_a_conflict():
    """Graph facts 6: 409, naming the one that exists; it is found by listing."""
    app, _ = subscribing()
    first = await created(app)
    reply = await app.post("/subscriptions", wanted(app))
    listed = (await app.get("/subscriptions")).json["value"]

    assert reply.status == 409
    assert first["id"] in reply.json["error"]["message"]
    assert [one["id"] for one in listed] == [first["id"]]


async def test_the_quota_is_a_403():
    """Graph facts 6."""
    app, _ = subscribing(Rules(limits=Limits(subscriptions=1)))
    await created(app)

    assert (await app.post("/subscriptions", wanted(app, changeType="deleted"))).status == 403


async def test_a_subscription_is_renewed_reauthorised_and_deleted():
    """Graph facts 6: PATCH 200, reauthorize, DELETE 204."""
    app, _ = subscribing()
    url = f"/subscriptions/{(await created(app))['id']}"
    later = stamp(START + timedelta(days=25))

    renewed = await app.call("PATCH", url, {"expirationDateTime": later})
    app.clock.forward(minutes=11)
    statuses = [(await app.post(f"{url}/reauthorize", None)).status, (await app.call("DELETE", url)).status]

    assert (renewed.status, renewed.json["expirationDateTime"]) == (200, later)
    assert statuses == [204, 204]
    assert (await app.get(url)).status == 404
    assert app.graph.state.misuse == []


async def test_renewing_and_reauthorising_at_once_is_noted():
    """Graph facts 6: not within a ten-minute window."""
    app, _ = subscribing()
    url = f"/subscriptions/{(await created(app))['id']}"
    await app.call("PATCH", url, {"expirationDateTime": stamp(START + timedelta(days=25))})
    await app.post(f"{url}/reauthorize", None)

    assert len(app.graph.state.misuse) == 1


async def test_a_lifecycle_url_can_not_be_added_later():
    """Graph facts 6."""
    app, _ = subscribing()
    subscription = await created(app, lifecycleNotificationUrl=None)
    body = {"lifecycleNotificationUrl": LIFECYCLE, "expirationDateTime": stamp(START + timedelta(days=1))}

    assert (await app.call("PATCH", f"/subscriptions/{subscription['id']}", body)).status == 400


async def test_a_subscription_ends_by_itself():
    """Graph facts 6: expired is gone: neither read, listed nor told, and a new one can be made."""
    app, endpoint = subscribing()
    subscription = await created(app)
    app.clock.forward(days=20)
    app.graph.remove_member(app.group, app.bob)
    await app.graph.deliver_pending()

    assert (await app.get(f"/subscriptions/{subscription['id']}")).status == 404
    assert (await app.get("/subscriptions")).json["value"] == []
    assert endpoint.posted == []
    await created(app, expirationDateTime=stamp(app.clock() + timedelta(days=1)))


async def test_listing_too_often_is_throttled():
    """Graph facts 5: 25 lists in 20 seconds."""
    app, _ = subscribing()
    replies = [await app.get("/subscriptions") for _ in range(26)]
    app.clock.forward(seconds=20)

    assert [reply.status for reply in replies].count(200) == 25
    assert (replies[25].status, replies[25].headers["retry-after"]) == (429, "20")
    assert (await app.get("/subscriptions")).status == 200


async def test_a_change_of_members_is_told_with_the_client_state():
    """Graph facts 6: a collection, posted to the URL with its query; facts 1: Planner's changes are told to nobody."""
    app, endpoint = subscribing()
    subscription = await created(app)
    task = await app.task()
    app.graph.complete(app.ada, task["id"])
    app.graph.remove_member(app.group, app.bob)
    app.graph.delete_group(app.group)

    assert await app.graph.deliver_pending() == 2
    [(url, values)] = endpoint.posted
    assert url == URL
    assert [value["changeType"] for value in values] == ["updated", "deleted"]
    assert {(value["subscriptionId"], value["clientState"]) for value in values} == {(subscription["id"], "secret")}
    assert values[0]["resource"] == f"groups/{app.group}"
    assert await app.graph.deliver_pending() == 0


async def test_a_subscription_on_all_groups_is_told_of_each():
    """Source: https://learn.microsoft.com/graph/api/resources/subscription (resource `/groups`)."""
    app, endpoint = subscribing()
    await created(app, resource="groups")
    app.graph.remove_member(app.group, app.bob)

    assert await app.graph.deliver_pending() == 1
    assert endpoint.posted[0][1][0]["resource"] == f"groups/{app.group}"


async def test_what_is_not_taken_is_sent_again_for_four_hours():
    """Graph facts 6: anything but 2xx; with growing pauses; then dropped."""
    app, endpoint = subscribing(status=503)
    await created(app)
    app.graph.remove_member(app.group, app.bob)
    for _ in range(10 * 60):
        await app.graph.deliver_pending()
        app.clock.forward(minutes=1)

    assert 5 < len(endpoint.posted) < 20
    assert len({value["id"] for _, [value] in endpoint.posted}) == 1
    assert app.graph.state.pending == []


async def test_a_notification_can_arrive_twice():
    """Graph facts 6: at least once; the endpoint did its work and its answer was lost."""
    app, endpoint = subscribing(status=504)
    await created(app)
    app.graph.remove_member(app.group, app.bob)
    await app.graph.deliver_pending()
    endpoint.status = 202
    app.clock.forward(seconds=10)
    await app.graph.deliver_pending()

    assert len(endpoint.posted) == 2


@pytest.mark.parametrize("event", ["reauthorizationRequired", "missed", "subscriptionRemoved"])
async def test_lifecycle_events_go_to_their_own_url(event):
    """Graph facts 6: lifecycleEvent in place of changeType; a removed subscription is gone."""
    app, endpoint = subscribing()
    subscription = await created(app)
    app.graph.announce(subscription["id"], event)
    await app.graph.deliver_pending()
    [(url, [value])] = endpoint.posted

    assert (url, value["lifecycleEvent"], value["clientState"]) == (LIFECYCLE, event, "secret")
    assert "changeType" not in value
    assert (subscription["id"] in app.graph.subscriptions) == (event != "subscriptionRemoved")
