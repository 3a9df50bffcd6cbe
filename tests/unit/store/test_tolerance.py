"""
What is stored is read tolerantly: a newer release's field or word, and even rubbish, costs one row and is told.

Rows and messages are those that the first edition wrote (`first_edition.json`, recorded from its own tests).
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.in_process.tables import MemoryTables
from shared.models.base import Stored
from shared.models.evidence import Event, Head, chain
from shared.models.gate import Gate
from shared.models.link import Reservation
from shared.models.messages import AgendaEntry, DeadLetter
from shared.store.agenda import Agenda
from shared.store.creators import Creators
from shared.store.cursors import Cursor, Cursors
from shared.store.gates import Gates
from shared.store.hands import Hands
from shared.store.makings import Making, Makings
from shared.store.nodes import Nodes
from shared.store.origins import Origins
from shared.store.plans import PlanRow, Plans
from shared.store.row import unescape
from shared.store.slots import SlotRow, Slots
from shared.store.tables import NAMES, Tables
from shared.store.tasks import Claim, IndexRow, Tasks

FIRST = json.loads((Path(__file__).parent / "first_edition.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MODELS = {
    "bulk": AgendaEntry,
    "timer": AgendaEntry,
    "dead": DeadLetter,
    "bucket": Making,
    "cursor": Cursor,
    "gate": Gate,
    "plan": PlanRow,
    "slot": SlotRow,
    "claim": Claim,
    "index": IndexRow,
    "reservation": Reservation,
}
ROWS = [row for row in FIRST["rows"] if row["kind"] in MODELS]
IDS = [f"{row['kind']} {row['key'][:30]}" for row in ROWS]
RUBBISH = ["", "{", "null", "[]", '"text"', "7", "{}", '{"a": "\\ud800"}']


def account(*rows):
    """Give tables that hold these rows."""
    kept = MemoryTables()
    for row in rows:
        partitions = kept.tables.setdefault(row["table"], {})
        entity = {"PartitionKey": row["partition"], "RowKey": row["key"], "data": row["data"], "write": "w-1"}
        partitions.setdefault(row["partition"], {})[row["key"]] = kept.stamped(entity)
    return Tables({name: kept.client(name) for name in NAMES}, writer="test")


async def through_every_door(tables, row):
    """Read a row in all ways that there are; return what the doors said."""
    partition, key = row["partition"], unescape(row["key"])
    agenda, tasks, hands = Agenda(tables), Tasks(tables), Hands(tables, None, "worker")
    kind, _, parent = partition.partition("-")
    return [
        [plan async for plan in Plans(tables).list_all()],
        await Plans(tables).find(key),
        await Gates(tables).list_all(),
        await Gates(tables).find(key),
        await Gates(tables).find_closed(NOW),
        await Cursors(tables).find(key),
        await Makings(tables).find(kind, parent, key),
        await Creators(tables).list_all(),
        await Nodes(tables).find_origins(1),
        await Slots(tables, hands).take("opentext", size=1, owner="o", now=NOW),
        await tasks.read_plan(partition),
        await tasks.find_claim(partition),
        await agenda.due(NOW),
        await agenda.oldest(NOW),
        await agenda.census(NOW),
        await agenda.list_dead(),
        await Gates(tables).close(key, NOW + timedelta(hours=1), now=NOW),
    ]


def with_new_fields(value):
    """Return JSON as a newer release would write it: an unknown field in every object."""
    if isinstance(value, dict):
        return {**{name: with_new_fields(one) for name, one in value.items()}, "of_tomorrow": {"a": [1]}}
    return [with_new_fields(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_what_the_first_edition_wrote_is_read(row):
    assert MODELS[row["kind"]].model_validate_json(row["data"])


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_newer_releases_field_is_passed_over(row):
    model = MODELS[row["kind"]]

    newer = json.dumps(with_new_fields(json.loads(row["data"])))

    assert model.model_validate_json(newer) == model.model_validate_json(row["data"])


@pytest.mark.parametrize("row", ROWS, ids=IDS)
async def test_no_field_of_a_wrong_type_stops_a_door(row):
    """Each field in turn holds a word of tomorrow, a number, a list, nothing."""
    fields = json.loads(row["data"])
    for name in fields:
        for odd in ("a-word-of-tomorrow", -7, [[]], {"x": 1}, None, "9" * 40):
            broken = {**row, "data": json.dumps({**fields, name: odd})}
            await through_every_door(account(broken), row)


@pytest.mark.parametrize("rubbish", RUBBISH)
@pytest.mark.parametrize("row", ROWS, ids=IDS)
async def test_rubbish_in_a_row_is_told_and_stops_no_door(row, rubbish):
    tables = account({**row, "data": rubbish})

    await through_every_door(tables, row)

    told = tables.unread.take()
    assert {(one.partition, one.key) for one in told} == {(row["partition"], row["key"])}
    assert tables.unread.take() == ()


async def listed(kind, tables, row):
    """Count what a list shows."""
    if kind == "plan":
        return len([plan async for plan in Plans(tables).list_all()])
    if kind == "gate":
        return len(await Gates(tables).list_all())
    if kind == "index":
        return len((await Tasks(tables).read_plan(row["partition"])).tasks)
    return len(await (Agenda(tables).due(NOW) if kind == "timer" else Agenda(tables).list_dead()))


@pytest.mark.parametrize(("kind", "left"), [("plan", 1), ("gate", 1), ("index", 1), ("timer", 2), ("dead", 2)])
async def test_an_unreadable_row_costs_no_neighbour(kind, left):
    """Of timers and letters the key says enough: they are not even lost."""
    row = next(row for row in ROWS if row["kind"] == kind)
    neighbour = {**row, "key": row["key"] + "~"}

    assert await listed(kind, account(row, neighbour), row) == 2
    assert await listed(kind, account({**row, "data": "{"}, neighbour), row) == left


async def test_a_timer_that_cant_be_read_still_says_where_to_look():
    (row,) = [row for row in ROWS if row["kind"] == "timer"]

    (due,) = await Agenda(account({**row, "data": "{"})).due(NOW)

    at, origin, _ = row["key"].split("|")
    assert (due.entry.origin, due.entry.at.isoformat()[:19]) == (origin, at[:19])


@pytest.mark.parametrize("data", [rubbish for rubbish in RUBBISH if rubbish != "{}"])
async def test_a_lease_that_cant_be_read_is_taken_and_the_history_goes_on_where_it_ended(data):
    lease = {"table": "origins", "partition": "workspace-1", "key": "lease", "data": data}
    tables = account(lease)
    entries, head = chain("workspace-1", Head(), [Event(what="created")] * 3, NOW, salt=lambda: "s")
    for entry in entries:
        await tables.origins.insert("workspace-1", f"entry|{entry.sequence:012}", entry.line())

    held = await Origins(tables, Hands(tables, None, "worker")).take("workspace-1", NOW)

    assert held.head == head
    await held.commit(events=[Event(what="closed")], now=NOW)
    await held.release()


async def test_a_claim_that_cant_be_read_is_still_somebodys():
    (row,) = [row for row in ROWS if row["kind"] == "claim"]

    assert await Tasks(account({**row, "data": "{"})).find_claim(row["partition"]) is not None


async def test_an_announced_post_that_cant_be_read_still_stands():
    (row,) = [row for row in ROWS if row["kind"] == "reservation"]
    whole = (await Tasks(account(row)).read_plan(row["partition"])).reservations[0]

    (found,) = (await Tasks(account({**row, "data": "{"})).read_plan(row["partition"])).reservations

    assert (found.plan_id, found.origin, found.item) == (whole.plan_id, whole.origin, whole.item)


def stored_models(base=Stored):
    """Name every stored model there is."""
    return {one for sub in base.__subclasses__() for one in (sub, *stored_models(sub))}


def test_every_stored_model_passes_over_what_it_does_not_know():
    models = stored_models()

    assert set(MODELS.values()) <= models
    assert [model.__name__ for model in models if model.model_config.get("extra") != "ignore"] == []
