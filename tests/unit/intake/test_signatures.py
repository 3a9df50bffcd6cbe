"""Who may send hints: whoever signs with a live secret, or shows one."""

import base64
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from shared.intake.signatures import UnprovenError, prove
from tests.unit.intake.senders import OTHER, PLAIN, SECRET, signed

NODE = b'{"node_id": 28866}'


@pytest.mark.parametrize("secret", [SECRET, OTHER], ids=["new", "old"])
def test_a_signature_made_with_either_live_secret_is_accepted(secret):
    prove(NODE, signed(NODE, secret), [SecretStr(SECRET), SecretStr(OTHER)])


@pytest.mark.parametrize("secret", [SECRET, PLAIN], ids=["new", "old"])
def test_either_live_secret_in_the_header_is_accepted(secret):
    prove(NODE, {"x-webhook-secret": secret}, [SecretStr(SECRET), SecretStr(PLAIN)])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-webhook-secret": ""},
        {"x-webhook-secret": PLAIN + "x"},
        {"x-webhook-secret": "\u20ac\udcff"},
        signed(b'{"node_id": 1}', SECRET),
        signed(NODE, base64.b64encode(b"a stranger's key, 32 bytes long.").decode()),
        signed(NODE, SECRET, datetime(2020, 1, 1, tzinfo=UTC)),
        signed(NODE, SECRET, datetime(2099, 1, 1, tzinfo=UTC)),
        {**signed(NODE, SECRET), "webhook-id": "msg_2"},
        {**signed(NODE, SECRET), "webhook-signature": "v1"},
        {**signed(NODE, SECRET), "webhook-signature": "v1,\u20ac"},
        {**signed(NODE, SECRET), "webhook-timestamp": "soon"},
        {**signed(NODE, SECRET), "webhook-timestamp": "nan"},
    ],
    ids=[
        "unsigned", "empty-secret", "wrong-secret", "odd-secret", "other-body", "stranger", "stale", "future",
        "other-id", "half-signature", "odd-signature", "odd-time", "no-time",
    ],
)  # fmt: skip
def test_what_proves_nothing_is_refused(headers):
    with pytest.raises(UnprovenError):
        prove(NODE, headers, [SecretStr(SECRET), SecretStr(PLAIN)])


def test_a_signed_body_that_is_no_text_is_refused():
    with pytest.raises(UnprovenError):
        prove(b"\xff\xfe", signed(NODE, SECRET), [SecretStr(SECRET)])
