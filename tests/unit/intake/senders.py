"""Senders of hints: those that sign by the Standard Webhooks package, and those that can only set a header."""

import base64
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"an invented key of 32 bytes long").decode()
OTHER = base64.b64encode(b"another key, the one before this").decode()
PLAIN = "not-base64-but-a-secret"


def signed(body, secret, at=None, *, seconds_ago=0):
    """Headers as the package makes them; `at` stands for now."""
    at = (at or datetime.now(tz=UTC)) - timedelta(seconds=seconds_ago)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, body.decode()),
    }
