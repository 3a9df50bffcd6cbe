"""Contracts whose one rule makes some tasks, and what was spent on them: for what counts calls."""

import json
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from local.demo.world import create_contract
from local.in_process.transport import Answer, Handler, Query
from tests.engine import Engine

END = datetime(2028, 1, 31, tzinfo=UTC)
_HEAD = """version: 1
plans:
  contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}
rules:
  - id: ten
    on: workspace
    when: {workspace_type: Contract}
    plan: contracts
    tasks:
"""


def write_mapping(text: str) -> Path:
    """Write a mapping file."""
    file = Path(tempfile.mkdtemp()) / "mapping.yaml"
    file.write_text(text)
    return file


def mapping_of(tasks: int, *, more: str = "") -> Path:
    """
    Write a mapping whose one rule makes so many tasks.

    Args:
        more: of each task, as the mapping's language has it.
    """
    lines = (
        f"      - {{key: t{n}, title: '{{{{ workspace.name }}}}: task {n}', bucket: Review,"
        f" assign: 'role:Legal'{more}}}\n"
        for n in range(tasks)
    )
    return write_mapping(_HEAD + "".join(lines))


def spent(started: Engine, before: dict[str, int]) -> dict[str, int]:
    """Return the calls since then, by system."""
    return {name: count - before[name] for name, count in started.calls().items()}


async def at_rest(started: Engine, number: int) -> list[str]:
    """Make the tasks of so many contracts, and let all come to rest; return their origins."""
    origins = [f"workspace-{create_contract(started.world, f'Contract {one}', END)}" for one in range(number)]
    for origin in origins:
        await started.look(origin)
    for _ in range(6):
        await started.tick(timedelta(minutes=1))
    return origins


def plan_of(started: Engine) -> str:
    """Return the id of the plan that the first task is in."""
    return str(next(iter(started.world.graph.tasks.values()))["planId"])


def must(holds: bool, problem: str) -> None:
    """Refuse to report the cost of what was not done. Raises AssertionError."""
    if not holds:
        raise AssertionError(problem)


class Requests:
    """Counts what Graph is asked, those inside of batches one by one."""

    def __init__(self, started: Engine) -> None:
        self.by_method: Counter[str] = Counter()
        self._inner: Handler = started.inside.graph
        started.inside.graph = self._handle

    async def _handle(self, method: str, path: str, query: Query, headers: Any, body: bytes) -> Answer:
        inner = json.loads(body)["requests"] if path.endswith("/$batch") else [{"method": method}]
        self.by_method.update(request["method"] for request in inner)
        return await self._inner(method, path, query, headers, body)
