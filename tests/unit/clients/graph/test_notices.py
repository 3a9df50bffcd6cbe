"""Subscriptions, that tell us, and mail, that tells people."""

import json
from base64 import b64decode
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import httpx
import pytest

from shared.clients.graph.mail import Mail
from shared.clients.graph.subscriptions import Subscriptions
from shared.errors import (
    MailboxRefusedError,
    NotFoundError,
    OutcomeUnknownError,
    RefusedError,
    StaleError,
    ThrottledError,
    UnavailableError,
)
from shared.models.mail import MailMessage
from tests.unit.clients.graph.graph_double import GraphDouble, always, page, said

END = datetime(2026, 3, 20, tzinfo=UTC)
URL = "https://bridge.example/api/graph/notifications"
MINE = {
    "id": "s-1",
    "resource": "/groups/G-1",
    "changeType": "deleted,updated",
    "notificationUrl": URL,
    "expirationDateTime": "2026-03-10T00:00:00Z",
}
CONFLICT = said(409, "ExtensionError", "Subscription Id <> already exists for the requested combination")


def create(double):
    return Subscriptions(double.connection()).create(
        "groups/g-1",
        "updated,deleted",
        URL,
        lifecycle_url="https://bridge.example/api/graph/lifecycle",
        expires=END,
        client_state="a-long-enough-secret",
    )


async def test_a_subscription_is_made():
    double = GraphDouble(POST=always(httpx.Response(201, json=MINE)))

    assert (await create(double)).id == "s-1"
    assert json.loads(double.sent[0].content) == {
        "resource": "groups/g-1",
        "changeType": "updated,deleted",
        "notificationUrl": URL,
        "lifecycleNotificationUrl": "https://bridge.example/api/graph/lifecycle",
        "expirationDateTime": "2026-03-20T00:00:00Z",
        "clientState": "a-long-enough-secret",
    }


async def test_one_that_is_there_is_adopted():
    """Graph writes resource and change types in its own way."""
    others = [MINE | {"id": "s-0", "resource": "groups/g-0"}, MINE | {"id": "s-2", "changeType": "updated"}]
    double = GraphDouble(POST=always(CONFLICT), GET=always(page(*others, MINE)))

    assert (await create(double)).id == "s-1"


async def test_one_that_tells_somebody_else_is_not_ours():
    double = GraphDouble(POST=always(CONFLICT), GET=always(page(MINE | {"notificationUrl": "https://old.example/"})))

    with pytest.raises(RefusedError, match="s-1") as caught:
        await create(double)
    assert caught.value.code == "subscription-elsewhere"


async def test_a_conflict_with_nothing_is_looked_at_again():
    with pytest.raises(StaleError):
        await create(GraphDouble(POST=always(CONFLICT), GET=always(page())))


@pytest.mark.parametrize(
    ("reply", "error"), [(said(403), RefusedError), (said(429), ThrottledError), (said(504), OutcomeUnknownError)]
)
async def test_what_else_happens_is_told(reply, error):
    with pytest.raises(error):
        await create(GraphDouble(POST=always(reply)))


async def test_renewing_moves_the_end():
    double = GraphDouble(PATCH=always(httpx.Response(200, json=MINE)))

    assert (await Subscriptions(double.connection()).renew("s-1", END)).id == "s-1"
    assert json.loads(double.sent[0].content) == {"expirationDateTime": "2026-03-20T00:00:00Z"}


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_reauthorising_and_ending_need_no_body_back(status):
    reply = always(httpx.Response(status))
    double = GraphDouble(POST=reply, DELETE=reply)
    subscriptions = Subscriptions(double.connection())

    await subscriptions.reauthorize("s-1")
    await subscriptions.delete("s-1")

    assert [(r.method, r.url.path) for r in double.sent] == [
        ("POST", "/v1.0/subscriptions/s-1/reauthorize"),
        ("DELETE", "/v1.0/subscriptions/s-1"),
    ]


async def test_a_lapsed_subscription_is_not_found():
    lapsed = always(said(404, "ResourceNotFound"))
    subscriptions = Subscriptions(GraphDouble(POST=lapsed, PATCH=lapsed, DELETE=lapsed).connection())

    for call in (subscriptions.renew("s-1", END), subscriptions.reauthorize("s-1"), subscriptions.delete("s-1")):
        with pytest.raises(NotFoundError):
            await call


MAIL = MailMessage("Done\r\nBcc: eve@x.example", "It is done.", "<p>It is done.</p>")


async def test_a_mail_is_sent_from_the_one_mailbox_as_text_and_as_html():
    double = GraphDouble(POST=always(httpx.Response(202)))

    await Mail(double.connection(), "bridge@contoso.example").send_mail(["liz@contoso.example", "bob@x.example"], MAIL)

    assert double.sent[0].url.raw_path == b"/v1.0/users/bridge%40contoso.example/sendMail"
    assert double.sent[0].headers["content-type"] == "text/plain"
    mail = message_from_bytes(b64decode(double.sent[0].content), policy=default)
    assert (mail["to"], mail["subject"]) == ("liz@contoso.example, bob@x.example", "Done Bcc: eve@x.example")
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content().strip() for part in mail.iter_parts()] == ["It is done.", "<p>It is done.</p>"]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (said(400, "ErrorInvalidRecipients"), RefusedError),
        (said(401, "InvalidAuthenticationToken"), MailboxRefusedError),
        (said(403, "ErrorAccessDenied"), MailboxRefusedError),
        (said(404, "ErrorInvalidUser"), MailboxRefusedError),
        (said(429, "ApplicationThrottled", **{"retry-after": "30"}), ThrottledError),
        (said(503, "ServiceUnavailable"), ThrottledError),
        (httpx.Response(503, content=b"<html>"), OutcomeUnknownError),
        (said(500), OutcomeUnknownError),
        (httpx.ReadError("cut"), OutcomeUnknownError),
        (httpx.ConnectError("refused"), UnavailableError),
    ],
)
async def test_a_mail_is_refused_put_off_or_perhaps_sent(reply, error):
    mail = Mail(GraphDouble(POST=always(reply)).connection(), "bridge@contoso.example")

    with pytest.raises(error) as raised:
        await mail.send_mail(["liz@contoso.example"], MAIL)

    assert type(raised.value) is error


async def test_a_mail_to_nobody_is_our_own_mistake():
    with pytest.raises(ValueError, match="nobody"):
        await Mail(GraphDouble().connection(), "bridge@contoso.example").send_mail([], MAIL)
