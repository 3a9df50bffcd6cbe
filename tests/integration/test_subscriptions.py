"""Subscriptions on groups: one each up to fifty, renewed in time, reauthorised when asked and never too soon."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from local.in_process.system import BASE, Inside
from local.local_system import CLIENT_STATE, ROOT
from shared.intake.graph import notifications_over
from shared.models.graph import Subscription
from shared.store.plans import PlanRow
from shared.timing import SUBSCRIPTION_LIFETIME
from shared.watchers.subscriptions import ONE_EACH, Step, next_step, renew_subscriptions
from tests.build import NOW

GROUPS = [f"{number:08}-1111-4111-8111-111111111111" for number in range(ONE_EACH + 1)]
MINUTE = timedelta(minutes=1)


def subscription(**changes):
    given = {"id": "s", "resource": "groups/a", "changeType": "updated", "expirationDateTime": NOW + timedelta(days=20)}
    return Subscription.model_validate(given | changes)


ENDS_SOON = {"expirationDateTime": NOW + timedelta(days=6)}


@pytest.mark.parametrize(
    ("found", "asked", "touched", "expected"),
    [
        pytest.param(None, None, None, Step.CREATE, id="missing"),
        pytest.param(subscription(), None, None, Step.NOTHING, id="at-rest"),
        pytest.param(subscription(**ENDS_SOON), None, None, Step.RENEW, id="ends-within-a-week"),
        pytest.param(
            subscription(**ENDS_SOON), NOW, NOW - timedelta(days=20), Step.RENEW, id="a-renewal-authorises-too"
        ),
        pytest.param(subscription(), NOW - MINUTE, NOW - timedelta(days=1), Step.REAUTHORISE, id="asked-for"),
        pytest.param(subscription(), NOW - MINUTE, None, Step.REAUTHORISE, id="asked-for-and-never-touched"),
        pytest.param(
            subscription(), NOW - timedelta(days=2), NOW - timedelta(days=1), Step.NOTHING, id="asked-for-and-answered"
        ),
        pytest.param(
            subscription(), NOW - MINUTE, NOW - 9 * MINUTE, Step.NOTHING, id="asked-for-nine-minutes-after-a-renewal"
        ),
        pytest.param(
            subscription(),
            NOW - MINUTE,
            NOW - 10 * MINUTE,
            Step.REAUTHORISE,
            id="asked-for-ten-minutes-after-a-renewal",
        ),
        pytest.param(
            subscription(**ENDS_SOON), None, NOW - 9 * MINUTE, Step.NOTHING, id="reauthorised-nine-minutes-ago"
        ),
    ],
)
def test_the_next_step_of_a_subscription(found, asked, touched, expected):
    assert next_step(found, asked=asked, touched=touched, now=NOW) is expected


@pytest.fixture
async def inside():
    """Two groups own one plan each, and the app answers handshakes."""
    one = Inside(ROOT / "mapping.yaml")

    async def answer(url, headers, body):
        token = parse_qs(urlsplit(url).query).get("validationToken", [""])[0]
        return 200, {"content-type": "text/plain"}, token.encode()

    one.world.graph.deliver = answer
    await add_plans(one, GROUPS[:2])
    return one


async def add_plans(inside, groups):
    for group in groups:
        if group not in inside.world.graph.state.groups:
            inside.world.graph.add_group("G", [], group_id=group, has_app=True)
        row = PlanRow(plan_id=f"plan-of-{group}", group_id=group, next_read=inside.at)
        await inside.services().plans.save(row, etag=None)


def resources(inside):
    return sorted(body["resource"] for body in inside.world.graph.subscriptions.values())


def writes(inside):
    return sum(inside.calls[f"graph {method}"] for method in ("POST", "PATCH", "DELETE"))


async def ask(inside):
    services = inside.services()
    door = notifications_over(services, services.subscribing().graph_client_state)
    value = {"subscriptionId": "s", "clientState": CLIENT_STATE, "lifecycleEvent": "reauthorizationRequired"}
    await door.take_lifecycle(json.dumps({"value": [value]}).encode())


async def test_each_group_gets_one_and_at_rest_nothing_is_written(inside):
    await renew_subscriptions(inside.services())
    assert resources(inside) == [f"groups/{group}" for group in GROUPS[:2]]

    inside.calls.clear()
    await renew_subscriptions(inside.services())
    assert writes(inside) == 0


async def test_above_fifty_groups_one_subscription_serves_all(inside):
    """An app has a hundred in a tenant. The single ones go once the common one stands."""
    await renew_subscriptions(inside.services())
    await add_plans(inside, GROUPS[2:])

    await renew_subscriptions(inside.services())

    assert resources(inside) == ["groups"]


async def test_the_single_ones_stay_while_the_common_one_is_refused(inside):
    await renew_subscriptions(inside.services())
    await add_plans(inside, GROUPS[2:])
    inside.world.graph.rules.limits.subscriptions = 2

    await renew_subscriptions(inside.services())

    assert len(resources(inside)) == 2


async def test_it_is_renewed_in_its_last_week(inside):
    await renew_subscriptions(inside.services())
    inside.at += SUBSCRIPTION_LIFETIME - timedelta(days=6)

    await renew_subscriptions(inside.services())

    ends = {item.expires for item in inside.world.graph.state.subscriptions.values()}
    assert ends == {inside.at + SUBSCRIPTION_LIFETIME}


async def test_one_that_is_gone_is_made_again(inside):
    await renew_subscriptions(inside.services())
    first = next(iter(inside.world.graph.subscriptions))
    inside.world.graph.announce(first, "subscriptionRemoved")

    await renew_subscriptions(inside.services())

    assert len(resources(inside)) == 2
    assert first not in inside.world.graph.subscriptions


async def test_a_request_to_reauthorise_waits_until_ten_minutes_after_a_renewal(inside):
    """Created now, asked four minutes later: nothing is sent before the tenth minute, and then once."""
    await renew_subscriptions(inside.services())
    inside.at += 4 * MINUTE
    await ask(inside)
    inside.calls.clear()

    await renew_subscriptions(inside.services())
    assert writes(inside) == 0

    inside.at += 6 * MINUTE
    await renew_subscriptions(inside.services())
    assert inside.calls["graph POST"] == 2

    inside.at += 60 * MINUTE
    await renew_subscriptions(inside.services())
    assert writes(inside) == 2
    assert inside.world.graph.state.misuse == []


async def test_a_plan_that_is_gone_asks_for_no_subscription(inside):
    await renew_subscriptions(inside.services())
    plans = inside.services().plans
    row = await plans.find(f"plan-of-{GROUPS[0]}")
    await plans.save(row.model_copy(update={"gone": "the group was deleted"}), etag=row.etag)
    inside.world.graph.delete_group(GROUPS[0])

    await renew_subscriptions(inside.services())

    assert resources(inside) == [f"groups/{GROUPS[1]}"]


async def test_another_apps_address_is_left_alone(inside):
    """A second bridge in the tenant has subscriptions of its own; only what comes to us is ours."""
    services = inside.services()
    await services.subscriptions.create(
        "users",
        "updated",
        f"{BASE}:9/other",
        lifecycle_url=f"{BASE}:9/life",
        expires=inside.at + SUBSCRIPTION_LIFETIME,
        client_state="x" * 20,
    )

    await renew_subscriptions(services)

    assert "users" in resources(inside)
