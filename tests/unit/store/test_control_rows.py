"""Small rows that all workers share: what they did lately, the mailbox, and that something answers again."""

from datetime import UTC, datetime, timedelta

import pytest

from local.in_process.table_errors import failure
from local.in_process.tables import MemoryTables
from shared.errors import OutcomeUnknownError
from shared.models.series import SPAN
from shared.observability.tally import LAG, LOOKS, Tally
from shared.store.mailboxes import Mailboxes
from shared.store.recoveries import Recoveries
from shared.store.series import KEPT, Series
from shared.timing import RECOVERIES_APART
from tests.narrowing import sure
from tests.tables import tables_in

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SENDER = "bridge@contoso.example"


@pytest.fixture
def account():
    return MemoryTables()


@pytest.fixture
def tables(account):
    return worker(account)


def worker(account):
    return tables_in(account, "w")


def counted(looks):
    tally = Tally()
    tally.add(LOOKS, looks)
    tally.record(LAG, 1.5)
    return tally


async def test_what_a_worker_counts_is_written_once_a_minute_and_at_its_end(tables):
    series, tally = Series(tables, "worker-1"), counted(3)

    await series.keep(tally, NOW)
    await series.keep(tally, NOW + 59 * SECOND)
    assert (tables.calls, tally.is_empty) == (0, False)

    await series.keep(tally, NOW + MINUTE)
    tally.add(LOOKS)
    await series.keep(tally, NOW + 90 * SECOND)
    assert [one.looks for one in await series.list_since(NOW)] == [3]
    await series.keep(tally, NOW + 90 * SECOND, at_once=True)

    assert [(one.at, one.looks, one.lags) for one in await series.list_since(NOW)] == [(NOW, 4, (1.5,))]


async def test_where_nothing_was_counted_nothing_is_written(tables):
    series = Series(tables, "worker-1")

    for minute in range(10):
        await series.keep(Tally(), NOW + minute * MINUTE, at_once=minute % 2 == 0)

    assert tables.calls == 0


async def test_a_clock_that_was_set_back_does_not_keep_a_worker_from_writing(tables):
    series = Series(tables, "worker-1")
    await series.keep(counted(1), NOW, at_once=True)

    await series.keep(counted(1), NOW - timedelta(hours=1))

    assert sum([one.looks for one in await series.list_since(NOW - KEPT)]) == 2


async def test_each_five_minutes_of_each_worker_are_a_row_and_go_after_a_day(account):
    first, second = Series(worker(account), "worker-1"), Series(worker(account), "worker-2")
    await first.keep(counted(1), NOW, at_once=True)
    await second.keep(counted(2), NOW, at_once=True)
    await first.keep(counted(4), NOW + SPAN, at_once=True)
    assert [one.looks for one in await second.list_since(NOW)] == [1, 2, 4]

    await second.keep(counted(8), NOW + KEPT + SPAN, at_once=True)

    assert [one.looks for one in await second.list_since(NOW)] == [4, 8]


async def test_what_a_failed_write_left_comes_with_the_next_of_its_five_minutes(account, tables):
    async def away(*_):
        raise failure(503, "ServerBusy")

    series = Series(tables, "worker-1")
    account.gate = away
    with pytest.raises(OutcomeUnknownError):
        await series.keep(counted(3), NOW, at_once=True)
    account.gate = None

    await series.keep(counted(1), NOW + MINUTE, at_once=True)

    assert [one.looks for one in await series.list_since(NOW)] == [4]


async def test_a_mailbox_that_works_costs_no_call_when_a_mail_was_taken(tables):
    boxes = Mailboxes(tables)
    assert await boxes.ask(SENDER, NOW) is None
    before = tables.calls

    assert await boxes.accepted(SENDER) is False

    assert tables.calls == before


async def test_the_first_mail_that_a_refused_mailbox_takes_is_news_whoever_was_refused(account):
    one, other = Mailboxes(worker(account)), Mailboxes(worker(account))
    until = await one.refused(SENDER, "status 403", NOW)
    assert await other.ask(SENDER, NOW + SECOND) == until

    assert await other.ask(SENDER, until) is None
    assert await other.accepted(SENDER) is True

    assert await other.accepted(SENDER) is False
    again = await one.refused(SENDER, "status 403", until + MINUTE)
    assert again - (until + MINUTE) == until - NOW, "it begins anew with the shortest pause"


async def test_a_recovery_that_is_under_way_serves_for_what_recovers_beside_it(tables):
    recoveries = Recoveries(tables)
    assert await recoveries.find_due(NOW) is None
    await recoveries.note(NOW)
    noted = sure(await recoveries.find_due(NOW))
    await recoveries.went_on(noted, "place-1")

    await recoveries.note(NOW + MINUTE)

    assert sure(await recoveries.find_due(NOW + MINUTE)).place == "place-1"


async def test_a_recovery_that_is_over_is_followed_by_the_next_but_not_at_once(tables):
    recoveries = Recoveries(tables)
    await recoveries.note(NOW)
    await recoveries.went_on(sure(await recoveries.find_due(NOW)), None)
    assert await recoveries.find_due(NOW) is None

    await recoveries.note(NOW + MINUTE)

    assert await recoveries.find_due(NOW + RECOVERIES_APART - SECOND) is None
    assert sure(await recoveries.find_due(NOW + RECOVERIES_APART)).place == ""
