"""Gates: how long a system is left alone, and how often a refused sign-in is tried by all workers together."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from local.in_process.tables import MemoryTables
from shared.errors import ThrottledError
from shared.store.gates import Gates
from shared.store.sign_in_gates import SignInGates
from shared.timing import SIGN_IN_SOON
from tests.tables import tables_in

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY, WINDOW = 5, timedelta(minutes=15)
"""What a usual directory locks an account for."""


def tables(account=None, worker="w"):
    kept = account or MemoryTables()
    return tables_in(kept, worker)


def asked(system, pause):
    return ThrottledError("429", system=system, retry_after=pause)


@pytest.mark.parametrize(
    ("pause", "closed"),
    [
        pytest.param(timedelta(seconds=90), timedelta(seconds=90), id="a while"),
        pytest.param(timedelta(days=30), timedelta(seconds=1800), id="30 days"),
        pytest.param(timedelta.max, timedelta(seconds=1800), id="for ever"),
        pytest.param(timedelta(seconds=-5), timedelta(), id="in the past"),
        pytest.param(None, MINUTE, id="not told"),
    ],
)
async def test_a_system_is_believed_no_longer_pause_than_the_longest(pause, closed):
    assert await Gates(tables()).close_for(asked("graph", pause), NOW) == NOW + closed


async def test_a_gate_closes_only_what_needs_its_system():
    gates = Gates(tables())
    await gates.close("mail", NOW + MINUTE, now=NOW)
    await gates.close("sign-in-performer-7", NOW + MINUTE, now=NOW)

    assert await gates.find_closed(NOW) is None
    assert await gates.find_closed(NOW, {"mail"}) == NOW + MINUTE


async def test_of_several_closed_gates_the_one_that_opens_last_is_waited_for():
    gates = Gates(tables())
    for system, minutes in (("graph", 3), ("opentext", 9), ("sign-in-service", 5)):
        await gates.close(system, NOW + minutes * MINUTE, now=NOW)

    assert await gates.find_closed(NOW) == NOW + 9 * MINUTE


@pytest.mark.parametrize("system", ["graph", "opentext", "sign-in-service"])
async def test_a_look_needs_both_systems_and_the_sign_in(system):
    gates = Gates(tables())
    await gates.close(system, NOW + MINUTE, now=NOW)

    assert await gates.find_closed(NOW) == NOW + MINUTE


async def test_a_gate_knows_since_when_and_why_and_an_operator_opens_it():
    gates = Gates(tables())
    await gates.close("graph", NOW + MINUTE, now=NOW, why="429")
    await gates.close("graph", NOW + 2 * MINUTE, now=NOW + MINUTE / 2, why="429 again")

    gate = (await gates.list_all())["graph"]
    assert (gate.since, gate.until, gate.why) == (NOW, NOW + 2 * MINUTE, "429 again")
    await gates.open("graph")
    assert await gates.find_closed(NOW) is None


async def worker(account, number, clock, tried, until):
    """One instance that wants to sign in all the time, and is refused whenever it may try."""
    gates = SignInGates(tables(account, f"w{number}"))
    while clock[0] < until:
        if await gates.ask("service", clock[0]) is None:
            tried.append(clock[0])
            await asyncio.sleep(0)
            await gates.refused("service", clock[0], "wrong password")
        await asyncio.sleep(0)
        clock[0] += timedelta(seconds=7)


async def test_all_instances_together_never_meet_a_usual_lock_out_policy():
    """Forty instances, a password that is wrong for half a day: below five tries in any fifteen minutes."""
    account, clock = MemoryTables(), [NOW]
    tried: list[datetime] = []

    await asyncio.gather(*(worker(account, number, clock, tried, NOW + timedelta(hours=12)) for number in range(40)))

    assert 4 <= len(tried) <= 20
    assert [at for at in tried if sum(at <= other < at + WINDOW for other in tried) >= POLICY] == []


async def test_who_is_let_in_is_asked_nothing_more():
    gates = SignInGates(tables())
    for _ in range(20):
        assert await gates.ask("service", NOW) is None
        await gates.accepted("service")


async def test_instances_that_start_together_sign_in_one_after_the_other():
    gates = SignInGates(tables())
    for _ in range(4):
        assert await gates.ask("service", NOW) is None

    assert await gates.ask("service", NOW) == NOW + SIGN_IN_SOON
    await gates.unanswered("service", NOW)
    assert await gates.ask("service", NOW) is None
    await gates.accepted("service")
    assert await gates.ask("service", NOW) is None


async def test_identities_have_gates_of_their_own():
    gates = SignInGates(tables())
    await gates.refused("performer-7", NOW, "exchange denied")

    assert await gates.ask("service", NOW) is None
    assert await gates.ask("performer-7", NOW) == NOW + timedelta(minutes=5)


async def test_an_operator_opens_the_gate_of_a_sign_in():
    kept = tables()
    await SignInGates(kept).refused("service", NOW, "wrong")
    assert await Gates(kept).find_closed(NOW) is not None

    await Gates(kept).open("sign-in-service")

    assert await SignInGates(kept).ask("service", NOW) is None
