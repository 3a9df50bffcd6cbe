"""The system that the board shows: one scene after another, and who acts in it."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from rich.console import Console

from local.board.acting import carry_out
from local.board.acts import RefusedActError
from local.board.feed import Feed
from local.board.links import find_page
from local.board.troubles import Troubles
from local.demo.narrator import DidNotHappenError, Teller
from local.demo.playing import STORIES, Story
from local.local_system import Ports, System, read_offset, running
from local.serving import held_port

BOARD = "board"


class Stage:
    """
    Runs one system at a time, each at the same addresses.

    Args:
        console: what a story tells is printed there as well.
        url: the board's own address.
        hosted, ports: as `running` has them; for a port of 0 a free one is kept until the end.
        on_start: called with each system that was started. None: nothing is.
    """

    def __init__(
        self,
        console: Console,
        url: str,
        *,
        hosted: bool = True,
        ports: Ports | None = None,
        on_start: Callable[[System], None] | None = None,
    ) -> None:
        ports, self._kept = ports or Ports(), contextlib.ExitStack()
        app, content, graph = (
            port or self._kept.enter_context(held_port()) for port in (ports.app, ports.content, ports.graph)
        )
        self._ports = Ports(app, content, graph, ports.storage)
        self._console, self._url, self._hosted, self._on_start = console, url, hosted, on_start
        self._opened = contextlib.AsyncExitStack()
        self._turn = asyncio.Lock()
        self._changing: asyncio.Task[None] | None = None
        self._behind: set[asyncio.Task[None]] = set()
        self.system: System | None = None
        self.story = STORIES["nothing"]
        self.is_ready = False
        """Whether the scene is set and somebody can act."""
        self.wrong = ""
        """What of the scene did not happen. Empty: all did."""
        self.feed = Feed(self.now)
        self.troubles: Troubles | None = None

    @property
    def app_url(self) -> str:
        """Where the function app listens, from the first scene to the last."""
        return f"http://127.0.0.1:{self._ports.app}"

    def now(self) -> datetime:
        """Tell the time of the system: its clock may be ahead."""
        ahead = 0.0 if self.system is None else read_offset(self.system.clock)
        return datetime.now(UTC) + timedelta(seconds=ahead)

    async def play(self, story: Story, *, whole: bool) -> System:
        """
        End what runs, start anew, and play a story: whole, or as far as somebody can take over.

        Raises:
            DidNotHappenError: something did not; the system stands all the same.
            RuntimeError: a part of the system did not start.
        """
        async with self._turn:
            await self._leave()
            self.story, self.wrong, self.feed = story, "", Feed(self.now)
            system = await self._opened.enter_async_context(
                running(story.mapping, hosted=self._hosted, ports=self._ports, lasting=True, pages=self._page)
            )
            self.system, self.troubles = system, Troubles(system, self.now)
            self._run_behind(self.feed.follow(system.settings))
            if self._on_start is not None:
                self._on_start(system)
            teller = Teller(self._console, self.now, self.feed.tell)
            try:
                await (story.play if whole else story.begin)(system, teller)
            except DidNotHappenError as error:
                self.wrong = str(error)
                raise
            finally:
                self.is_ready = True
            return system

    def change(self, name: str) -> str:
        """
        Have another scene set, in the background.

        Raises:
            RefusedActError: there is no such scene, or one is being set.
        """
        if name not in STORIES:
            message = f"there is no scene '{name}'; there are: {', '.join(STORIES)}"
            raise RefusedActError(message)
        if not self.is_ready:
            message = "a scene is being set: wait until it stands"
            raise RefusedActError(message)
        self.is_ready = False
        self._changing = asyncio.create_task(self._set(STORIES[name]))
        return f"the scene is being set: {STORIES[name].title.lower()}"

    async def end(self) -> None:
        """End whatever runs, and give the ports back. Harmless when nothing does."""
        if self._changing is not None:
            self._changing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._changing
        await self._leave()
        self._kept.close()

    def act(self, name: str, given: Mapping[str, Any]) -> str:
        """
        Do what somebody asks for; return what was done as a sentence.

        Raises:
            RefusedActError, pydantic.ValidationError: as `carry_out`.
        """
        system = self.ready()
        who, done = carry_out(system, name, given)
        self.feed.tell(who, done.what)
        if done.hint:
            self._run_behind(self._hint(system, dict(done.hint)))
        return done.what

    def forward(self, step: timedelta) -> str:
        """Let time pass; return what time it is then. Raises RefusedActError: the scene is still being set."""
        self.ready().forward(step)
        return f"it is {self.now():%A, %d %B %Y, %H:%M} UTC"

    def ready(self) -> System:
        """Return the system. Raises RefusedActError: no scene stands."""
        if self.system is None or not self.is_ready:
            message = f"no scene stands: {self.wrong or 'it is still being set'}"
            raise RefusedActError(message)
        return self.system

    async def _set(self, story: Story) -> None:
        """Set a scene for whoever watches the board: what went wrong is shown there."""
        try:
            await self.play(story, whole=False)
        except (DidNotHappenError, OSError, RuntimeError) as error:
            self.wrong = str(error)
            self.feed.tell(BOARD, f"the scene could not be set: {error}")
        finally:
            # Another may be tried, also where this one did not even start.
            self.is_ready = True

    async def _leave(self) -> None:
        self.is_ready, self.system, self.troubles = False, None, None
        for task in self._behind:
            task.cancel()
        await asyncio.gather(*self._behind, return_exceptions=True)
        await self._opened.aclose()

    def _page(self, path: str) -> str | None:
        return find_page(self._url, path)

    def _run_behind(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._behind.add(task)
        task.add_done_callback(self._behind.discard)

    async def _hint(self, system: System, ids: dict[str, int]) -> None:
        """Send a hint, once: one that nobody takes is lost, as in life, and what it would have told is found later."""
        try:
            status = await system.hint(**ids)
        except httpx.TransportError as error:
            self._tell_lost(f"the bridge does not answer ({type(error).__name__})")
            return
        if status != httpx.codes.ACCEPTED:
            self._tell_lost(f"the bridge answers {status}")

    def _tell_lost(self, why: str) -> None:
        self.feed.tell(
            "OpenText", f"its hint is lost: {why}; discovery finds it, within five minutes of the bridge's time"
        )
