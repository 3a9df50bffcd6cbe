"""
What the store relies on in Table storage: one suite, held by the double of the simulation and by Azurite alike.

Left out on purpose: merges, filters and types that the store does not use; sizes, which the emulator does not check.
"""

import itertools
from datetime import timedelta

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.data.tables import TableTransactionError, UpdateMode
from azure.data.tables.aio import TableServiceClient

from local.in_process.tables import MemoryTables

NUMBERS = itertools.count(1)
ALL = "PartitionKey eq @partition"
RANGE = "PartitionKey eq @partition and RowKey ge @low and RowKey lt @high"


@pytest.fixture(params=["double", "azurite", "identity"])
async def missing(request):
    """A client of a table that is not there."""
    name = f"contract{next(NUMBERS)}"
    if request.param == "double":
        yield MemoryTables().client(name)
        return
    async with service_of(request) as service:
        yield service.get_table_client(name)


def service_of(request):
    if request.param == "identity":
        identity = request.getfixturevalue("identity")
        return TableServiceClient(identity.table_url, **identity.options)
    return TableServiceClient.from_connection_string(request.getfixturevalue("storage"))


@pytest.fixture
async def table(missing):
    """A client of a table that is there."""
    await missing.create_table()
    return missing


def row(key, data="", partition="p"):
    return {"PartitionKey": partition, "RowKey": key, "data": data, "write": "w"}


def if_unchanged(etag):
    return {"etag": etag, "match_condition": MatchConditions.IfNotModified}


def update(entity, etag):
    return ("update", entity, {"mode": UpdateMode.REPLACE, **if_unchanged(etag)})


def told(caught):
    """The status, and the code as text; "" when the error carries none."""
    code = getattr(caught.value, "error_code", None) or ""
    return caught.value.status_code, str(getattr(code, "value", code))


async def listed(table, query=ALL, per_page=1000, **parameters):
    pages = table.query_entities(query, parameters={"partition": "p", **parameters}, results_per_page=per_page)
    return [[entity["RowKey"] async for entity in page] async for page in pages.by_page()]


async def test_a_table_is_made_once(table):
    with pytest.raises(ResourceExistsError) as caught:
        await table.create_table(retry_total=0)

    assert told(caught) == (409, "TableAlreadyExists")


async def test_a_missing_table_is_told_from_a_missing_row(missing):
    """An insert alone is refused without a code: only there a bare 404 means the table."""
    calls = {
        "get": missing.get_entity("p", "k"),
        "update": missing.update_entity(row("k"), UpdateMode.REPLACE, **if_unchanged('W/"x"')),
        "upsert": missing.upsert_entity(row("k"), UpdateMode.REPLACE),
        "query": listed(missing),
        "transaction": missing.submit_transaction([("create", row("k"))]),
    }
    codes = {}
    for name, call in calls.items():
        with pytest.raises(HttpResponseError) as caught:
            await call
        codes[name] = told(caught)
    with pytest.raises(ResourceNotFoundError) as refused:
        await missing.create_entity(row("k"), retry_total=0)

    assert set(codes.values()) == {(404, "TableNotFound")}
    assert told(refused) == (404, "")


async def test_deleting_from_a_missing_table_is_no_error(missing):
    assert await missing.delete_entity("p", "k") is None


async def test_a_row_comes_back_as_it_was_written(table):
    written = await table.create_entity(row("k", "d\u00e4ta \U0001f600 'quoted'"))

    found = await table.get_entity("p", "k")

    assert dict(found) == row("k", "d\u00e4ta \U0001f600 'quoted'")
    assert found.metadata["etag"] == written["etag"]


async def test_a_missing_row_is_said_to_be_missing(table):
    with pytest.raises(ResourceNotFoundError) as caught:
        await table.get_entity("p", "k")

    assert told(caught) == (404, "ResourceNotFound")


async def test_only_one_insert_wins(table):
    await table.create_entity(row("k", "first"))

    with pytest.raises(ResourceExistsError) as caught:
        await table.create_entity(row("k", "second"), retry_total=0)

    assert told(caught) == (409, "")
    assert (await table.get_entity("p", "k"))["data"] == "first"


