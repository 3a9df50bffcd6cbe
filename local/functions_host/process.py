"""The host stand-in as a process of its own, for tests, the demo and `make start`."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.functions_host.errors import HostError

_REPOSITORY = Path(__file__).parent.parent.parent
_STOP_SECONDS = 30


@dataclass(frozen=True)
class HostProcess:
    """A host that is ready."""

    process: subprocess.Popen[str]
    url: str
    """Without a slash at the end; the functions stand below `/api`, and open with `Keys().function`."""
    functions: tuple[str, ...]
    log: Path

    def stop(self) -> int:
        """Ask it to end (SIGTERM), wait, and return its exit code: 0 for a clean end. Harmless when it has ended."""
        self.process.terminate()
        try:
            return self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.returncode

    def kill(self) -> None:
        """End it at once (SIGKILL), as a crash would."""
        self.process.kill()
        self.process.wait()


def start_host(app: Path, log: Path, *, settings: Mapping[str, str], arguments: Sequence[str] = ()) -> HostProcess:
    """
    Start a host on a free port and wait until its functions can be called.

    Args:
        app: folder of function_app.py.
        log: file that gets what host and functions log; appended to.
        settings: environment variables, beside those of this process.
        arguments: further words for `python -m local.host`.

    Raises:
        HostError: it did not start; says what it logged.
    """
    command = [sys.executable, "-m", "local.functions_host", "--app", str(app.resolve()), "--port", "0"]
    with log.open("a") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            [*command, *arguments],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=_REPOSITORY,
            env={**os.environ, **settings},
        )
    assert process.stdout is not None  # noqa: S101 - it was asked for, which its type can't tell
    with process.stdout as lines:
        line = lines.readline()
    if not line:
        message = f"exit code {process.wait()}: {log.read_text()[-4000:]}"
        raise HostError(message)
    status = json.loads(line)
    return HostProcess(process, f"http://127.0.0.1:{status['port']}", tuple(status["functions"]), log)


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
