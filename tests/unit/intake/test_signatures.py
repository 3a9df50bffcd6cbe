"""Who may send hints: whoever signs with a live secret, or shows one; each signed delivery is told from the others."""

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


def delivery(headers, body=NODE):
    return prove(body, headers, [SecretStr(SECRET)])


@pytest.mark.parametrize("suffix", [".0", ".9", " "], ids=["zero", "nine", "space"])
def test_a_timestamp_in_other_words_is_the_same_delivery(suffix):
    """The package takes them all for the signed one: none is a way around the refusal of what was taken before."""
    headers = signed(NODE, SECRET, seconds_ago=1)
    other = {**headers, "webhook-timestamp": headers["webhook-timestamp"] + suffix}

    assert delivery(other) == delivery(headers)


def test_further_signatures_do_not_make_another_delivery():
    headers = signed(NODE, SECRET)
    other = {**headers, "webhook-signature": f"v1,{OTHER} {headers['webhook-signature']}"}

    assert delivery(other) == delivery(headers)


def test_other_bodies_and_times_are_other_deliveries():
    """A sender that gives all its hints one id is not locked out."""
    at = datetime.now(tz=UTC)
    other = b'{"node_id": 1}'
    keys = {
        delivery(signed(NODE, SECRET, at)).key,
        delivery(signed(NODE, SECRET, at, seconds_ago=1)).key,
        delivery(signed(other, SECRET, at), other).key,
    }

    assert len(keys) == 3


def test_a_delivery_knows_when_it_was_signed():
    at = datetime.now(tz=UTC).replace(microsecond=0)

    assert delivery(signed(NODE, SECRET, at)).at == at
