"""An Azurite that is reached as storage in Azure is: over HTTPS, with an identity's tokens, without any key."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from local.azurite import running
from local.azurite.identity import UnsignedCredential, make_certificate
from shared.store.queues import Queues
from shared.store.tables import Tables


@dataclass(frozen=True)
class Guarded:
    """Where it is, and what opens it."""

    table_url: str
    queue_url: str
    ca_file: str
    credential: UnsignedCredential

    @property
    def options(self):
        """What the SDKs' own clients take."""
        return {"credential": self.credential, "connection_verify": self.ca_file}

    def tables(self, prefix, credential=None):
        return Tables.from_endpoint(
            self.table_url, credential or self.credential, writer="test", prefix=prefix, ca_file=self.ca_file
        )

    def queues(self, prefix, credential=None):
        return Queues.from_endpoint(self.queue_url, credential or self.credential, prefix=prefix, ca_file=self.ca_file)


def now():
    return datetime.now(UTC)


@contextmanager
def guarded(folder):
    """Run one for the length of a block; its certificate lies in the folder."""
    certificate = make_certificate(folder, now())
    with running(certificate=certificate) as azurite:
        yield Guarded(
            table_url=azurite.endpoint("Table"),
            queue_url=azurite.endpoint("Queue"),
            ca_file=str(certificate.file),
            credential=UnsignedCredential(now),
        )
