"""The real SDKs in front of a service in trouble: each write reaches it once."""

import asyncio

import pytest

from shared.errors import UnavailableError
from shared.models.messages import OriginMessage
from shared.store.queues import Queues
from shared.store.row import Row
from shared.store.tables import Tables

KEY = "a2V5"
NOT_FOUND = b'{"odata.error":{"code":"ResourceNotFound","message":{"lang":"en-US","value":"gone"}}}'
FOUND = b'{"odata.etag":"W/\\"1\\"","PartitionKey":"p","RowKey":"k","data":"","write":"theirs"}'


class TroubledService:
    """Refuses every write with 503, and answers reads with one body."""

    def __init__(self):
        self.writes = []
        self.body = NOT_FOUND
        self.connection_string = ""

    async def serve(self, reader, writer):
        try:
            while line := await reader.readline():
                length = 0
                while (header := await reader.readline()).strip():
                    name, _, value = header.decode().partition(":")
                    length = int(value) if name.lower() == "content-length" else length
                await reader.readexactly(length)
                writer.write(self.answer(line.decode().split()[0]))
                await writer.drain()
        finally:
            writer.close()

    def answer(self, method):
        body, status = self.body, "200 OK" if self.body is FOUND else "404 Not Found"
        if method != "GET":
            self.writes.append(method)
            body, status = b"", "503 Service Unavailable"
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body


@pytest.fixture
async def service():
    troubled = TroubledService()
    async with await asyncio.start_server(troubled.serve, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        troubled.connection_string = (
            f"DefaultEndpointsProtocol=http;AccountName=a;AccountKey={KEY};"
            f"TableEndpoint=http://{host}:{port}/a;QueueEndpoint=http://{host}:{port}/a"
        )
        yield troubled


@pytest.fixture
async def table(service):
    tables = Tables.from_connection_string(service.connection_string, writer="w")
    yield tables.origins
    await tables.close()


CREATE = ("create", {"PartitionKey": "p", "RowKey": "x", "data": ""})
CALLS = {
    "insert": (lambda table: table.insert("p", "k"), "POST"),
    "replace": (lambda table: table.replace(Row("p", "k", etag="e"), ""), "PUT"),
    "put": (lambda table: table.put("p", "k"), "PUT"),
    "commit": (lambda table: table.commit(Row("p", "k", etag="e"), "", [CREATE], is_ours=lambda _: False), "POST"),
}


@pytest.mark.parametrize(("call", "method"), CALLS.values(), ids=CALLS)
async def test_a_refused_write_is_not_repeated(service, table, call, method):
    with pytest.raises(UnavailableError):
        await call(table)

    assert service.writes == [method]


async def test_a_refused_delete_is_not_repeated(service, table):
    """Its row is still there."""
    service.body = FOUND
    for call in (lambda: table.discard("p", "k"), lambda: table.remove(Row("p", "k", etag="e"))):
        with pytest.raises(UnavailableError):
            await call()

    assert service.writes == ["DELETE", "DELETE"]


async def test_a_refused_message_is_not_repeated(service):
    queues = Queues.from_connection_string(service.connection_string)

    with pytest.raises(UnavailableError):
        await queues.send_origin(OriginMessage(origin="workspace-1"))

    assert service.writes == ["POST"]
    await queues.close()
