"""What a local system runs on, for whoever stops parts of it on purpose."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from local import azurite
from local.app_host import AppHost
from local.azurite import Azurite


@dataclass
class Machine:
    """Storage and host of one system."""

    storage: Azurite
    data: Path | None
    """Where storage keeps what it is given; None: in memory, so that stopping it loses all."""
    host: AppHost | None
    """None: the function app was left out, and whoever asks runs it."""

    @property
    def has_storage(self) -> bool:
        """Whether storage runs."""
        return self.storage.process.poll() is None

    def stop_storage(self) -> None:
        """
        Stop Azurite: connections are refused from here on. Harmless when it is stopped.

        Raises:
            RuntimeError: it would lose everything.
        """
        if self.data is None:
            message = "this system keeps its data in memory: with its storage it would lose everything"
            raise RuntimeError(message)
        self.storage.stop()

    def start_storage(self) -> None:
        """
        Start Azurite again, with its data, where it was. Harmless when it runs.

        Raises:
            RuntimeError: it did not start.
        """
        if not self.has_storage:
            self.storage = azurite.start(self.data, ports=_ports(self.storage))

    def end(self) -> None:
        """Stop what runs of storage, for good. Harmless when nothing does."""
        self.storage.stop()


def _ports(storage: Azurite) -> tuple[int, ...]:
    return tuple(urlsplit(storage.urls[service]).port or 0 for service in azurite.SERVICES)
