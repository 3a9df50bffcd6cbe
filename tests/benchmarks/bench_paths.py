"""
How far a reader has to walk: the files that a hint enters up to its first POST, a completion up to its send-on.

The limits are what was reached, with a little room; meant were 450 and 400 moves. What is left of them grows with what
is read: each part of an answer of Content Server by the tolerant readers, each item's fields, lines and people by the
rooms of the mapping. It would fall by putting rooms together that are better apart.

`python -m tests.benchmarks.bench_paths` prints the rooms and the pairs of files that most of the moves are between.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

from local.demo.world import create_contract
from local.in_process.transport import Answer, Handler
from tests.benchmarks.ratios import Ratio
from tests.engine import Engine, engine
from tests.repository import ROOT

MOST_SHOWN = 40
END = datetime(2028, 1, 31, tzinfo=UTC)
PRODUCT = tuple(str(ROOT / name) for name in ("shared", "functions"))


@dataclass
class Walk:
    """What was entered, and how often a call went from one file of the product to another."""

    functions: set[tuple[str, int]] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By the file that calls and the one that is called."""
    _known: list[FrameType] = field(default_factory=list)
    _ids: set[int] = field(default_factory=set)

    def see(self, frame: FrameType, event: str, _: Any) -> None:
        """Take a call in; a coroutine that goes on is no call."""
        if event != "call" or id(frame) in self._ids or not _is_ours(frame):
            return
        # Kept, so that no other frame gets its id.
        self._known.append(frame)
        self._ids.add(id(frame))
        self.functions.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))
        self.files.add(frame.f_code.co_filename)
        caller = frame.f_back
        while caller is not None and not _is_ours(caller):
            caller = caller.f_back
        if caller is not None and caller.f_code.co_filename != frame.f_code.co_filename:
            self.moves[_short(caller), _short(frame)] += 1


def _is_ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(PRODUCT)


def _short(frame: FrameType) -> str:
    return frame.f_code.co_filename.removeprefix(f"{ROOT}/")


def measure() -> list[Ratio]:
    """Walk both ways once, warm: what is looked up once a worker is no part of them."""
    return asyncio.run(_measure())


async def _measure() -> list[Ratio]:
    hint, completion = await _hint(), await _completion()
    return [
        Ratio("files that a hint enters up to its first POST", len(hint.files), 113, "files"),
        Ratio("moves from file to file up to its first POST", hint.moves.total(), 670, "moves"),
        Ratio("files that a completion enters up to its send-on", len(completion.files), 130, "files"),
        Ratio("moves from file to file up to its send-on", completion.moves.total(), 900, "moves"),
    ]


async def _hint() -> Walk:
    started = engine()
    warm = create_contract(started.world, "Warm", END)
    await started.look(f"workspace-{warm}")
    workspace = create_contract(started.world, "Contoso", END)
    walk = Walk()
    started.inside.graph = _until(started.inside.graph, "POST", lambda body: b'"/planner/tasks"' in body)
    await _walk(walk, lambda: started.look(f"workspace-{workspace}"))
    return walk


async def _completion() -> Walk:
    started = engine()
    process, task = await _approval(started)
    user = started.world.users["dfoxhoven"]
    started.world.graph.tick(user, task, "Approve")
    started.world.graph.complete(user, task)
    walk = Walk()
    started.inside.content = _until(started.inside.content, "PUT", lambda body: b"custom_action" in body)
    await _walk(walk, lambda: started.look(f"workflow-{process}"))
    return walk


async def _approval(started: Engine) -> tuple[int, str]:
    workspace = create_contract(started.world, "Contoso", END)
    document = started.world.content.add_document(workspace, "Contract.docx", user="pwilliams")
    process = started.world.content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )
    await started.look(f"workflow-{process}")
    await started.rest()
    started.forward(timedelta(minutes=1))
    graph = started.world.graph
    return process, next(task["id"] for task in graph.tasks.values() if task["title"].startswith("Approve"))


async def _walk(walk: Walk, act: Callable[[], Awaitable[None]]) -> None:
    sys.setprofile(walk.see)
    try:
        await act()
    finally:
        sys.setprofile(None)
    if not walk.moves:
        message = "nothing of the product was entered"
        raise RuntimeError(message)


def _until(handler: Handler, method: str, is_last: Callable[[bytes], bool]) -> Handler:
    """Stop looking at the request that ends the walk."""

    async def stand(verb: str, path: str, query: Any, headers: Any, body: bytes) -> Answer:
        if verb == method and is_last(body):
            sys.setprofile(None)
        return await handler(verb, path, query, headers, body)

    return stand


async def _print() -> None:
    for name, walk in (("a hint", await _hint()), ("a completion", await _completion())):
        print(f"{name}: {len(walk.files)} files, {len(walk.functions)} functions, {walk.moves.total()} moves")
        rooms = Counter[tuple[str, str]]()
        for (caller, called), count in walk.moves.items():
            rooms[_room(caller), _room(called)] += count
        for pairs in (rooms, walk.moves):
            for (caller, called), count in pairs.most_common(MOST_SHOWN):
                print(f"{count:5} {caller} -> {called}")


def _room(file: str) -> str:
    return file.rpartition("/")[0]


if __name__ == "__main__":
    asyncio.run(_print())
