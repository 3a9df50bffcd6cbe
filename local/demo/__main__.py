"""`python -m local.demo [STORY]`: play a story through the real function app, and tell it as a timeline."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from local.demo.narrator import DidNotHappenError, Teller
from local.demo.observe import links
from local.demo.stories import adversary, contracts, escalation, nothing, onboarding
from local.local_system import FUNCTION_KEY, ROOT, Ports, System, read_offset, running
from shared.models.link import Link

MOST_LOOKS = 20
WIDTH = 160
"""Of what is not a terminal: nothing of a table is cut."""


@dataclass(frozen=True)
class Story:
    """What is played, and under which mapping."""

    play: Callable[[System, Teller], Awaitable[None]]
    mapping: Path


STORIES = {
    "adversary": Story(adversary.play, ROOT / "mapping.yaml"),
    "contracts": Story(contracts.play, ROOT / "mapping.yaml"),
    "escalation": Story(escalation.play, escalation.MAPPING),
    "onboarding": Story(onboarding.play, onboarding.MAPPING),
    "nothing": Story(nothing.play, ROOT / "mapping.yaml"),
}


async def main(name: str, *, keep: bool, hosted: bool = True, ports: Ports | None = None) -> int:
    """
    Play a story: 0 when all of it happened, 1 with what did not.

    Args:
        keep: leave everything running after it, until Ctrl-C.
        hosted, ports: as `running` has them.
    """
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    if name not in STORIES:
        console.print(f"there is no story {name!r}; there are: {', '.join(STORIES)}")
        return 1
    story = STORIES[name]
    async with running(story.mapping, hosted=hosted, ports=ports) as system:
        clock = system.clock
        teller = Teller(console, lambda: datetime.now(UTC) + timedelta(seconds=read_offset(clock)))
        try:
            await story.play(system, teller)
        except DidNotHappenError as error:
            console.print(
                f"[red]{error}[/]\nThe end of the app's log:\n{system.log.read_text()[-3000:]}", highlight=False
            )
            return 1
        await _conclude(system, teller)
        if keep:
            await _keep(system, console)
    return 0


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


async def _keep(system: System, console: Console) -> None:
    app = f"{system.app_url}/api/ready?code={FUNCTION_KEY}" if system.log.exists() else f"left out: {system.app_url}"
    console.print(f"Function app   {app}", soft_wrap=True)
    if system.log.exists():
        console.print(f"Operations     {system.app_url}/api/operations (key: {FUNCTION_KEY})", soft_wrap=True)
    console.print(f"Content Server {system.content_url}/api/v1/ping", soft_wrap=True)
    console.print(f"Graph          {system.graph_url}/v1.0/planner/plans", soft_wrap=True)
    console.print(f"Storage        {system.storage}", soft_wrap=True)
    console.print(f"Log            {system.log if system.log.exists() else 'the host has it'}", soft_wrap=True)
    console.print("Ctrl-C ends it.")
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await stopping.wait()


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else "contracts"
    sys.exit(asyncio.run(main(chosen, keep=os.environ.get("KEEP", "") not in ("", "0"))))
