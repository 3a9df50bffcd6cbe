"""
What goes wrong, chosen by the seed: with every call, before and after its effect, and with whole workers.

One thing is left out, as docs/security.md names it: nobody is frozen between the last look at a workflow and the PUT
that advances it for longer than a call may take. No protocol of the two systems could close that gap.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from random import Random
from typing import Literal, Never

import httpx
from azure.core.exceptions import ServiceResponseError

from local.in_process.table_errors import failure
from local.simulators.faults import GARBLED, HTML, Fault
from local.simulators.odd_data import Change
from tests.simulation.journal import LOOK
from tests.simulation.mixes import CALM, Mix
from tests.simulation.outages import Outages
from tests.simulation.trace import Trace

Moment = Literal["before", "after"]
WORKER: ContextVar[str] = ContextVar("WORKER", default="nobody")
"""Who is at work in this task and in those that it starts."""

CALL_SECONDS = 0.05
SLOW_SECONDS = 8.0
BELATED = (1.0, 15.0)
"""Seconds: within the time that settling waits, whatever a replica shows late."""
FROZEN = (30.0, 270.0)
"""Seconds: less than the fence, or longer than it takes to be buried and to have one's work settled."""
STILL = 110.0
"""Seconds: long enough to be buried, and shorter than a look may take."""
MEDDLING = 5.0
"""How much likelier than at any other call somebody writes to a task that is being written to."""
LOSING = 10.0
"""How much likelier than any other answer the one to a send-on is lost: there are few, and much hangs on them."""
PREEMPTED = 0.4
"""Of calls to a table: others get their turn before it. Any two calls are parted in some histories, none in all."""
_PATCHED = re.compile(r"^PATCH .*/planner/tasks/([^/]+)")


class Killed(BaseException):
    """
    This worker was killed.

    Like SIGKILL it can't be caught by what catches errors, and what its `finally` blocks do has no effect.
    """


