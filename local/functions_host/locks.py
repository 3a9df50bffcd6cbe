"""
A timer's lock: of all hosts that share a storage account one fires it.

Source: https://github.com/Azure/azure-webjobs-sdk, SingletonListener, SingletonManager and
BlobLeaseDistributedLockManager
"""

import asyncio
import contextlib
import logging

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
    ServiceRequestError,
)
from azure.storage.blob.aio import BlobLeaseClient, ContainerClient

from local.functions_host.errors import HostEndedError
from local.functions_host.pace import Pace
from local.functions_host.storage import StorageWatch

log = logging.getLogger(__name__)


class TimerLock:
    """A lease on a blob."""

    def __init__(self, container: ContainerClient, name: str, *, pace: Pace, watch: StorageWatch) -> None:
        """
        Keep what it works with; container and blob are made when they are missing.

        Args:
            name: of the blob, the same on all hosts of the app.
        """
        self._container = container
        self._blob = container.get_blob_client(name)
        self._pace = pace
        self._watch = watch
        self._lease: BlobLeaseClient | None = None

    async def take(self, stopping: asyncio.Event) -> bool:
        """Wait until this host has the lock. False: it is stopping first."""
        while not stopping.is_set():
            if await self._try():
                return True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), self._pace.lock_look_seconds.total_seconds())
        return False

    async def keep(self) -> None:
        """
        Renew the lease until cancelled.

        Raises:
            HostEndedError: another host has it: this one slept for too long.
        """
        assert self._lease is not None  # noqa: S101 - kept is what was taken
        while True:
            await asyncio.sleep(self._pace.lock_renewal_seconds.total_seconds())
            try:
                await self._lease.renew()
            except ServiceRequestError as error:
                self._watch.failed(error)
            except HttpResponseError as error:
                if (error.status_code or 500) >= 500:
                    log.warning("lock %s can't be renewed: %s", self._blob.blob_name, error)
                    continue
                message = f"lock {self._blob.blob_name} was lost: {error.message}"
                raise HostEndedError(message) from error
            else:
                self._watch.answered()

    async def release(self) -> None:
        """Let another host have the lock."""
        if self._lease is not None:
            # Lost already, or out of reach: it ends by itself.
            with contextlib.suppress(AzureError):
                await self._lease.release()

    async def _try(self) -> bool:
        length = int(self._pace.lock_seconds.total_seconds())
        try:
            self._lease = await self._blob.acquire_lease(length)
        except ResourceNotFoundError:
            return await self._make_blob() and await self._try()
        except AzureError as error:
            self._watch.failed(error)
            return False
        self._watch.answered()
        return True

    async def _make_blob(self) -> bool:
        try:
            await self._make_container()
            await self._blob.upload_blob(b"", overwrite=True)
        except AzureError as error:
            # Another host has just made it, and has its lease.
            self._watch.failed(error)
            return False
        return True

    async def _make_container(self) -> None:
        with contextlib.suppress(ResourceExistsError):
            await self._container.create_container()


class NoLock:
    """Stands for the lock where the host has no storage."""

    async def take(self, stopping: asyncio.Event) -> bool:
        """Say that it has it."""
        return not stopping.is_set()

    async def keep(self) -> None:
        """Keep it until cancelled."""
        await asyncio.Event().wait()

    async def release(self) -> None:
        """Do nothing."""
