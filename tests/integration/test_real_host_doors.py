"""What strangers and senders meet at the door, with host and settings as they are delivered."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest

from local.local_system import ROOT, WEBHOOK_SECRET
from tests.integration.functions_hosts import instances

MEGABYTE = 1_000_000
SECRET = {"X-Webhook-Secret": WEBHOOK_SECRET}


@pytest.fixture(scope="module")
async def host(tmp_path_factory):
    async with instances(ROOT / "mapping.yaml", tmp_path_factory.mktemp("doors")) as stage:
        yield await stage.start()


@pytest.fixture
async def client(host):
    async with httpx.AsyncClient(base_url=host.url, timeout=60) as client:
        yield client


@pytest.mark.parametrize("path", ["/api/opentext/events", "/api/graph/notifications", "/api/graph/lifecycle"])
async def test_a_body_sent_in_chunks_is_answered_411_with_the_cure(client, path):
    """The host gives the function nothing of it."""

    async def chunks():
        yield b'{"node_id": 1}'

    answer = await client.post(path, content=chunks(), headers=SECRET)

    assert (answer.status_code, "Content-Length" in answer.json()["detail"]) == (411, True)


async def test_four_posts_of_90_mb_without_a_key_take_no_memory(host, client):
    body = bytes(90 * MEGABYTE)

    answers = await asyncio.gather(*(client.post("/api/opentext/events", content=body) for _ in range(4)))

    most = await asyncio.to_thread(most_memory, host)
    assert [answer.status_code for answer in answers] == [500] * 4
    assert most < 300 * MEGABYTE
    assert (await client.get("/api/health")).status_code == 200


async def test_nobody_elses_page_stands_at_the_root(client):
    answer = await client.get("/")

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("path", ["/api/graph/notifications", "/api/graph/lifecycle"])
async def test_graphs_handshake_is_answered_in_plain_text(client, path):
    answer = await client.post(path, params={"validationToken": "Validation: <token>"})

    assert (answer.status_code, answer.text) == (200, "Validation: <token>")
    assert answer.headers["content-type"].startswith("text/plain")


def most_memory(host):
    """Read how many bytes the host's process has had at most."""
    told = Path(f"/proc/{host.process.pid}/status").read_text()
    return 1024 * int(re.findall(r"VmHWM:\s+(\d+) kB", told)[0])