class Faults:
    """Breaks calls, kills workers and freezes them."""

    def __init__(self, mix: Mix, rng: Random, trace: Trace) -> None:
        self.mix = mix
        self.dead: set[str] = set()
        self.outages = Outages()
        self.odd: dict[str, Change] = {}
        """By system: what becomes of all that it answers."""
        self.on_gate: Callable[[], None] = lambda: None
        """A person's act at the moment of a call."""
        self.on_patch: Callable[[str], None] = lambda _: None
        """A person's act on the very task whose PATCH is under way."""
        self.on_lost: Callable[[bool], None] = lambda _: None
        """Told that an answer was lost, and whether it was one to a send-on."""
        self.on_read: Callable[[bool], None] = lambda _: None
        """Told before and after each read of Planner whether a replica lags behind."""
        self.on_cut: Callable[[str, str, str], None] = lambda *_: None
        """Told of a call that was given up by its caller's own task after it had its effect."""
        self.on_post: Callable[[], None] = lambda: None
        """A look at Planner right after a POST had its effect."""
        self._rng = rng
        self._trace = trace
        self._frozen: dict[str, float] = {}
        """Worker → until when, by the loop's time."""
        self._doomed: set[str] = set()
        self._lingering: dict[int, float] = {}
        """By look: how many seconds its next call for its origin's rows takes."""
        self._late: dict[int, float] = {}
        """By look: how many seconds the answer to its call takes."""
        self._freezing: re.Pattern[str] | None = None
        """Whoever comes to such a call next is frozen before it."""
        self._belated: list[asyncio.Task[None]] = []

    def stop(self) -> None:
        """From here on nothing goes wrong any more."""
        self.mix = CALM
        self._doomed.clear()
        self.outages.end()

    def kill(self, worker: str) -> Never:
        """End a worker for good."""
        self.dead.add(worker)
        raise Killed(worker)

    def may_be_dead(self, worker: str) -> bool:
        """Tell whether a worker died, or ever stood still: a row that it was about to delete then may stay."""
        return worker in self.dead or worker in self._frozen

    def linger(self, seconds: float) -> None:
        """Let the next call for rows of its origin, of the look at work, take so long."""
        self._lingering[LOOK.get()] = seconds

    def answer_late(self, seconds: float) -> None:
        """Let the answer to the call under way take so long."""
        self._late[LOOK.get()] = seconds

    def freeze_before(self, call: str) -> None:
        """Freeze whoever comes next to a call to a system, named by a pattern, until others have its work."""
        self._freezing = re.compile(call)

    async def http(self, moment: Moment, system: str, method: str, path: str) -> None:
        """Stand before and after each call to OpenText and Graph."""
        if moment == "before":
            await self._before(system, method, path)
        else:
            await self._after(system, method, path)

    async def _before(self, system: str, method: str, path: str) -> None:
        await self._enter(system, f"{method} {path}", may_stall=not _advances(method, path))
        if self.outages.is_unreached(system) or self._strikes(self.mix.broken, f"{system} not reached"):
            message = "refused"
            raise httpx.ConnectError(message)
        if self._strikes(self.mix.broken, f"{system} request lost"):
            message = "timed out"
            raise httpx.ReadTimeout(message)
        if (task := _PATCHED.search(f"{method} {path}")) and self._strikes(self.mix.people * MEDDLING, "write met"):
            self.on_patch(task[1])
            if self.mix.kills:
                # Whatever is believed to be agreed then is all that the next look knows.
                self._doomed.add(WORKER.get())
        self.on_read(_reads(system, method, path) and self._strikes(self.mix.replicas, "replica behind"))

    async def _after(self, system: str, method: str, path: str) -> None:
        self.on_read(False)
        if (system, method) == ("graph", "POST"):
            self.on_post()
        if (late := self._late.pop(LOOK.get(), 0.0)) > 0:
            try:
                await asyncio.sleep(late)
            except asyncio.CancelledError:
                self.on_cut(system, method, path)
                raise
        is_sent_on = _sends_on(method, path)
        if self._strikes(self.mix.broken * (LOSING if is_sent_on else 1.0), f"{system} answer lost"):
            self.on_lost(is_sent_on)
            message = "reset"
            raise httpx.ReadError(message)
        self._leave()

    def give_up(self, method: str, path: str, body: bytes, effect: Callable[[], Awaitable[object]]) -> None:
        """
        Let the sender of a POST of tasks hear nothing; what it asked for is done when nobody waits for it any more.

        Raises:
            httpx.ReadTimeout: so it was.
        """
        if not _makes_tasks(method, path, body) or not self._strikes(self.mix.belated, "POST belated"):
            return

        async def belated() -> None:
            await asyncio.sleep(self._rng.uniform(*BELATED))
            WORKER.set("nobody")
            LOOK.set(0)
            await effect()
            self.on_post()

        self._belated.append(asyncio.get_running_loop().create_task(belated(), name="belated"))
        message = "timed out"
        raise httpx.ReadTimeout(message)

    async def table(self, moment: Moment, table: str, operation: str) -> None:
        """Stand before and after each operation on a table."""
        if moment == "before":
            await self._enter("tables", f"{table} {operation}", may_stall=True)
            if self.outages.is_storage_away or self._strikes(self.mix.tables, "table busy"):
                raise failure(503, "ServerBusy")
            return
        if operation == "transaction" and WORKER.get() in self._doomed:
            self._doomed.discard(WORKER.get())
            self._tell("killed after a write that somebody met")
            self.kill(WORKER.get())
        if self._strikes(self.mix.tables, "table answer lost"):
            raise self._rng.choice((failure(500, "InternalError"), ServiceResponseError("reset")))
        self._leave()

    async def queue(self, moment: Moment, what: str) -> None:
        """Stand before and after each call to a queue."""
        if moment == "before":
            await self._enter("queues", what, may_stall=True)
        lost = f"queue {'not reached' if moment == 'before' else 'answer lost'}"
        if self.outages.is_storage_away or self._strikes(self.mix.queues, lost):
            raise ServiceResponseError("reset")
        self._leave()

    def answer(self, system: str) -> Callable[[str, str], Fault | None]:
        """Return the hook by which a simulator is told to answer wrongly."""

        def hook(method: str, path: str) -> Fault | None:
            if (away := self.outages.answer(system, path)) is not None:
                return away
            if WORKER.get() == "nobody" or not self._rng.random() < self.mix.answers:
                return Fault.odd(self.odd[system]) if system in self.odd else None
            kind, fault = _wrong(system, method, self._rng, is_batch=path.endswith("$batch"))
            self._tell(f"{system} {kind} {'after' if fault.after else 'before'}")
            return fault

        return hook

    async def _enter(self, system: str, what: str, *, may_stall: bool) -> None:
        self._check()
        if system != "tables" or self._rng.random() < PREEMPTED:
            await asyncio.sleep(self._rng.expovariate(1 / CALL_SECONDS))
        if what.startswith("origins ") and self._lingering:
            await asyncio.sleep(self._lingering.pop(LOOK.get(), 0.0))
        if self._strikes(self.mix.slow, "slow call"):
            await asyncio.sleep(self._rng.uniform(1.0, SLOW_SECONDS))
        if may_stall and self._strikes(self.mix.stalls, "worker frozen"):
            self._freeze(self._rng.uniform(*FROZEN))
        if self._freezing is not None and self._freezing.search(what):
            self._freezing = None
            self._tell("worker frozen")
            await self._stand_still(STILL)
        if self._frozen:
            await self._thaw()
        self._check()
        self._trace.count(f"call {system}")
        self._trace.note(WORKER.get(), f"{system}: {what}")
        if self._rng.random() < self.mix.people:
            self.on_gate()
        self._may_kill("before the call")

    def _freeze(self, seconds: float) -> None:
        self._frozen[WORKER.get()] = asyncio.get_running_loop().time() + seconds

    async def _stand_still(self, seconds: float) -> None:
        """Freeze a worker in this very call: not even the time runs after which the call would be given up."""
        end = asyncio.get_running_loop().time() + seconds
        self._freeze(seconds)
        while (left := end - asyncio.get_running_loop().time()) > 0:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(left)

    async def _thaw(self) -> None:
        """Wait with everything that a frozen worker does; the first call that it makes next may be one that writes."""
        if (left := self._frozen.get(WORKER.get(), 0.0) - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(left)

    def _leave(self) -> None:
        self._may_kill("after the effect")
        self._check()

    def _check(self) -> None:
        """Refuse everything that a dead worker still tries."""
        worker = WORKER.get()
        if worker in self.dead:
            raise Killed(worker)

    def _may_kill(self, when: str) -> None:
        if self._strikes(self.mix.kills, f"killed {when}"):
            self.kill(WORKER.get())

    def _strikes(self, rate: float, kind: str) -> bool:
        if rate <= 0.0 or WORKER.get() == "nobody" or self._rng.random() >= rate:
            return False
        self._tell(kind)
        return True

    def _tell(self, kind: str) -> None:
        self._trace.count(f"fault {kind}")
        self._trace.note(WORKER.get(), f"! {kind}")


def _reads(system: str, method: str, path: str) -> bool:
    """Tell a read of Planner; a batch may be one."""
    return system == "graph" and (method == "GET" or path.endswith("$batch"))


def _makes_tasks(method: str, path: str, body: bytes) -> bool:
    """Tell a POST that makes tasks; a batch may hold several."""
    return method == "POST" and (path.endswith("/planner/tasks") or b'/planner/tasks"' in body)


def _sends_on(method: str, path: str) -> bool:
    return method == "PUT" and "/subprocesses/" in path


def _advances(method: str, path: str) -> bool:
    """Tell the calls of the known gap: those between the last look at a workflow and its PUT, and the PUT."""
    return _sends_on(method, path) or "/v1.0/users/" in path


def _wrong(system: str, method: str, rng: Random, *, is_batch: bool) -> tuple[str, Fault]:
    """Choose a wrong answer. Only a server's failure may come after the effect."""
    after = method != "GET" and rng.random() < 0.5
    status = rng.choice((401, 409, 412, 429, 500, 503, 504, 0))
    if status in (409, 412) and (method == "GET" or is_batch or system == "opentext"):
        status = 503
    if status == 429:
        return "429", Fault((429, {"Retry-After": str(rng.randint(1, 60)), **_JSON}, _BODIES[system]))
    if status in (401, 409, 412):
        return str(status), Fault((status, _JSON, _BODIES[system]))
    if status == 0 and system == "opentext":
        return "garbled", Fault((200, _JSON, GARBLED), after=after)
    if status == 0 and method != "POST":
        return "proxy's 404", Fault((404, _HTML, HTML))
    return f"{status or 500} HTML", Fault((status or 500, _HTML, HTML), after=after)


_JSON = {"content-type": "application/json"}
_HTML = {"content-type": "text/html"}
_BODIES = {
    "graph": b'{"error":{"code":"","message":"injected"}}',
    "opentext": b'{"error":"Authentication Required"}',
}
