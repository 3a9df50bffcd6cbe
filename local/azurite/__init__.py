"""
Azurite, Microsoft's storage emulator: installed, started and stopped.

Source: https://learn.microsoft.com/azure/storage/common/storage-use-azurite
"""

import ctypes
import itertools
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local.azurite.identity import Certificate
from local.azurite.installing import install

ACCOUNT = "devstoreaccount1"
# The emulator's own account and key, published by Microsoft: no secret.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
SERVICES = ("Blob", "Queue", "Table")
FREE_PORTS = (0, 0, 0)
USUAL_PORTS = (10000, 10001, 10002)
"""Of blobs, queues and tables: what `UseDevelopmentStorage=true` means."""
_LISTENING = re.compile(r"Azurite (\w+) service is successfully listening at (\S+)")
_START_SECONDS = 60
_STOP_SECONDS = 10


@dataclass(frozen=True)
class Azurite:
    """A running Azurite."""

    process: subprocess.Popen[str]
    urls: dict[str, str]
    """By service (Blob, Queue, Table): without the account."""
    drain: threading.Thread

    @property
    def connection_string(self) -> str:
        """What `AzureWebJobsStorage` takes. Of an Azurite without a certificate."""
        ends = "".join(f"{name}Endpoint={self.urls[name]}/{ACCOUNT};" for name in SERVICES)
        return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};{ends}"

    def endpoint(self, service: str) -> str:
        """Name the address of Blob, Queue or Table, as the SDKs take it beside a credential."""
        return f"{self.urls[service]}/{ACCOUNT}"

    def stop(self) -> None:
        """End the process and wait for it. Harmless when it has ended already."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.drain.join(_STOP_SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()


def start(
    location: Path | None = None, *, ports: Sequence[int] = FREE_PORTS, certificate: Certificate | None = None
) -> Azurite:
    """
    Start Azurite and wait until all three services listen.

    Call it from the main thread: on Linux the process ends with the thread that started it.

    Args:
        location: folder that keeps the data. None: kept in memory, gone at the end.
        ports: of blobs, queues and tables; 0 takes a free one.
        certificate: serve HTTPS and take tokens too. None: HTTP, and keys alone.

    Raises:
        RuntimeError: it could not be installed, or did not start within a minute; says what it printed.
    """
    installed = install()
    process = subprocess.Popen(  # noqa: S603 - our own command line
        [*installed.command, *_options(location, ports), *_security(certificate)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=location or installed.folder,
        start_new_session=True,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one system call
    )
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    drain = threading.Thread(target=_drain, args=(process.stdout, lines), daemon=True)
    drain.start()
    azurite = Azurite(process=process, urls={}, drain=drain)
    try:
        azurite.urls.update(_addresses(lines))
    except BaseException:
        azurite.stop()
        raise
    return azurite


@contextmanager
def running(
    location: Path | None = None, *, ports: Sequence[int] = FREE_PORTS, certificate: Certificate | None = None
) -> Iterator[Azurite]:
    """Start Azurite for the length of a block. Args, Raises: as `start`."""
    azurite = start(location, ports=ports, certificate=certificate)
    try:
        yield azurite
    finally:
        azurite.stop()


def _options(location: Path | None, ports: Sequence[int]) -> list[str]:
    hosts = [
        part
        for service, port in zip(SERVICES, ports, strict=True)
        for part in (f"--{service.lower()}Host", "127.0.0.1", f"--{service.lower()}Port", str(port))
    ]
    place = ["--inMemoryPersistence"] if location is None else ["--location", str(location)]
    # The SDK speaks newer API versions than Azurite knows by name.
    return [*hosts, *place, "--skipApiVersionCheck", "--disableTelemetry", "--silent"]


def _security(certificate: Certificate | None) -> list[str]:
    if certificate is None:
        return []
    return ["--oauth", "basic", "--cert", str(certificate.file), "--key", str(certificate.key)]


def _die_with_parent() -> None:
    """A killed test run leaves no Azurite behind (prctl PR_SET_PDEATHSIG, Linux)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _drain(stream: IO[str] | None, lines: "queue.SimpleQueue[str | None]") -> None:
    """Keep the pipe empty: a full one would stop Azurite."""
    for line in stream or ():
        lines.put(line)
    lines.put(None)


def _addresses(lines: "queue.SimpleQueue[str | None]") -> dict[str, str]:
    urls: dict[str, str] = {}
    printed: list[str] = []
    for _ in itertools.count():
        try:
            line = lines.get(timeout=_START_SECONDS)
        except queue.Empty:
            line = None
        if line is None:
            message = f"Azurite did not start: {''.join(printed)[-2000:] or 'it printed nothing'}"
            raise RuntimeError(message)
        printed.append(line)
        if match := _LISTENING.search(line):
            urls[match[1]] = match[2].rstrip("/")
        if len(urls) == len(SERVICES):
            break
    return urls
