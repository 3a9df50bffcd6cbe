"""Messages as the Functions host takes them from the queue: base64, JSON, at once or later."""

import asyncio
import base64
import itertools
import json
import re
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from azure.storage.queue.aio import QueueServiceClient

from shared.errors import TooLargeError, UnavailableError
from shared.models.messages import OriginMessage, PlanMessage
from shared.store.queues import Queues

NUMBERS = itertools.count(1)
MESSAGE = OriginMessage(origin="workspace-28866", hint_id="hint ä", trace="00-ab-cd-01")


@pytest.fixture
def prefix():
    return f"queues{next(NUMBERS)}"


@pytest.fixture(params=["key", "identity"])
def way(request):
    """How the queues are opened."""
    return request.param


@pytest.fixture
async def queues(request, way, prefix):
    if way == "identity":
        opened = request.getfixturevalue("identity").queues(prefix)
    else:
        opened = Queues.from_connection_string(request.getfixturevalue("storage"), prefix=prefix)
    yield opened
    await opened.close()


@pytest.fixture
async def raw(request, way, prefix):
    """The queue `origins` without any encoding."""
    if way == "identity":
        identity = request.getfixturevalue("identity")
        service = QueueServiceClient(identity.queue_url, **identity.options)
    else:
        service = QueueServiceClient.from_connection_string(request.getfixturevalue("storage"))
    async with service:
        yield service.get_queue_client(prefix + "origins")


async def test_a_message_is_base64_json_and_never_expires(queues, raw):
    await queues.send_origin(MESSAGE)

    (message,) = [message async for message in raw.receive_messages()]

    body = base64.b64decode(message.content)
    assert OriginMessage.model_validate_json(body) == MESSAGE
    assert "plan" not in json.loads(body)
    assert message.expires_on.year > 9000


async def test_a_queue_is_made_when_it_is_first_missed(queues):
    assert await queues.length("plans") == 0
    await queues.send_plan(PlanMessage(plan="p"))
    await queues.send_plan(PlanMessage(plan="p"))

    assert await queues.length("plans") == 2
    assert await queues.length("origins") == 0


async def test_a_queue_that_is_there_costs_one_request(queues):
    await queues.send_origin(MESSAGE)
    before = queues.calls
    await queues.send_origin(MESSAGE)

    assert queues.calls - before == 1


async def test_a_delayed_message_is_not_seen_yet(queues, raw):
    await queues.send_origin(MESSAGE, delay=timedelta(days=30))

    assert [message async for message in raw.receive_messages()] == []
    assert await queues.length("origins") == 1


async def test_a_message_that_does_not_fit_is_refused(queues):
    with pytest.raises(TooLargeError):
        await queues.send_origin(MESSAGE.model_copy(update={"hint_id": "x" * 50_000}))


async def test_a_message_is_sent_again_when_the_standing_connection_just_closed(storage):
    """Otherwise each hint whose send meets such a moment would wait for minutes."""
    before, azurite, after = re.split(r"(?<=QueueEndpoint=http://127\.0\.0\.1:)(\d+)", storage)
    async with closing_after_an_answer(int(azurite)) as port:
        queues = Queues.from_connection_string(f"{before}{port}{after}", prefix=f"queues{next(NUMBERS)}")
        await queues.length("origins")
        for number in range(3):
            await queues.send_origin(OriginMessage(origin=f"workspace-{number}"))

        assert await queues.length("origins") == 3
        await queues.close()


@asynccontextmanager
async def closing_after_an_answer(azurite):
    """Stand before Azurite: each connection gets one answer, and is closed when the next request comes on it."""

    async def serve(reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", azurite)
        back.write(await reader.read(65536))
        writer.write(await there.read(65536))
        await reader.read(1)
        for each in (writer, back):
            each.transport.abort()

    async with await asyncio.start_server(serve, "127.0.0.1") as server:
        yield server.sockets[0].getsockname()[1]


async def test_a_queue_that_can_not_be_reached_is_said_to_be():
    """Port 9 refuses; what is sent is tried twice, and no more."""
    nowhere = Queues.from_connection_string(
        "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;QueueEndpoint=http://127.0.0.1:9/a"
    )

    with pytest.raises(UnavailableError):
        await nowhere.send_origin(MESSAGE)
    with pytest.raises(UnavailableError):
        await nowhere.length("origins")
    assert nowhere.calls == 3
    await nowhere.close()
