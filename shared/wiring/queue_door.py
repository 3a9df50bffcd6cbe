"""Open the queues, before and without the tables: a hint needs no more, and its sender waits."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.errors import Problem, SettingsError
from shared.store.queues import Queues

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

    from shared.settings import StorageSettings


@dataclass(frozen=True)
class QueueDoor:
    """The opened queues, and as whom."""

    queues: Queues
    credential: AsyncTokenCredential | None
    """The app's identity. None: storage is opened with a key."""
    opened: AsyncExitStack

    async def close(self) -> None:
        """Close the connections."""
        await self.opened.aclose()


def open_queues(settings: StorageSettings) -> QueueDoor:
    """
    Open the queues. Nothing is sent yet.

    Raises:
        SettingsError: the connection string or the address can't be used.
    """
    opened = AsyncExitStack()
    credential = None
    try:
        if settings.connection_string is not None:
            queues = Queues.from_connection_string(settings.connection_string.get_secret_value())
        else:
            credential = identity(settings.client_id)
            opened.push_async_callback(credential.close)
            queues = Queues.from_endpoint(str(settings.queue_url), credential)
    except ValueError as error:
        raise SettingsError([Problem("AzureWebJobsStorage", f"can't be used: {error}")]) from error
    opened.push_async_callback(queues.close)
    return QueueDoor(queues, credential, opened)


def identity(client_id: str | None) -> AsyncTokenCredential:
    """
    Return the app's identity: managed in Azure, the developer's own elsewhere.

    Args:
        client_id: of a user-assigned identity. None: the system-assigned one.
    """
    from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415 - half a second that a key does not need

    return DefaultAzureCredential(managed_identity_client_id=client_id)
