"""The four tables of the bridge."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Self, cast

from azure.core.credentials_async import AsyncTokenCredential
from azure.data.tables.aio import TableServiceClient

from shared.store.reading_client import ReadingClient
from shared.store.table import Table, stamps
from shared.store.table_client import TableClient
from shared.store.time_outs import CONNECT_SECONDS, READ_SECONDS
from shared.store.unread import UnreadRows

NAMES = ("origins", "tasks", "agenda", "control")


class Tables:
    """
    The four tables of the bridge.

    Args:
        clients: by name: origins, tasks, agenda, control.
        writer: unique to this process, for the ids of its writes.
        close: called by `close`; None: the clients are somebody else's.
        unread: takes note of rows that can't be read. None: a new one.
    """

    def __init__(
        self,
        clients: Mapping[str, TableClient],
        *,
        writer: str,
        close: Callable[[], Awaitable[None]] | None = None,
        unread: UnreadRows | None = None,
    ) -> None:
        stamp = stamps(writer)
        self._clients = clients
        self.unread = unread if unread is not None else UnreadRows()
        self.origins, self.tasks, self.agenda, self.control = (
            Table(name, clients[name], stamp, self.unread) for name in NAMES
        )
        self._close = close

    @classmethod
    def from_connection_string(cls, connection_string: str, *, writer: str, prefix: str = "") -> Self:
        """Open the tables with a key, or on Azurite. `prefix` keeps several bridges in one account apart."""
        service = TableServiceClient.from_connection_string(
            connection_string, connection_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS
        )
        return cls._open(service, writer=writer, prefix=prefix)

    @classmethod
    def from_endpoint(
        cls, url: str, credential: AsyncTokenCredential, *, writer: str, prefix: str = "", ca_file: str | None = None
    ) -> Self:
        """
        Open the tables with an identity. The credential stays the caller's to close.

        Args:
            ca_file: authorities to trust, as PEM. None: the machine's own.
        """
        service = TableServiceClient(
            url,
            credential=credential,
            connection_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            connection_verify=ca_file or True,
        )
        return cls._open(service, writer=writer, prefix=prefix)

    @classmethod
    def _open(cls, service: TableServiceClient, *, writer: str, prefix: str) -> Self:
        clients = {name: cast("TableClient", service.get_table_client(prefix + name)) for name in NAMES}
        return cls(clients, writer=writer, close=service.close)

    def reading(self) -> "Tables":
        """Return the same tables for a preview: reads go through, no write is sent."""
        clients = {name: ReadingClient(client) for name, client in self._clients.items()}
        return Tables(clients, writer="preview", unread=self.unread)

    def find_named(self, name: str) -> Table | None:
        """Return the table of that name. None: there is no such table."""
        tables = (self.origins, self.tasks, self.agenda, self.control)
        return dict(zip(NAMES, tables, strict=True)).get(name)

    @property
    def calls(self) -> int:
        """Requests sent to all four tables."""
        return sum(table.calls for table in (self.origins, self.tasks, self.agenda, self.control))

    async def close(self) -> None:
        """Close the connections that were opened here."""
        if self._close is not None:
            await self._close()