async def test_each_write_changes_the_etag_even_with_the_same_content(table):
    first = await table.create_entity(row("k"))
    second = await table.upsert_entity(row("k"), UpdateMode.REPLACE)
    third = await table.update_entity(row("k"), UpdateMode.REPLACE, **if_unchanged(second["etag"]))

    assert len({first["etag"], second["etag"], third["etag"]}) == 3
    assert (await table.get_entity("p", "k")).metadata["etag"] == third["etag"]


async def test_an_update_with_an_old_etag_is_refused(table):
    first = await table.create_entity(row("k"))
    await table.upsert_entity(row("k", "newer"), UpdateMode.REPLACE)

    with pytest.raises(ResourceModifiedError) as caught:
        await table.update_entity(row("k", "lost"), UpdateMode.REPLACE, retry_total=0, **if_unchanged(first["etag"]))

    assert told(caught) == (412, "UpdateConditionNotSatisfied")
    assert (await table.get_entity("p", "k"))["data"] == "newer"


async def test_an_update_of_a_missing_row_is_not_an_insert(table):
    with pytest.raises(ResourceNotFoundError) as caught:
        await table.update_entity(row("k"), UpdateMode.REPLACE, retry_total=0, **if_unchanged('W/"x"'))

    assert told(caught) == (404, "ResourceNotFound")


async def test_a_replacement_leaves_nothing_of_the_old_row(table):
    await table.create_entity({**row("k"), "more": "old"})
    await table.upsert_entity(row("k"), UpdateMode.REPLACE)

    assert "more" not in await table.get_entity("p", "k")


async def test_a_delete_with_an_old_etag_is_refused(table):
    first = await table.create_entity(row("k"))
    await table.upsert_entity(row("k"), UpdateMode.REPLACE)

    with pytest.raises(ResourceModifiedError) as caught:
        await table.delete_entity("p", "k", retry_total=0, **if_unchanged(first["etag"]))

    assert told(caught) == (412, "UpdateConditionNotSatisfied")


async def test_a_delete_with_the_current_etag_or_with_none_deletes(table):
    first = await table.create_entity(row("a"))
    await table.create_entity(row("b"))
    await table.delete_entity("p", "a", **if_unchanged(first["etag"]))
    await table.delete_entity("p", "b")

    assert await listed(table) == [[]]


async def test_deleting_a_missing_row_is_no_error(table):
    assert await table.delete_entity("p", "k", **if_unchanged('W/"x"')) is None
    assert await table.delete_entity("p", "k") is None


@pytest.mark.parametrize(
    "key", ["link|contract-package|legal-review", "~reserved|a|b", "it's", "a=2Fb", "2026:00.1Z|x", "ä"]
)
async def test_keys_may_hold_what_ours_hold(table, key):
    written = await table.create_entity(row(key))
    await table.update_entity(row(key, "x"), UpdateMode.REPLACE, **if_unchanged(written["etag"]))

    assert (await table.get_entity("p", key))["data"] == "x"
    assert await listed(table, "PartitionKey eq @partition and RowKey eq @key", key=key) == [[key]]


async def test_keys_tell_upper_from_lower_case(table):
    await table.create_entity(row("Ab"))
    await table.create_entity(row("aB"))

    assert await listed(table) == [["Ab", "aB"]]


async def test_a_range_comes_in_the_order_of_its_keys(table):
    """Upper bounds: "}" follows "|", so `link}` ends `link|...`."""
    for key in ("link|b", "lease", "~reserved|x", "entry|2", "link|a", "entry|1"):
        await table.create_entity(row(key))
    await table.create_entity(row("link|c", partition="q"))

    assert await listed(table, RANGE, low="lease", high="link}") == [["lease", "link|a", "link|b"]]
    assert await listed(table, RANGE, low="entry|", high="entry}") == [["entry|1", "entry|2"]]


