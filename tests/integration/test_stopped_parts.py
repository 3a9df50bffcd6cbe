"""A system whose parts are stopped on purpose: storage comes back with its data, a host that ended is replaced."""

import asyncio
import os
import signal

import httpx
import pytest
from azure.data.tables import TableServiceClient

from local.local_system import ROOT, running

LONG = 60
ROW = {"PartitionKey": "a", "RowKey": "b", "kept": 1}


async def healthy(system):
    try:
        return (await system.http.get(f"{system.app_url}/api/health")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


async def test_storage_comes_back_with_its_data_and_a_host_that_ended_is_replaced():
    async with running(ROOT / "mapping.yaml", lasting=True) as system:
        with TableServiceClient.from_connection_string(system.storage) as tables:
            tables.create_table("kept").create_entity(ROW)
            system.machine.stop_storage()
            stopped = system.machine.has_storage
            system.machine.start_storage()
            row = tables.get_table_client("kept").get_entity("a", "b")
        host = system.machine.host
        assert host is not None
        first = host._process
        assert first is not None
        os.killpg(first.pid, signal.SIGKILL)
        async with asyncio.timeout(LONG):
            while host._process is first or not await healthy(system):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)

    assert (stopped, dict(row)) == (False, ROW)
    assert host._process is not None
    assert host._process.returncode == 0, "the second one ended as it was told"


async def test_what_would_be_lost_with_storage_is_not_given_away():
    async with running(ROOT / "mapping.yaml", hosted=False) as system:
        with pytest.raises(RuntimeError, match="it would lose everything"):
            system.machine.stop_storage()
        assert system.machine.has_storage
