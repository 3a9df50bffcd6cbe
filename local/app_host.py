"""The function app in the host stand-in, as a process of its own."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.functions_host.process import find_worker

ROOT = Path(__file__).resolve().parent.parent
FUNCTION_KEY = "local-function-key"
_READY_SECONDS = 90
_BEFORE_ANOTHER_SECONDS = 1.0


class AppHost:
    """
    A host that runs until it is ended.

    Args:
        settings: what the app is given.
        arguments: further words for `python -m local.functions_host`.
        folder: takes the file of the settings.
        log: file that gets what host and functions log.
    """

    def __init__(self, settings: Mapping[str, str], arguments: Sequence[str], *, folder: Path, log: Path) -> None:
        self._settings, self._arguments, self._file, self._log = settings, arguments, folder / "settings.json", log
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """
        Start it, and wait until its functions can be called.

        Raises:
            RuntimeError: it did not start, or found no functions; what it logged was printed.
        """
        self._file.write_text(json.dumps({"IsEncrypted": False, "Values": dict(self._settings)}))
        self._log.touch()
        try:
            await self._start()
        except RuntimeError:
            sys.stderr.write(self._log.read_text()[-4000:])
            raise

    def watch(self) -> None:
        """Put another in its place when it ends by itself, as Azure does, until it is ended."""
        self._watching = asyncio.create_task(self._replace())

    async def end(self) -> None:
        """End it as Ctrl-C would: what runs may end, and the timers' locks are given back."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)
        await self._process.wait()

    def kill_worker(self) -> None:
        """
        End its worker at once (SIGKILL), with all that is in it; the host puts another in its place.

        Raises:
            LookupError: none stands at this moment.
        """
        try:
            os.kill(find_worker(self._log.read_text(errors="replace")), signal.SIGKILL)
        except ProcessLookupError as error:
            message = "no worker stands: the host is just putting another in the place of the last one"
            raise LookupError(message) from error

    async def _start(self) -> None:
        command = [sys.executable, "-m", "local.functions_host", "--app", str(ROOT), "--settings", str(self._file)]
        command += [*self._arguments, "--function-key", FUNCTION_KEY, "--end-with-stdin"]
        environment = {name: value for name, value in os.environ.items() if name not in self._settings}
        with self._log.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                cwd=ROOT,
                env=environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                process_group=0,
            )
        await _until_ready(self._process)

    async def _replace(self) -> None:
        while self._process is not None:
            await self._process.wait()
            await asyncio.sleep(_BEFORE_ANOTHER_SECONDS)
            # One that did not start, since storage is still away, says so in the log and is replaced like any other.
            with contextlib.suppress(RuntimeError):
                await self._start()


async def _until_ready(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    try:
        line = await asyncio.wait_for(process.stdout.readline(), _READY_SECONDS)
    except TimeoutError:
        line = b""
    if not line.startswith(b"{") or not json.loads(line)["functions"]:
        message = "the host did not start, or found no functions"
        raise RuntimeError(message)
