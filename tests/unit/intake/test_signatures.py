"""Who may send hints: whoever signs with a live secret, or shows one."""

import base64
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from shared.intake.signatures import UnprovenError, prove
from tests.unit.intake.senders import OTHER, PLAIN, SECRET, signed

NODE = b'{"node_id": 28866}'


@pytest.mark.parametrize("secret", [pytest.param(SECRET, id="new"), pytest.param(OTHER, id="old")])
def test_a_signature_made_with_either_live_secret_is_accepted(secret):
    prove(NODE, signed(NODE, secret), [SecretStr(SECRET), SecretStr(OTHER)])


@pytest.mark.parametrize("secret", [pytest.param(SECRET, id="new"), pytest.param(PLAIN, id="old")])
def test_either_live_secret_in_the_header_is_accepted(secret):
    prove(NODE, {"x-webhook-secret": secret}, [SecretStr(SECRET), SecretStr(PLAIN)])


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="unsigned"),
        pytest.param({"x-webhook-secret": ""}, id="empty-secret"),
        pytest.param({"x-webhook-secret": PLAIN + "x"}, id="wrong-secret"),
        pytest.param({"x-webhook-secret": "\u20ac\udcff"}, id="odd-secret"),
        pytest.param(signed(b'{"node_id": 1}', SECRET), id="other-body"),
        pytest.param(signed(NODE, base64.b64encode(b"a stranger's key, 32 bytes long.").decode()), id="stranger"),
        pytest.param(signed(NODE, SECRET, datetime(2020, 1, 1, tzinfo=UTC)), id="stale"),
        pytest.param(signed(NODE, SECRET, datetime(2099, 1, 1, tzinfo=UTC)), id="future"),
        pytest.param({**signed(NODE, SECRET), "webhook-id": "msg_2"}, id="other-id"),
        pytest.param({**signed(NODE, SECRET), "webhook-signature": "v1"}, id="half-signature"),
        pytest.param({**signed(NODE, SECRET), "webhook-signature": "v1,\u20ac"}, id="odd-signature"),
        pytest.param({**signed(NODE, SECRET), "webhook-timestamp": "soon"}, id="odd-time"),
        pytest.param({**signed(NODE, SECRET), "webhook-timestamp": "nan"}, id="no-time"),
    ],
)  # fmt: skip
def test_what_proves_nothing_is_refused(headers):
    with pytest.raises(UnprovenError):
        prove(NODE, headers, [SecretStr(SECRET), SecretStr(PLAIN)])


def test_a_signed_body_that_is_no_text_is_refused():
    with pytest.raises(UnprovenError):
        prove(b"\xff\xfe", signed(NODE, SECRET), [SecretStr(SECRET)])
