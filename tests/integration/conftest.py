"""One Azurite for the session. Tests fail, and are not skipped, when it can't start."""

import itertools
from collections import Counter
from datetime import UTC, datetime

import pytest
from rich.console import Console

from local import azurite as emulator
from local.demo.narrator import Teller
from local.demo.observe import links
from local.demo.stories import contracts
from local.in_process.tables import MemoryTables
from local.local_system import ROOT, running
from shared.store.tables import Tables
from tests.integration.guarded import guarded
from tests.integration.store_builders import close_hands
from tests.tables import tables_in

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def azurite():
    """Run Azurite in memory on free ports; `azurite.connection_string` is what the clients take."""
    with emulator.running() as started:
        yield started


@pytest.fixture(scope="session")
def storage(azurite):
    """Give the connection string of the session's Azurite."""
    return azurite.connection_string


@pytest.fixture(scope="session")
def identity(tmp_path_factory):
    """Run a second Azurite that takes an identity's tokens over HTTPS."""
    with guarded(tmp_path_factory.mktemp("identity")) as started:
        yield started


# For one file, and not to the end: the timers of a host that nobody asks any more keep a core busy all the same.
@pytest.fixture(scope="module")
async def system():
    """Run everything, as the demo does, under the shipped mapping."""
    async with running(ROOT / "mapping.yaml") as started:
        yield started


@pytest.fixture(scope="module")
async def played(system):
    """Play the demo's story once; give the states of the links that it left, however many stood before."""
    before = await _states(system)
    await contracts.play(system, Teller(Console(quiet=True), lambda: datetime.now(UTC)))
    return await _states(system) - before


async def _states(system):
    return Counter(link.state for found in (await links(system)).values() for link in found.values())


@pytest.fixture(scope="module")
async def unhosted():
    """Run everything but the function app: the tests are the workers."""
    async with running(ROOT / "mapping.yaml", hosted=False) as started:
        yield started


@pytest.fixture
def memory():
    """Give an account of the table double; its `gate` breaks what a test wants broken."""
    return MemoryTables()


@pytest.fixture(params=["double", "azurite", "identity"])
async def tables(request, memory):
    """Give the four tables, none of them made yet: on the double, then on Azurite by key, then by identity."""
    prefix = f"store{next(_NUMBERS)}"
    if request.param == "double":
        yield tables_in(memory)
        return
    if request.param == "identity":
        opened = request.getfixturevalue("identity").tables(prefix)
    else:
        opened = Tables.from_connection_string(request.getfixturevalue("storage"), writer="test", prefix=prefix)
    yield opened
    close_hands()
    await opened.close()
