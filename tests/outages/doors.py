"""What an operator reads at each door, a moment after something broke."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from commands.session import STORAGE_SECONDS
from shared.errors import BridgeError
from shared.operations.doctor import examine
from shared.operations.findings import Verdict
from shared.operations.status import read_status
from tests.outages.app import App

DOORS = ("status", "doctor", "/api/ready", "page")
LONGEST = 3
"""Things that a cell names."""


async def ask(app: App) -> dict[str, str]:
    """Ask every door; say what stands there, or "" where all is well."""
    answers = await asyncio.gather(_status(app), _doctor(app), _ready(app), _page(app))
    return dict(zip(DOORS, answers, strict=True))


async def _status(app: App) -> str:
    """As `manage.py status`: it asks storage first, and says within seconds that it does not answer."""
    try:
        async with asyncio.timeout(STORAGE_SECONDS):
            found = await read_status(app.wired.storage(), with_links=True)
    except (TimeoutError, BridgeError):
        return "storage does not answer"
    troubles = [f"{one.where} {one.subject}: {one.cause}" for one in found.troubles]
    troubles += [f"{len(group.items)} items held: {group.cause}" for group in found.holds]
    troubles += [f"{found.timers.dead} dead letters"] if found.timers.dead else []
    return _several(troubles)


async def _doctor(app: App) -> str:
    findings = await examine(app.wired, None)
    return _several(list(dict.fromkeys(f"FAIL {one.name}" for one in findings if one.verdict is Verdict.FAIL)))


async def _ready(app: App) -> str:
    code, body = await app.get("ready", "ready")
    checks: Mapping[str, Any] = json.loads(body)["checks"]
    return "" if code == 200 else _several([name for name, check in checks.items() if not check["ok"]])


async def _page(app: App) -> str:
    code, body = await app.get("operations", "operations/troubles", door="troubles")
    if code != 200:
        return f"its doors answer {code}: storage"
    troubles: list[str] = [f"{one['where']} {one['subject']}: {one['cause']}" for one in json.loads(body)["troubles"]]
    code, body = await app.get("operations", "operations/held", door="held")
    troubles += [f"{group['count']} items held: {group['cause']}" for group in json.loads(body)["groups"]]
    code, body = await app.get("operations", "operations/dead-letters", door="dead-letters")
    letters = json.loads(body)["total"] if code == 200 else 0
    return _several(troubles + ([f"{letters} dead letters"] if letters else []))


def _several(told: list[str]) -> str:
    more = f" and {len(told) - LONGEST} more" if len(told) > LONGEST else ""
    return ", ".join(told[:LONGEST]) + more
