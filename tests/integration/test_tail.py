"""`manage.py tail`: what is decided is told once, as it is decided."""

import asyncio
import json
from datetime import timedelta

import pytest

from commands.follow import again_and_again
from local.demo.world import create_contract
from local.in_process.system import START
from shared.models.messages import OriginMessage
from shared.operations.tail import Tail
from tests.integration.operating import in_its_place, manage

END = START + timedelta(days=400)


@pytest.fixture
def inside():
    """Put a bridge in memory in the place of the environment's."""
    with in_its_place() as one:
        yield one


async def look(inside, name):
    number = create_contract(inside.world, name, END)
    inside.origins.messages.append(OriginMessage(origin=f"workspace-{number}").model_dump_json())
    await inside.drain()
    return f"workspace-{number}"


async def test_each_entry_is_told_once_however_often_is_asked(inside):
    await look(inside, "Before")
    inside.at += timedelta(minutes=5)
    news = Tail(inside.services(), inside.at)

    assert await news.news() == ()
    origin = await look(inside, "Supply")
    first = await news.news()
    inside.at += timedelta(seconds=3)
    assert await news.news() == ()
    inside.at += timedelta(seconds=3)
    other = await look(inside, "Another")

    assert {one.origin for one in first} == {origin}
    assert len(first) == 4
    assert {one.origin for one in await news.news()} == {other}


async def test_one_origin_is_followed_by_its_own_history(inside):
    origin = await look(inside, "Supply")
    await look(inside, "Another")
    news = Tail(inside.services(), START, origin)

    assert {one.origin for one in await news.news()} == {origin}
    inside.at += timedelta(hours=1)
    assert await news.news() == ()


def test_what_was_decided_is_a_line_each_or_a_document_each(inside):
    origin = asyncio.run(look(inside, "Supply [/b]"))

    lines, documents = manage("tail", "--no-follow"), manage("tail", "--no-follow", "--json")

    assert f"2026-11-23 09:00:00 UTC {origin} contract-package|legal-review bridge: Task made" in lines.output
    assert "[/b]" in lines.output
    assert {json.loads(line)["origin"] for line in documents.output.splitlines()} == {origin}


def test_nothing_is_said_to_be_nothing(inside):
    assert "nothing was decided in the last 15 minutes" in manage("tail", "--no-follow").output


async def test_following_ends_quietly_with_the_operators_word():
    shown: list[int] = []

    async def show():
        shown.append(len(shown))

    async def pause(seconds):
        if len(shown) == 3:
            raise KeyboardInterrupt

    await again_and_again(show, 3.0, pause)

    assert shown == [0, 1, 2]
