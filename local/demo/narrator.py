"""Tell a story as it happens: what each system did, when, and where to look."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeAlias, TypeVar

from rich.console import Console
from rich.table import Table

T = TypeVar("T")
_POLL = 0.2
_READING = 1.1
_COLOURS = {"OpenText": "cyan", "Planner": "green", "Bridge": "yellow", "": "white"}


Heard: TypeAlias = Callable[[str, str], None]
"""Called with the system and what it did, beside the printed line; a chapter's title has no system."""


class DidNotHappenError(Exception):
    """The story waited for something in vain."""


class Teller:
    """
    Prints a timeline, and waits for what should happen.

    Args:
        heard: hears each line too. None: nobody does.
    """

    def __init__(self, console: Console, now: Callable[[], datetime], heard: Heard | None = None) -> None:
        self._console = console
        self._now = now
        self._heard = heard

    def title(self, text: str) -> None:
        """Begin a chapter."""
        self._console.rule(f"[bold]{text}")
        if self._heard is not None:
            self._heard("", text)

    def tell(self, system: str, what: str, url: str = "") -> None:
        """Print one line of the timeline."""
        at = self._now().astimezone(UTC)
        if self._heard is not None:
            self._heard(system, what)
        colour = _COLOURS.get(system, "white")
        self._console.print(f"{at:%H:%M:%S}  [{colour}]{system:<9}[/]{what}", highlight=False, soft_wrap=True)
        if url:
            self._console.print(f"                   {url}", style="dim", highlight=False, soft_wrap=True)

    async def wait(self, for_what: str, look: Callable[[], T | None], *, seconds: float = 60) -> T:
        """
        Wait until a look finds something.

        Raises:
            DidNotHappenError: it did not, in time; says what was waited for.
        """

        async def looked() -> T | None:
            return look()

        return await self.wait_for(for_what, looked, seconds=seconds)

    async def wait_for(self, for_what: str, look: Callable[[], Awaitable[T | None]], *, seconds: float = 60) -> T:
        """Wait as `wait` does, for a look that takes its time."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            if (found := await look()) is not None and found is not False:
                return found
            await asyncio.sleep(_POLL)
        message = f"did not happen within {seconds:.0f} s: {for_what}"
        raise DidNotHappenError(message)

    async def let_people_read(self) -> None:
        """Wait as long as people read at least: nobody decides in the second in which the task begins to show it."""
        await asyncio.sleep(_READING)

    def table(self, title: str, columns: list[str], rows: list[list[str]]) -> None:
        """Print a table."""
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*row)
        self._console.print(table)
