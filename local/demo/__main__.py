"""`python -m local.demo [STORY]`: play a story through the real function app, and tell it as a timeline."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeAlias

from rich.console import Console

from local.board.server import board_of
from local.board.stage import Stage
from local.demo.narrator import DidNotHappenError, Teller
from local.demo.observe import links
from local.demo.playing import STORIES
from local.demo.settings_file import FILE, written_settings
from local.local_system import ROOT, Ports, System
from local.serving import held_port
from shared.models.link import Link

MOST_LOOKS = 20
WIDTH = 160
"""Of what is not a terminal: nothing of a table is cut."""


Prepare: TypeAlias = Callable[[System], None]
"""Called with each system that was started, before anything is played on it."""


async def main(
    name: str, *, keep: bool, hosted: bool = True, ports: Ports | None = None, prepare: Prepare = lambda _: None
) -> int:
    """
    Play a story: 0 when all of it happened, 1 with what did not.

    Args:
        keep: leave everything running after it, with the board, until Ctrl-C.
        hosted, ports: as `running` has them.
        prepare: sets the scene.
    """
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    if name not in STORIES:
        console.print(f"there is no story {name!r}; there are: {', '.join(STORIES)}")
        return 1
    async with _board(console, hosted=hosted, ports=ports or Ports(), keep=keep, prepare=prepare) as (
        stage,
        url,
    ):
        # The links of the story open there, while it lasts.
        console.print(f"[bold]{url}/[/]  the board: the story as it happens, in a browser", soft_wrap=True)
        try:
            system = await stage.play(STORIES[name], whole=True)
        except DidNotHappenError as error:
            log = "" if stage.system is None else stage.system.log.read_text()[-3000:]
            console.print(f"[red]{error}[/]\nThe end of the app's log:\n{log}", highlight=False)
            return 1
        await _conclude(system, Teller(console, stage.now))
        if keep:
            await _keep(system, console, url)
    return 0


@contextlib.asynccontextmanager
async def _board(
    console: Console, *, hosted: bool, ports: Ports, keep: bool, prepare: Prepare
) -> AsyncIterator[tuple[Stage, str]]:
    """Serve the board of a stage on which nothing runs yet, and end whatever runs on it then."""
    with (
        contextlib.nullcontext(ports.board) if ports.board else held_port() as port,
        written_settings() if keep else contextlib.nullcontext() as settings,
    ):
        url = f"http://127.0.0.1:{port}"

        def on_start(system: System) -> None:
            prepare(system)
            if settings is not None:
                settings.write(system.settings)

        stage = Stage(console, url, hosted=hosted, ports=ports, on_start=on_start)
        async with board_of(stage, port):
            try:
                yield stage, url
            finally:
                await stage.end()


async def _conclude(system: System, teller: Teller) -> None:
    """Print what the bridge remembers."""
    rows = [
        [origin, item, link.state.value, link.task_id or "", link.reason]
        for origin, found in (await _settled(system)).items()
        for item, link in sorted(found.items())
    ]
    teller.table("Links", ["origin", "item", "state", "task", "reason"], rows)


async def _settled(system: System) -> dict[str, dict[str, Link]]:
    """Read the links once they stand still: what a story saw happen may not be remembered yet."""
    before: dict[str, dict[str, Link]] = {}
    for _ in range(MOST_LOOKS):
        now = await links(system)
        if now == before:
            break
        before = now
        await asyncio.sleep(1)
    return before


async def _keep(system: System, console: Console, url: str) -> None:
    """Print where to go, and wait for Ctrl-C."""
    origin = next(iter(await links(system)), "")
    python, file = Path(sys.executable), FILE.relative_to(ROOT)
    python = python.relative_to(ROOT) if python.is_relative_to(ROOT) else python
    console.print(f"\nOpen   [bold]{url}/[/]", soft_wrap=True)
    console.print(f"The operator's commands work on it, by {file}:", soft_wrap=True)
    for command in ("status", f"why {origin}" if origin else "gate list", "doctor"):
        console.print(f"       {python} manage.py --settings {file} {command}", soft_wrap=True, highlight=False)
    console.print(f"Log    {system.log if system.log.exists() else 'the host has it'}\nCtrl-C ends it.", soft_wrap=True)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await stopping.wait()


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else "contracts"
    sys.exit(asyncio.run(main(chosen, keep=os.environ.get("KEEP", "") not in ("", "0"))))
