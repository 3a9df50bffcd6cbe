"""A zone that is not Content Server's hides half of what nobody announced: it is checked, told, and not ready."""

from datetime import timedelta

import pytest

from local.in_process.system import Inside
from local.simulators.faults import Fault
from shared.errors import RefusedError
from shared.models.troubles import Cause, Where
from shared.operations.health import probe_opentext
from shared.operations.troubles import read_troubles
from shared.watchers.discovery import discover
from tests.engine import AS_DEPLOYED, MAPPING

HOUR = timedelta(hours=1)


def worker(zone="Europe/Berlin", **how):
    """The server stands in Berlin; it is November."""
    return Inside(MAPPING, settings=AS_DEPLOYED | {"OPENTEXT_TIMEZONE": zone}, **how)


async def clock_troubles(inside):
    return [
        (one.where, one.subject, one.text) for one in await read_troubles(inside.storage()) if one.cause is Cause.CLOCK
    ]


async def look_around(inside, after=HOUR):
    inside.at += after
    await discover(inside.services())


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Africa/Lagos"])
async def test_the_servers_own_zone_or_one_that_agrees_with_it_is_fine(zone):
    inside = worker(zone)
    await look_around(inside)

    await probe_opentext(inside.services())
    assert await clock_troubles(inside) == []


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
async def test_another_zone_is_told_with_what_the_server_shows(zone):
    inside = worker(zone)
    await look_around(inside)

    [(where, subject, text)] = await clock_troubles(inside)
    assert (where, subject) == (Where.SYSTEM, "opentext")
    assert "shows 2026-11-23 11:00" in text
    assert f"OPENTEXT_TIMEZONE={zone}" in text
    with pytest.raises(RefusedError, match="OPENTEXT_TIMEZONE"):
        await probe_opentext(inside.services())


async def test_a_clock_that_is_wrong_is_told_as_such():
    inside = worker()
    inside.world.content.state.now = lambda: inside.at - timedelta(minutes=6)
    await look_around(inside)

    [(_, _, text)] = await clock_troubles(inside)
    assert "6 minutes behind" in text


async def test_a_minute_is_no_matter():
    inside = worker()
    inside.world.content.state.now = lambda: inside.at + timedelta(seconds=70)
    await look_around(inside)

    assert await clock_troubles(inside) == []


async def test_it_is_cleared_once_the_zone_is_mended():
    wrong = worker("UTC")
    await look_around(wrong)
    mended = worker(world=wrong.world)
    mended.account, mended.at = wrong.account, wrong.at
    mended.restart("mended")
    wrong.at += HOUR  # the world keeps its time
    await look_around(mended)

    assert await clock_troubles(mended) == []


async def test_it_is_asked_once_an_hour():
    inside = worker()
    answering, asked = inside.content, []

    async def counting(*request):
        asked.append(request[1])
        return await answering(*request)

    inside.content = counting
    for _ in range(24):
        await look_around(inside, timedelta(minutes=5))

    assert sum("serverinfo" in path for path in asked) == 2


@pytest.mark.parametrize("answer", [403, 500])
async def test_a_server_that_does_not_tell_its_time_is_taken_at_the_settings_word(answer):
    inside = worker("UTC")
    inside.world.content.faults.add(Fault.status(answer, path="v1/serverinfo", times=99, body=b'{"error": "no"}'))
    await look_around(inside)

    await probe_opentext(inside.services())
    assert await clock_troubles(inside) == []
