"""
Prove the sender of hints: a Standard Webhooks signature, or the plain secret in a header. No I/O.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import floor

from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from shared.errors import Problem, RejectedError

REMEMBERED = timedelta(hours=1)
"""How long a signed delivery is remembered: far longer than the five minutes in which its signature is good."""


class UnprovenError(RejectedError):
    """The sender did not prove that it knows a secret."""


class ReplayedError(RejectedError):
    """This very delivery was taken before: whoever sends it again may be somebody who only overheard it."""


@dataclass(frozen=True)
class Delivery:
    """What makes a signed delivery this one: an attempt that the sender signs anew is another."""

    key: str
    """SHA-256 of what was signed, hexadecimal."""
    at: datetime
    """UTC: when it was signed, by the sender's clock."""


def prove(body: bytes, headers: Mapping[str, str], secrets: Sequence[SecretStr]) -> Delivery | None:
    """
    Accept a Standard Webhooks signature or the plain secret in `X-Webhook-Secret`, made with any live secret.

    Args:
        headers: names in lower case.

    Returns:
        The signed delivery, which is good for one time. None: the plain secret, which says nothing of the delivery.

    Raises:
        UnprovenError: neither.
    """
    given = headers.get("x-webhook-secret", "").encode("utf-8", "backslashreplace")
    known = [secret.get_secret_value() for secret in secrets]
    # Every secret is compared, so that the time taken does not tell which one matched.
    if any([hmac.compare_digest(given, secret.encode()) for secret in known]):  # noqa: C419 - see above
        return None
    if any(_signed(body, headers, secret) for secret in known):
        return _delivery(body, headers)
    raise UnprovenError([Problem("X-Webhook-Secret", "or a Standard Webhooks signature is missing or wrong")])


def _signed(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    try:
        # A secret that is not base64 serves the plain header only; decoded leniently it would be a weaker key.
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        Webhook(key).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def _delivery(body: bytes, headers: Mapping[str, str]) -> Delivery:
    # As the package signs it: "1764000000.5" and "1764000000" carry one signature, and are one delivery.
    seconds = floor(float(headers["webhook-timestamp"]))
    signed = f"{headers['webhook-id']}.{seconds}.".encode() + body
    return Delivery(hashlib.sha256(signed).hexdigest(), datetime.fromtimestamp(seconds, UTC))
