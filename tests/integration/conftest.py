"""One Azurite for the session. Tests fail, and are not skipped, when it can't start."""

import itertools

import pytest

from local.azurite import running
from local.tables import MemoryTables
from shared.store.tables import NAMES, Tables

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def azurite():
    """Run Azurite in memory on free ports; `azurite.connection_string` is what the clients take."""
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def storage(azurite):
    """Give the connection string of the session's Azurite."""
    return azurite.connection_string


@pytest.fixture
def memory():
    """Give an account of the table double; its `gate` breaks what a test wants broken."""
    return MemoryTables()


@pytest.fixture(params=["double", "azurite"])
async def tables(request, memory):
    """Give the four tables, none of them made yet: on the double, then on Azurite."""
    if request.param == "double":
        yield Tables({name: memory.client(name) for name in NAMES}, writer="test")
        return
    storage = request.getfixturevalue("storage")
    opened = Tables.from_connection_string(storage, writer="test", prefix=f"store{next(_NUMBERS)}")
    yield opened
    await opened.close()
