"""The tables of a preview: what stands is read, and nothing is sent that writes."""

from local.in_process.tables import MemoryTables
from shared.store.row import Row
from tests.tables import tables_in


async def test_no_write_reaches_the_service_and_each_seems_to_succeed():
    sent = []
    account = MemoryTables()
    tables = tables_in(account, "w")
    stands = await tables.control.insert("plan", "a", "{}")

    async def gate(moment, table, operation):
        sent.append(operation)

    account.gate = gate
    table = tables.reading().control

    await table.insert("plan", "a", "other")
    await table.replace(stands, "other")
    await table.put("plan", "b", "other")
    await table.save(None, "plan", "b", "other")
    await table.add("plan", "b")
    await table.remove(stands)
    await table.discard("plan", "a")
    await table.commit(stands, "other", [], is_ours=lambda _: False)
    await table.commit(stands, "other", [("create", Row("plan", "b").entity())], is_ours=lambda _: False)

    assert sent == []
    assert await table.list_partition("plan") == await tables.control.list_partition("plan")
    assert [row.data for row in await table.list_partition("plan")] == ["{}"]
