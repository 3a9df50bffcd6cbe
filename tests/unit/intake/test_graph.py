"""What Graph sends: a handshake to answer, notifications to look into, strangers to ignore."""

import json
import logging
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from shared.errors import RejectedError, UnavailableError
from shared.intake.graph import Notifications, groups_of, handshake, read_notifications, with_client_state
from shared.intake.opentext import OversizedError

STATE = "an-invented-client-state"
CONTRACTS = "11111111-1111-4111-8111-111111111111"
FINANCE = "22222222-2222-4222-8222-222222222222"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def notification(**fields):
    return {
        "subscriptionId": "3f9a",
        "subscriptionExpirationDateTime": "2026-03-20T11:00:00.0000000Z",
        "tenantId": "84bd",
        "clientState": STATE,
        **fields,
    }


def change(group, **fields):
    return notification(changeType="updated", resource=f"Groups/{group}", **fields)


def body(*notifications):
    return json.dumps({"value": notifications, "validationTokens": None}).encode()


class StoresDouble:
    """Knows three plans of two groups and one of nobody, and keeps cursors."""

    def __init__(self):
        self.cursors = {}

    async def list_all(self):
        groups = {"a": CONTRACTS, "b": CONTRACTS.upper(), "c": FINANCE, "d": None}
        for plan, group in groups.items():
            yield SimpleNamespace(plan_id=plan, group_id=group)

    async def save(self, name, value):
        self.cursors[name] = value


class QueueDouble:
    def __init__(self):
        self.sent, self.answers = [], True

    async def send_plan(self, message, *, delay=None):
        if not self.answers:
            raise UnavailableError("the queue does not answer")
        self.sent.append(message.plan)


@pytest.fixture
def stores():
    return StoresDouble()


@pytest.fixture
def queues():
    return QueueDouble()


@pytest.fixture
def door(stores, queues):
    return Notifications(client_state=SecretStr(STATE), plans=stores, cursors=stores, queues=queues, now=lambda: NOW)


def test_a_handshake_is_answered_with_its_token_as_the_host_decoded_it():
    assert handshake({"validationToken": "Validation: Testing client <x> & more"}) is not None
    assert handshake({"code": "key"}) is None


async def test_a_change_queues_the_plans_of_its_group(door, queues):
    assert await door.take_changes(body(change(CONTRACTS))) == 2
    assert queues.sent == ["a", "b"]


async def test_a_plan_is_queued_once_however_often_its_group_is_named(door, queues):
    await door.take_changes(body(change(CONTRACTS), change(CONTRACTS), change(FINANCE)))

    assert queues.sent == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("resource", "groups"),
    [
        (f"Groups/{CONTRACTS}", {CONTRACTS}),
        (f"groups/{CONTRACTS}/members", {CONTRACTS}),
        (f"/groups('{CONTRACTS}')", {CONTRACTS}),
        (f"Groups/{CONTRACTS.upper()}", {CONTRACTS}),
        (f"users/{CONTRACTS}", set()),
        ("groups", set()),
        (None, set()),
    ],
)
def test_a_resource_names_its_group(resource, groups):
    given = read_notifications(body(notification(changeType="updated", resource=resource)))

    assert set(groups_of(given)) == groups


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ({"members@delta": [{"id": "a", "@removed": "deleted"}, {"id": "b"}]}, {"a"}),
        (
            {"members@delta": [{"id": "a", "@removed": "deleted"}], "owners@delta": [{"id": "c", "@removed": "x"}]},
            {"a"},
        ),
        ({"members@delta": "nonsense"}, set()),
        ({"members@delta": [None, 5, {"@removed": "deleted"}, {"id": 7, "@removed": "deleted"}]}, set()),
        ({"id": "group"}, set()),
        (None, set()),
        ("nonsense", set()),
    ],
)
def test_a_notification_names_the_members_who_left(told, left):
    given = read_notifications(
        body(notification(changeType="updated", resource=f"groups/{CONTRACTS}", resourceData=told))
    )

    assert groups_of(given) == {CONTRACTS: frozenset(left)}


@pytest.mark.parametrize("state", ["a-strangers-client-state", "", None, "\u20ac"])
async def test_a_wrong_client_state_is_dropped_and_logged(door, queues, caplog, state):
    with caplog.at_level(logging.WARNING):
        taken = await door.take_changes(body(change(CONTRACTS, clientState=state), change(FINANCE)))

    assert (taken, queues.sent) == (1, ["c"])
    assert "1 notifications had a wrong clientState" in caplog.text
    assert STATE not in caplog.text


def test_a_missing_client_state_is_a_wrong_one():
    without = change(CONTRACTS)
    del without["clientState"]

    assert with_client_state(read_notifications(body(without)), SecretStr(STATE)) == ()


@pytest.mark.parametrize("event", ["reauthorizationRequired", "subscriptionRemoved", "missed"])
async def test_a_lifecycle_event_has_the_subscriptions_looked_after(door, stores, event):
    assert await door.take_lifecycle(body(notification(lifecycleEvent=event))) is True
    assert stores.cursors == {"subscriptions/due": "2026-03-02T12:00:00+00:00"}


async def test_a_strangers_lifecycle_event_moves_nothing(door, stores):
    assert await door.take_lifecycle(body(notification(lifecycleEvent="missed", clientState="x"))) is False
    assert stores.cursors == {}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (b"", "body"),
        (b"not json", "body"),
        (b"[]", "body"),
        (b"{}", "value"),
        (b'{"value": {}}', "value"),
        (b'{"value": [{"clientState": "x"}]}', "value.0.subscriptionId"),
        (b"[" * 100_000, "body"),
    ],
)
def test_a_body_that_is_no_notification_collection_is_refused(given, field):
    with pytest.raises(RejectedError) as caught:
        read_notifications(given)

    assert [problem.field for problem in caught.value.problems] == [field]


def test_a_refusal_shows_no_client_state():
    with pytest.raises(RejectedError) as caught:
        read_notifications(json.dumps({"value": [{"clientState": STATE}]}).encode())

    assert STATE not in f"{caught.value} {caught.value.__cause__}"


def test_a_body_too_large_is_not_read():
    with pytest.raises(OversizedError, match="1024 KiB"):
        read_notifications(b" " * (1024 * 1024 + 1))


async def test_graph_is_told_when_the_queue_does_not_answer(door, queues):
    """It sends again for four hours."""
    queues.answers = False

    with pytest.raises(UnavailableError):
        await door.take_changes(body(change(CONTRACTS)))
