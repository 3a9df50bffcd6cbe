"""
Storage with an identity: tokens over HTTPS and no connection string, as the deployed app has it.

The store's other tests run in this way too (the fixtures `tables` and `queues`); here stands what is refused.
"""

from datetime import timedelta

import pytest

from local.azurite.identity import UnsignedCredential
from shared.errors import UnavailableError
from shared.models.messages import OriginMessage
from shared.store.cursors import Cursors
from shared.store.queues import Queues
from shared.store.tables import Tables
from tests.integration.guarded import now

MESSAGE = OriginMessage(origin="workspace-28866")


def a_day_ago():
    return now() - timedelta(days=1)


@pytest.fixture(
    params=[
        pytest.param(UnsignedCredential(now, "https://graph.microsoft.com"), id="other-audience"),
        pytest.param(UnsignedCredential(a_day_ago), id="ended"),
    ]
)
def wrong(request):
    return request.param


# The SDK's own way of reading the service's XML.
@pytest.mark.filterwarnings("ignore:Testing an element's truth value:DeprecationWarning")
async def test_a_token_that_is_not_for_storage_or_has_ended_opens_no_table(identity, wrong):
    """So the other tests prove that it was the token that opened them."""
    tables = identity.tables("refused", wrong)

    with pytest.raises(UnavailableError, match="AuthenticationFailed"):
        await Cursors(tables).find("x")
    await tables.close()


async def test_a_token_that_is_not_for_storage_or_has_ended_opens_no_queue(identity, wrong):
    queues = identity.queues("refused", wrong)

    with pytest.raises(UnavailableError):
        await queues.length("origins")
    await queues.close()


async def test_a_certificate_that_nobody_knows_is_not_trusted(identity):
    queues = Queues.from_endpoint(identity.queue_url, identity.credential, prefix="untrusted")

    with pytest.raises(UnavailableError, match="ServiceRequestError"):
        await queues.send_origin(MESSAGE)
    await queues.close()


def test_a_token_is_never_sent_in_the_clear(identity):
    with pytest.raises(ValueError, match="only supported with HTTPS"):
        Tables.from_endpoint(in_the_clear(identity.table_url), identity.credential, writer="test")
    with pytest.raises(ValueError, match="only supported with HTTPS"):
        Queues.from_endpoint(in_the_clear(identity.queue_url), identity.credential)


def in_the_clear(url):
    return url.replace("https://", "http://")
