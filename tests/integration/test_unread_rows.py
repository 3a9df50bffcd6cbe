"""A stored row that can't be read is told while it stands so, and no longer: mended, read by its release, or gone."""

from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import Inside
from shared.intake.expected_failures import run_storage_timer
from shared.models.holds import HoldCause
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.models.troubles import Cause
from shared.operations.status import read_status
from shared.operations.troubles import look_after
from tests.repository import ROOT

ORIGIN = "workspace-10011"


class Case:
    """A contract with its tasks, and rows that somebody breaks."""

    def __init__(self):
        self.inside = Inside(ROOT / "mapping.yaml")
        self.services = self.inside.services()
        self.control, self.origins = self.services.tables.control, self.services.tables.origins

    async def look(self):
        self.inside.origins.messages.append(OriginMessage(origin=ORIGIN).model_dump_json())
        await self.inside.drain()

    async def break_row(self, table, partition, start=""):
        """Write what no release wrote into the first row of a partition; return the row as it was."""
        rows = [row for row in await table.list_partition(partition) if row.key.startswith(start)]
        await table.replace(rows[0], '{"state": 7}')
        return rows[0]

    async def sweep(self, by=timedelta(minutes=1)):
        self.inside.at += by
        await run_storage_timer(look_after, self.inside)

    async def told(self):
        status = await read_status(self.services, with_links=True)
        return [one.subject for one in status.troubles if one.cause is Cause.UNREADABLE_ROW]


@pytest.fixture
async def case():
    one = Case()
    workspace = create_contract(one.inside.world, "Supply", one.inside.at + timedelta(days=400))
    assert f"workspace-{workspace}" == ORIGIN
    await one.look()
    return one


async def test_a_link_that_can_not_be_read_is_told_in_the_status_and_stops_no_neighbour(case):
    broken = await case.break_row(case.origins, ORIGIN, "link|")

    told = await case.told()

    assert told == [f"origins/{ORIGIN}/{broken.key}"]
    await case.look()
    links = await case.services.origins.find_links(ORIGIN)
    assert [link.state for link in links.values()].count(LinkState.OPEN) == len(links) - 1
    assert not [link for link in links.values() if link.hold is HoldCause.ITEM_FAILED]


async def test_it_stands_as_long_as_it_can_not_be_read_though_nobody_meets_it(case):
    broken = await case.break_row(case.origins, ORIGIN, "link|")
    await case.look()

    for _ in range(5):
        await case.sweep(timedelta(hours=1))

    assert await case.told() == [f"origins/{ORIGIN}/{broken.key}"]


@pytest.mark.parametrize("how", ["mended", "deleted"])
async def test_it_is_over_once_the_row_can_be_read_or_is_gone(case, how):
    broken = await case.break_row(case.origins, ORIGIN, "link|")
    await case.look()
    assert await case.told()

    if how == "mended":
        await case.origins.put(ORIGIN, broken.key, broken.data)
    else:
        await case.origins.discard(ORIGIN, broken.key)
    case.inside.restart("worker after it")
    case.services = case.inside.services()
    await case.sweep()

    assert await case.told() == []


async def test_rows_of_every_table_are_looked_at_again(case):
    broken = [
        await case.break_row(case.control, "plan"),
        await case.break_row(case.services.tables.agenda, (await _first_partition(case)), ""),
    ]
    tables = {"control": case.control, "agenda": case.services.tables.agenda}
    case.inside.at += timedelta(days=8)
    await case.inside.pass_time(timedelta(minutes=1), times=2)
    told = await case.told()
    assert len(told) == 2

    for name, row in zip(tables, broken, strict=True):
        await tables[name].put(row.partition, row.key, row.data)
    await case.sweep()

    assert await case.told() == []


async def _first_partition(case):
    rows = await case.services.tables.agenda.list_rows("PartitionKey ge @from", **{"from": "0"})
    return rows[0].partition
