"""The host stand-in as processes of its own, for tests, the demo and `make start`."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from local.functions_host.errors import HostError

_REPOSITORY = Path(__file__).parent.parent.parent
_STOP_SECONDS = 30
_STANDS = re.compile(r"worker (\d+) stands")


@dataclass(frozen=True)
class HostProcess:
    """A host that is ready, and its worker: together what Azure calls an instance."""

    process: subprocess.Popen[str]
    url: str
    """Without a slash at the end; the functions stand below `/api`, and open with `Keys().function`."""
    functions: tuple[str, ...]
    disabled: Mapping[str, str]
    """Functions that the host has switched off, and why."""
    log: Path
    log_began: int
    """Length of the log before this host wrote to it."""

    def stop(self) -> int:
        """Ask it to end (SIGINT), wait, and return its exit code: 0 for a clean end. Harmless when it has ended."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.returncode

    def kill(self) -> None:
        """End host and worker at once (SIGKILL), as an instance ends whose machine is lost."""
        self._signal_both(signal.SIGKILL)
        self.wait()

    def kill_host(self) -> None:
        """End the host alone at once (SIGKILL): its worker goes on for a moment."""
        self.process.kill()
        self.wait()

    def kill_worker(self) -> None:
        """End the worker alone at once (SIGKILL): the host puts another in its place."""
        os.kill(self.worker, signal.SIGKILL)

    def freeze(self) -> None:
        """Hold host and worker still (SIGSTOP), as a machine does that is paused."""
        self._signal_both(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let both go on (SIGCONT), as if no time had passed."""
        self._signal_both(signal.SIGCONT)

    def wait(self, seconds: float | None = None) -> int:
        """
        Wait until it ends by itself, and return its exit code.

        Raises:
            subprocess.TimeoutExpired: it goes on.
        """
        code = self.process.wait(seconds)
        if self.process.stdin is not None:
            self.process.stdin.close()
        return code

    @property
    def worker(self) -> int:
        """The id of the worker's process that stands now."""
        return find_worker(self.logged())

    def logged(self) -> str:
        """Read what this host and its worker have logged."""
        with self.log.open("rb") as log:
            log.seek(self.log_began)
            return log.read().decode(errors="replace")

    def _signal_both(self, number: int) -> None:
        # Both are in one group; a worker that outlived its host still is.
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def find_worker(logged: str) -> int:
    """
    Find the id of the worker's process that stands now, in what a host has logged.

    Raises:
        LookupError: none has stood yet.
    """
    found = _STANDS.findall(logged)
    if not found:
        message = "no worker has stood yet"
        raise LookupError(message)
    return int(found[-1])


def start_host(app: Path, log: Path, *, settings: Mapping[str, str], arguments: Sequence[str] = ()) -> HostProcess:
    """
    Start a host on a free port and wait until its functions can be called.

    Args:
        app: folder of function_app.py.
        log: file that gets what host and functions log; appended to.
        settings: environment variables, beside those of this process.
        arguments: further words for `python -m local.functions_host`.

    Raises:
        HostError: it did not start; says what it logged.
    """
    command = [sys.executable, "-m", "local.functions_host", "--app", str(app.resolve()), "--port", "0"]
    # Should we be killed, the host sees the end of its stdin, and ends.
    command.append("--end-with-stdin")
    with log.open("a") as errors:
        log_began = log.stat().st_size
        process = subprocess.Popen(  # noqa: S603 - our own command line
            [*command, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=_REPOSITORY,
            env={**os.environ, **settings},
            process_group=0,
        )
    assert process.stdout is not None  # noqa: S101 - it was asked for, which its type can't tell
    with process.stdout as lines:
        line = lines.readline()
    if not line:
        message = f"exit code {process.wait()}: {log.read_text()[-4000:]}"
        raise HostError(message)
    said = json.loads(line)
    return HostProcess(
        process,
        url=f"http://127.0.0.1:{said['port']}",
        functions=tuple(said["functions"]),
        disabled=said["disabled"],
        log=log,
        log_began=log_began,
    )


@contextmanager
def running_host(
    app: Path, log: Path, *, settings: Mapping[str, str], arguments: Sequence[str] = ()
) -> Iterator[HostProcess]:
    """Run a host for the length of a block. Arguments and errors as `start_host` has them."""
    host = start_host(app, log, settings=settings, arguments=arguments)
    try:
        yield host
    finally:
        host.stop()
        # What a worker left behind, should the host have been killed alone.
        host.kill()
