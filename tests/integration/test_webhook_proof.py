"""Hints signed by the Standard Webhooks package, at the door of the real function app."""

import base64
import json

import pytest
from azure.storage.queue import QueueClient

from tests.integration.app_runner import run
from tests.unit.intake.senders import OTHER, PLAIN, SECRET, signed

BODY = b'{"node_id": 4711001, "event": "signed"}'
STRANGER = base64.b64encode(b"a stranger's key, 32 bytes long.").decode()
EXPECTED = {
    "signed with the new secret": 202,
    "signed with the old secret": 202,
    "sent again": 202,
    "sent again with its time spelt otherwise": 202,
    "signed anew": 202,
    "stale": 401,
    "from the future": 401,
    "wrongly signed": 401,
    "signed for another body": 401,
    "signed for another id": 401,
    "unsigned": 401,
    "wrong secret": 401,
}


def deliveries():
    """Headers by name. Made when they are sent: a signature is good for five minutes."""
    fresh = signed(BODY, SECRET)
    return {
        "signed with the new secret": fresh,
        "signed with the old secret": signed(BODY, OTHER, seconds_ago=1),
        "sent again": fresh,
        "sent again with its time spelt otherwise": fresh | {"webhook-timestamp": fresh["webhook-timestamp"] + ".5"},
        "signed anew": signed(BODY, SECRET, seconds_ago=2),
        "stale": signed(BODY, SECRET, seconds_ago=301),
        "from the future": signed(BODY, SECRET, seconds_ago=-360),
        "wrongly signed": signed(BODY, STRANGER),
        "signed for another body": signed(b'{"node_id": 1}', SECRET),
        "signed for another id": fresh | {"webhook-id": "msg_2"},
        "unsigned": {},
        "wrong secret": {"x-webhook-secret": PLAIN},
    }


def hint(headers):
    return {"function": "opentext_webhook", "body": BODY.decode(), "headers": headers}


@pytest.fixture(scope="module")
def sent():
    return deliveries()


@pytest.fixture(scope="module")
def seen(storage, sent):
    """One process that has two live secrets, as during a rotation."""
    environment = {"AzureWebJobsStorage": storage, "OPENTEXT_WEBHOOK_SECRETS": f"{SECRET},{OTHER}"}
    return run([hint(headers) for headers in sent.values()], environment)


def test_a_hint_is_answered_by_what_it_proves(seen, sent):
    answers = zip(sent, seen["answers"], strict=True)

    assert {name: answer["status"] for name, answer in answers} == EXPECTED


def test_only_what_was_accepted_is_queued(seen, storage):
    with QueueClient.from_connection_string(storage, "origins") as queue:
        bodies = [json.loads(base64.b64decode(message.content)) for message in queue.peek_messages(32)]

    assert len([body for body in bodies if body["origin"] == "node-4711001"]) == 5


def test_after_the_rotation_the_old_secret_is_refused(storage):
    seen = run(
        [hint(signed(BODY, OTHER, seconds_ago=5))],
        {"AzureWebJobsStorage": storage, "OPENTEXT_WEBHOOK_SECRETS": SECRET},
    )

    assert seen["answers"][0]["status"] == 401


def test_no_secret_and_no_signature_is_in_the_log(seen, sent):
    signatures = [headers["webhook-signature"] for headers in sent.values() if "webhook-signature" in headers]

    assert "answered 401" in seen["log"]
    assert not [secret for secret in (SECRET, OTHER, *signatures) if secret in seen["log"]]
