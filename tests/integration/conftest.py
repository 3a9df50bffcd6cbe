"""One Azurite for the session. Tests fail, and are not skipped, when it can't start."""

import pytest

from local.azurite import running


@pytest.fixture(scope="session")
def azurite():
    """Run Azurite in memory on free ports; `azurite.connection_string` is what the clients take."""
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def storage(azurite):
    """Give the connection string of the session's Azurite."""
    return azurite.connection_string