async def test_a_range_over_partitions_comes_in_their_order(table):
    for partition in ("2026-11-23T15", "2026-11-23T09", "bulk-2026-11-23T01", "dead"):
        await table.create_entity(row(partition + ":30|x", partition=partition))
    query = "PartitionKey ge @first and PartitionKey le @last and RowKey lt @after"

    found = await listed(table, query, first="0", last="2026-11-23T15", after="2026-11-23T15:45}")

    assert found == [["2026-11-23T09:30|x", "2026-11-23T15:30|x"]]


async def test_long_answers_come_in_pages(table):
    for key in "abcde":
        await table.create_entity(row(key))

    assert await listed(table, per_page=2) == [["a", "b"], ["c", "d"], ["e"]]


async def test_only_the_properties_asked_for_come_back(table):
    await table.create_entity(row("k", "long"))
    pages = table.query_entities(ALL, parameters={"partition": "p"}, select=("PartitionKey", "RowKey"))

    found = [dict(entity) async for page in pages.by_page() async for entity in page]

    assert found == [{"PartitionKey": "p", "RowKey": "k"}]


async def test_a_transaction_does_everything_and_tells_the_etags(table):
    lease = await table.create_entity(row("lease"))
    await table.create_entity(row("old"))

    answers = await table.submit_transaction(
        [
            update(row("lease", "mine"), lease["etag"]),
            ("create", row("entry|1")),
            ("upsert", row("link|a"), {"mode": UpdateMode.REPLACE}),
            ("delete", {"PartitionKey": "p", "RowKey": "old"}),
        ]
    )

    assert await listed(table) == [["entry|1", "lease", "link|a"]]
    assert (await table.get_entity("p", "lease")).metadata["etag"] == answers[0]["etag"]
    assert (await table.get_entity("p", "link|a")).metadata["etag"] == answers[2]["etag"]


async def test_a_transaction_with_an_old_lease_does_nothing(table):
    lease = await table.create_entity(row("lease"))
    await table.upsert_entity(row("lease", "theirs"), UpdateMode.REPLACE)

    with pytest.raises(TableTransactionError) as caught:
        await table.submit_transaction([update(row("lease"), lease["etag"]), ("create", row("entry|1"))], retry_total=0)

    assert told(caught) == (412, "UpdateConditionNotSatisfied")
    assert caught.value.index == 0
    assert await listed(table) == [["lease"]]


@pytest.mark.parametrize(
    ("operation", "status", "code"),
    [
        pytest.param(("create", row("there")), 409, "EntityAlreadyExists", id="insert-twice"),
        pytest.param(("delete", {"PartitionKey": "p", "RowKey": "gone"}), 404, "ResourceNotFound", id="delete-missing"),
        pytest.param(
            ("upsert", row("first"), {"mode": UpdateMode.REPLACE}), 400, "InvalidDuplicateRow", id="one-row-twice"
        ),
    ],
)
async def test_a_transaction_that_fails_half_way_does_nothing(table, operation, status, code):
    await table.create_entity(row("there"))

    with pytest.raises(TableTransactionError) as caught:
        await table.submit_transaction([("create", row("first")), operation], retry_total=0)

    assert told(caught) == (status, code)
    assert await listed(table) == [["there"]]


async def test_a_transaction_keeps_to_one_partition(table):
    with pytest.raises(ValueError, match="Partition"):
        await table.submit_transaction([("create", row("a")), ("create", row("b", partition="q"))])


async def test_ninety_operations_fit(table):
    answers = await table.submit_transaction([("create", row(f"{number:03}")) for number in range(90)])

    assert len(answers) == 90


async def test_rows_are_found_by_the_services_time_of_their_last_write(table):
    await table.create_entity(row("a"))
    pages = table.query_entities(ALL, parameters={"partition": "p"}).by_page()
    (written,) = [entity.metadata["timestamp"] async for page in pages async for entity in page]
    query = f"{ALL} and Timestamp ge @at"

    assert await listed(table, query, at=written) == [["a"]]
    assert await listed(table, query, at=written + timedelta(hours=1)) in ([], [[]])
