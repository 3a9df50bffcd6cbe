"""
What is stored is read tolerantly: a newer release's field or word, and even rubbish, costs one row and is told.

Rows and messages are those that the first edition wrote (`first_edition.json`, recorded from its own tests).
"""

import json
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, create_model

from local.in_process.tables import MemoryTables
from shared.intake.queued import read_origin_message, read_plan_message
from shared.models.base import Stored
from shared.models.evidence import Event, Head, chain
from shared.models.gate import Gate
from shared.models.lease_row import Lease
from shared.models.link import Link, LinkState, Reservation
from shared.models.making import Making
from shared.models.messages import AgendaEntry, DeadLetter
from shared.models.words import Word
from shared.store.agenda import Agenda
from shared.store.creators import Creators
from shared.store.cursors import Cursor, Cursors
from shared.store.gates import Gates
from shared.store.hands import Hands
from shared.store.makings import Makings
from shared.store.nodes import Nodes
from shared.store.origins import Origins
from shared.store.plans import PlanRow, Plans
from shared.store.row import unescape
from shared.store.slots import SlotRow, Slots
from shared.store.tasks import Claim, IndexRow, Tasks
from tests.integration.store_builders import NoQueues
from tests.narrowing import sure
from tests.tables import tables_in

FIRST = json.loads((Path(__file__).parent / "first_edition.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MODELS: dict[str, type[BaseModel]] = {
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
    "link": Link,
    "lease": Lease,
}
ROWS = [row for row in FIRST["rows"] if row["kind"] in MODELS]
IDS = [f"{row['kind']} {row['key'][:30]}" for row in ROWS]
ODD: list[Any] = ["a-word-of-tomorrow", -7, [[]], {"x": 1}, None, "9" * 40]
RUBBISH = ["", "{", "null", "[]", '"text"', "7", "{}", '{"a": "\\ud800"}']


def account(*rows):
    """Give tables that hold these rows."""
    kept = MemoryTables()
    for row in rows:
        partitions = kept.tables.setdefault(row["table"], {})
        entity = {"PartitionKey": row["partition"], "RowKey": row["key"], "data": row["data"], "write": "w-1"}
        partitions.setdefault(row["partition"], {})[row["key"]] = kept.stamped(entity)
    return tables_in(kept)


async def through_every_door(tables, row):
    """Read a row in all ways that there are; return what the doors said."""
    partition, key = row["partition"], unescape(row["key"])
    agenda, tasks, hands = Agenda(tables), Tasks(tables), Hands(tables, NoQueues(), "worker")
    kind, _, parent = partition.partition("-")
    return [
        [plan async for plan in Plans(tables).list_all()],
        await Plans(tables).find(key),
        await Origins(tables, hands).find_links(unescape(partition)),
        [link async for link in Origins(tables, hands).list_links()],
        [origin async for origin in Origins(tables, hands).list_origins()],
        await Gates(tables).list_all(),
        await Gates(tables).find(key, NOW),
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


OPEN, DATA = {"base", "announced", "attributes"}, {"asked", "got", "seen"}
"""Maps whose keys are data: a new key there is no new field. And what is data all through."""


def with_new_fields(value, name=""):
    """Return JSON as a newer release would write it: an unknown field in every object."""
    if name in DATA:
        return value
    if isinstance(value, dict):
        more = {} if name in OPEN else {"of_tomorrow": {"a": [1]}}
        return {**{key: with_new_fields(one, key) for key, one in value.items()}, **more}
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
        for odd in ODD:
            broken = {**row, "data": json.dumps({**fields, name: odd})}
            await through_every_door(account(broken), row)


@pytest.mark.parametrize("rubbish", RUBBISH)
@pytest.mark.parametrize("row", ROWS, ids=IDS)
async def test_rubbish_in_a_row_is_told_and_stops_no_door(row, rubbish):
    tables = account({**row, "data": rubbish})

    await through_every_door(tables, row)
    if row["kind"] == "lease":
        assert await Origins(tables, Hands(tables, NoQueues(), "worker")).take(row["partition"], NOW)

    told = tables.unread.take()
    if (row["kind"], rubbish) == ("lease", "{}"):
        return  # that is a lease that nobody holds
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

    held = sure(await Origins(tables, Hands(tables, NoQueues(), "worker")).take("workspace-1", NOW))

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


async def test_a_link_that_cant_be_read_stands_and_is_left_alone():
    """Without it the item would be made once more; written over, the newer release would lose its words."""
    row = next(row for row in ROWS if row["kind"] == "link")
    tables = account({**row, "data": "{"})
    origins = Origins(tables, Hands(tables, NoQueues(), "worker"))

    (link,) = (await origins.find_links(row["partition"])).values()

    assert (link.item, link.state) == (unescape(row["key"]).removeprefix("link|"), LinkState.UNKNOWN)
    held = sure(await origins.take(row["partition"], NOW))
    await held.commit(links=[link], now=NOW)
    assert (await tables.origins.find(row["partition"], row["key"])).data == "{"


@pytest.mark.parametrize("body", FIRST["messages"])
def test_a_message_of_the_first_edition_or_of_tomorrow_says_where_to_look(body):
    read = read_origin_message if "origin" in json.loads(body) else read_plan_message
    tomorrow = {**with_new_fields(json.loads(body)), "reason": "a-reason-of-tomorrow"}

    assert read(body) is not None
    assert read(json.dumps(tomorrow)) is not None


@pytest.mark.parametrize("body", [*RUBBISH, '{"origin": 7}', '{"origin": "folder-1"}', '{"plan": []}'])
def test_a_message_that_says_nothing_costs_itself_alone(body):
    assert read_origin_message(body) is None
    assert read_plan_message(body) is None


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_release_can_be_rolled_back_and_forward_again(row):
    """New writes, old reads and writes, new reads: what both know is what it was."""
    old = MODELS[row["kind"]]
    new = create_model(f"Newer{old.__name__}", __base__=old, of_tomorrow=(str, "not told"))
    written = new(**{**dict(old.model_validate_json(row["data"])), "of_tomorrow": "told"})

    rolled_back = old.model_validate_json(written.model_dump_json())
    again = new.model_validate_json(rolled_back.model_dump_json())

    assert again.model_dump()["of_tomorrow"] == "not told"
    assert rolled_back == old.model_validate_json(row["data"])
    assert dict(again) == {**dict(rolled_back), "of_tomorrow": "not told"}


def within(annotation, seen=()):
    """Name every model and enumeration that a field's type is made of."""
    for one in (annotation, *get_args(annotation)):
        if one is not annotation:
            yield from within(one, seen)
        elif isinstance(one, type) and issubclass(one, BaseModel) and one not in seen:
            yield one
            for field in one.model_fields.values():
                yield from within(field.annotation, (*seen, one))
        elif isinstance(one, type) and issubclass(one, Enum):
            yield one


@pytest.mark.parametrize("kind", MODELS)
def test_whatever_a_row_is_made_of_takes_new_fields_and_new_words(kind):
    parts = set(within(MODELS[kind]))
    strict = [one for one in parts if issubclass(one, BaseModel) and one.model_config.get("extra") != "ignore"]
    closed = [one for one in parts if issubclass(one, Enum) and not issubclass(one, Word)]

    assert (strict, closed) == ([], [])


def stored_models(base=Stored):
    """Name every stored model there is."""
    return {one for sub in base.__subclasses__() for one in (sub, *stored_models(sub))}


def test_every_stored_model_passes_over_what_it_does_not_know():
    models = stored_models()

    assert set(MODELS.values()) <= models
    assert [model.__name__ for model in models if model.model_config.get("extra") != "ignore"] == []
