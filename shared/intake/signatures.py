"""
Prove the sender of hints: a Standard Webhooks signature, or the plain secret in a header. No I/O.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hmac
from collections.abc import Mapping, Sequence

from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from shared.errors import Problem, RejectedError


class UnprovenError(RejectedError):
    """The sender did not prove that it knows a secret."""


def prove(body: bytes, headers: Mapping[str, str], secrets: Sequence[SecretStr]) -> None:
    """
    Accept a Standard Webhooks signature or the plain secret in `X-Webhook-Secret`, made with any live secret.

    A repeated delivery is as good as the first: a hint only says where to look (docs/adr/007).

    Args:
        headers: names in lower case.

    Raises:
        UnprovenError: neither.
    """
    # As bytes: `compare_digest` raises an error over text that is not ASCII, and a stranger may send any.
    given = headers.get("x-webhook-secret", "").encode("utf-8", "backslashreplace")
    known = [secret.get_secret_value() for secret in secrets]
    # Every secret is compared, so that the time taken does not tell which one matched.
    if any([hmac.compare_digest(given, secret.encode()) for secret in known]):  # noqa: C419 - see above
        return
    if any(_signed(body, headers, secret) for secret in known):
        return
    raise UnprovenError([Problem("X-Webhook-Secret", "or a Standard Webhooks signature is missing or wrong")])


def _signed(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    try:
        # A secret that is not base64 serves the plain header only; decoded leniently it would be a weaker key.
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        Webhook(key).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True
