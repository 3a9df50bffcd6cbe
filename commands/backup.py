"""manage.py backup, restore: the tables into a file, and back. Each origin's history is checked after both."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

import evidence_verify
from commands.session import run
from shared.errors import RefusedError
from shared.evidence.document import render_json
from shared.operations.backup import restore as restore_tables
from shared.operations.backup import write_backup
from shared.operations.standstill import must_stand_still
from shared.services import Storage
from shared.wiring import Wiring

File = Annotated[
    Path, typer.Argument(help="E.g. bridge-2026-11-30.jsonl.gz. It holds names and histories: keep it safe.")
]
Stopped = Annotated[
    bool, typer.Option("--stopped", help="No app runs on these tables: none is deployed, or it is stopped.")
]


def backup(file: File, *, stopped: Stopped = False) -> None:
    """Write the tables into a file. Pause the app first (BRIDGE_PAUSED=true)."""

    async def work(wiring: Wiring) -> tuple[Counter[str], int]:
        storage = wiring.storage()
        await must_stand_still(storage, is_stopped=stopped)
        counted = await write_backup(wiring.tables(), file, storage.now())
        return counted, await verify_all(storage)

    _tell(f"{file}: ", *run(work, asks_storage=True))


def restore(file: File, *, stopped: Stopped = False) -> None:
    """Bring back the tables from a file into empty ones. Pause the app first; `rebuild` after it, then go on."""

    async def work(wiring: Wiring) -> tuple[Counter[str], int]:
        storage = wiring.storage()
        await must_stand_still(storage, is_stopped=stopped)
        counted = await restore_tables(wiring.tables(), storage, file)
        return counted, await verify_all(storage)

    _tell("restored: ", *run(work, asks_storage=True))
    typer.echo("Tasks that were made since the backup are found by `manage.py rebuild`: until then the app makes none.")


async def verify_all(storage: Storage) -> int:
    """
    Check the chain of every history, up to the end that its origin knows; return how many.

    Raises:
        RefusedError: one is not what was written.
    """
    verified = 0
    async for origin in storage.origins.list_origins():
        if lines := await storage.origins.list_lines(origin):
            try:
                evidence_verify.verify(render_json(origin, lines))
            except evidence_verify.VerifyError as error:
                message = f"the history of {origin} is not what was written: {error}"
                raise RefusedError(message) from error
            verified += 1
    return verified


def _tell(what: str, counted: Counter[str], histories: int) -> None:
    rows = ", ".join(f"{number} {table}" for table, number in counted.items())
    typer.echo(f"{what}{rows or 'nothing'}; {histories} histories verified")
