"""Troubles: one reader for all doors, and what the sweep alone can see."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from local.in_process.tables import MemoryTables
from shared.errors import Problem
from shared.models.plan_row import PlanRow
from shared.models.troubles import Cause, Where
from shared.operations import troubles as operations
from shared.operations.troubles import StandingError, look_after, probe_troubles, read_troubles
from shared.store.brakes import Brakes
from shared.store.gates import Gates
from shared.store.plans import Plans
from shared.store.sign_in_gates import SignInGates
from shared.store.troubles import Troubles
from tests.tables import tables_in

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Poisoned:
    """Queues of which some hold messages."""

    def __init__(self):
        self.lengths = {}

    async def length(self, queue):
        return self.lengths.get(queue, 0)


@pytest.fixture
def storage():
    account = MemoryTables()
    tables = tables_in(account, "w")
    clock = SimpleNamespace(at=NOW)
    return SimpleNamespace(
        tables=tables,
        troubles=Troubles(tables),
        gates=Gates(tables),
        sign_in_gates=SignInGates(tables),
        plans=Plans(tables),
        brakes=Brakes(tables),
        queues=Poisoned(),
        clock=clock,
        now=lambda: clock.at,
    )


async def standing(storage):
    return [(one.where, one.subject, one.cause) for one in await read_troubles(storage)]


async def test_all_that_stands_in_the_way_is_read_in_one_place_the_oldest_first(storage):
    await storage.troubles.tell(Where.SYSTEM, "otds", Cause.UNAVAILABLE, "status 503", NOW - 2 * MINUTE)
    await storage.gates.close("graph", NOW + MINUTE, now=NOW - MINUTE, why="429")
    await storage.sign_in_gates.refused("service", NOW, "wrong password")
    await storage.plans.save(PlanRow(plan_id="p", next_read=NOW).left(Cause.GONE, "404", NOW - 3 * MINUTE), None)

    assert await standing(storage) == [
        (Where.PLAN, "p", Cause.GONE),
        (Where.SYSTEM, "otds", Cause.UNAVAILABLE),
        (Where.SYSTEM, "graph", Cause.THROTTLED),
        (Where.SYSTEM, "sign-in-service", Cause.SIGN_IN),
    ]


async def test_an_open_gate_and_a_plan_that_is_read_are_no_trouble(storage):
    await storage.gates.close("graph", NOW - MINUTE, now=NOW - 2 * MINUTE)
    await storage.plans.save(PlanRow(plan_id="p", next_read=NOW), None)

    assert await standing(storage) == []


async def test_what_no_function_could_read_is_told_by_the_sweep_and_gone_with_the_message(storage):
    storage.queues.lengths["plans-poison"] = 2
    await look_after(storage)
    (found,) = await read_troubles(storage)
    assert (found.subject, found.cause, found.text) == (
        "plans-poison",
        Cause.POISON,
        "2 messages wait in plans-poison",
    )

    storage.queues.lengths.clear()
    storage.clock.at += 2 * MINUTE
    assert await look_after(storage) == 0


async def test_an_exception_counts_as_over_after_an_hour_without_another(storage):
    await storage.troubles.tell(Where.SYSTEM, "write_back", Cause.FAILED, "KeyError: 'x'", NOW)
    storage.clock.at += timedelta(minutes=59)
    assert await look_after(storage) == 1

    storage.clock.at += timedelta(minutes=2)
    assert await look_after(storage) == 0
    assert await storage.troubles.list_all() == ()


async def test_the_sweep_shows_how_long_the_oldest_of_each_kind_has_stood(storage, monkeypatch):
    shown = []
    monkeypatch.setattr(operations, "show", lambda name, value, **of: shown.append((name, value, of)))
    for number, system in enumerate(("graph", "opentext")):
        await storage.troubles.tell(Where.SYSTEM, system, Cause.UNAVAILABLE, "no answer", NOW - number * MINUTE)

    await look_after(storage)

    assert shown == [("troubles", 60.0, {"where": "system", "cause": "unavailable"})]


async def test_readiness_names_the_troubles_of_systems_that_need_a_person(storage):
    """A pause, and a plan that is gone, stop no system; a refused sign-in does."""
    await storage.gates.close("graph", NOW + MINUTE, now=NOW)
    await storage.plans.save(PlanRow(plan_id="p", next_read=NOW).left(Cause.GONE, "404", NOW), None)
    await probe_troubles(storage)

    await storage.sign_in_gates.refused("performer-7", NOW, "exchange denied")
    with pytest.raises(StandingError, match=r"sign-in-performer-7: It refuses the bridge's sign-in\. exchange denied"):
        await probe_troubles(storage)


async def test_each_setting_that_is_wrong_stands_by_its_name_until_it_is_mended(storage):
    problem = Problem("GRAPH_CLIENT_STATE", "is a Key Vault reference that did not resolve")
    await look_after(storage, [problem])
    storage.clock.at += 10 * MINUTE
    await look_after(storage, [problem])

    (told,) = await read_troubles(storage)
    assert (told.subject, told.cause, told.since) == ("setting GRAPH_CLIENT_STATE", Cause.SETTINGS, NOW)
    await look_after(storage)
    assert await standing(storage) == []


async def test_a_rule_whose_endings_are_held_is_a_trouble_until_it_is_released(storage):
    async def count_open():
        return 0

    await storage.brakes.take("rule", 40, limit=25, now=NOW, count_open=count_open)

    assert await standing(storage) == [(Where.RULE, "rule", Cause.BRAKE)]
    await storage.brakes.release("rule", NOW)
    assert await standing(storage) == []


async def test_what_no_origin_speaks_for_any_more_is_over(storage):
    await storage.troubles.tell_of(Where.RULE, "rule", Cause.NOT_KNOWN, "x", NOW, example="workspace-1", since=NOW)
    storage.clock.at += 79 * MINUTE
    assert await standing(storage) == [(Where.RULE, "rule", Cause.NOT_KNOWN)]
    storage.clock.at += 2 * MINUTE
    assert await standing(storage) == []
