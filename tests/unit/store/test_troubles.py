"""Troubles: told once with a beginning, counted while they stand, taken away by the first success."""

from datetime import UTC, datetime, timedelta

from local.in_process.tables import MemoryTables
from shared.models.troubles import Cause, Where
from shared.store.troubles import Troubles
from tests.tables import tables_in

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Case:
    def __init__(self):
        self.account = MemoryTables()
        self.tables = self.open()
        self.troubles = Troubles(self.tables)

    def open(self):
        return tables_in(self.account, "w")

    async def tell(self, now=NOW, text="status 503", **more):
        await self.troubles.tell(Where.SYSTEM, "opentext", Cause.UNAVAILABLE, text, now, **more)


async def test_a_trouble_that_goes_on_keeps_its_beginning():
    case = Case()
    await case.tell(text="no answer")
    await case.tell(NOW + 5 * MINUTE, next_try=NOW + 6 * MINUTE)

    (found,) = await case.troubles.list_all()
    assert (found.since, found.last, found.tries, found.text) == (NOW, NOW + 5 * MINUTE, 2, "status 503")
    assert found.next_try == NOW + 6 * MINUTE
    assert found.facts.heals


async def test_the_same_trouble_met_a_thousand_times_a_minute_costs_one_write():
    case = Case()
    await case.tell()
    before = case.tables.calls
    for number in range(1000):
        await case.tell(NOW + timedelta(milliseconds=number))

    assert case.tables.calls == before


async def test_a_success_costs_no_call_while_nothing_stands():
    case = Case()
    await case.troubles.clear(Where.SYSTEM, "opentext", NOW)
    before = case.tables.calls
    for number in range(100):
        await case.troubles.clear(Where.SYSTEM, "opentext", NOW + timedelta(milliseconds=number))

    assert case.tables.calls == before


async def test_the_first_success_of_another_worker_takes_it_away():
    case = Case()
    await case.tell()

    await Troubles(case.open()).clear(Where.SYSTEM, "opentext", NOW + MINUTE)

    assert await case.troubles.list_all() == ()


async def test_it_is_told_anew_when_it_comes_back():
    case = Case()
    await case.tell()
    await case.troubles.clear(Where.SYSTEM, "opentext", NOW)
    await case.tell(NOW + timedelta(seconds=1))

    (found,) = await case.troubles.list_all()
    assert (found.since, found.tries) == (NOW + timedelta(seconds=1), 1)


async def meet(case, example, now=NOW, since=NOW, *, troubles=None):
    told = troubles or case.troubles
    return await told.tell_of(Where.RULE, "rule", Cause.NOT_KNOWN, f"{example}: x", now, example=example, since=since)


async def test_what_many_origins_meet_is_one_row_that_one_of_them_speaks_for():
    case = Case()
    spoke = [await meet(case, f"workspace-{number}", NOW + number * MINUTE * 2) for number in range(5)]

    (found,) = await case.troubles.list_all()
    assert spoke == [True, False, False, False, False]
    assert (found.example, found.text) == ("workspace-0", "workspace-0: x")


async def test_another_origin_speaks_once_the_first_is_silent_for_long():
    case = Case()
    await meet(case, "workspace-0")

    assert await meet(case, "workspace-1", NOW + 81 * MINUTE)
    (found,) = await case.troubles.list_all()
    assert (found.example, found.since) == ("workspace-1", NOW)


async def test_it_is_over_where_the_origin_that_speaks_for_it_meets_it_no_more():
    case = Case()
    await meet(case, "workspace-0", since=NOW - 90 * MINUTE)
    (found,) = await case.troubles.list_all()
    assert found.since == NOW - 90 * MINUTE

    await case.troubles.is_over_at(Where.RULE, "rule", Cause.NOT_KNOWN, "workspace-1")
    assert len(await case.troubles.list_all()) == 1
    await case.troubles.is_over_at(Where.RULE, "rule", Cause.NOT_KNOWN, "workspace-0")
    assert await case.troubles.list_all() == ()


async def test_meeting_it_a_thousand_times_a_minute_costs_one_write():
    case = Case()
    await meet(case, "workspace-0")
    before = case.tables.calls
    for number in range(1000):
        await meet(case, f"workspace-{number}", NOW + timedelta(milliseconds=number))

    assert case.tables.calls == before
