"""
Write the four tables into one file, and bring them back from it. The app must stand still meanwhile.

The file is gzipped JSON, one row a line, between a first line that says what it is and a last one that counts the rows
and hashes all lines before it: a file that was cut off, or edited, is refused before anything is written.
"""

import asyncio
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from shared.errors import InputError, Problem, RefusedError, StaleError
from shared.models.messages import AgendaEntry
from shared.models.words import WaitedFor
from shared.operations.app_state import APP
from shared.services import Storage
from shared.store.row import escape
from shared.store.table import Table
from shared.store.tables import NAMES, Tables
from shared.targets.unproven import EVERYWHERE, Unproven

FORMAT = "ecm-planner-bridge tables 1"
WAITS = "the tables came back from a backup, and no rebuild followed"
AT_ONCE = 16
"""Writes that are under way together."""
_OF_WORKERS = frozenset({"hands", "slot"})
"""Partitions of `control` that say what a worker does now: of no meaning to another one."""
_GIVEN = frozenset({"origins", "tasks"})
"""Tables in which no row may differ from the file's: history, links and claims are not written over."""


class Saved(NamedTuple):
    """One row of the file."""

    table: str
    partition: str
    key: str
    data: str


async def write_backup(tables: Tables, file: Path, now: datetime) -> Counter[str]:
    """
    Write every row into a file that its owner alone may read; return how many, by table.

    Raises:
        UnavailableError: storage does not answer; there is no file then.
    """
    counted: Counter[str] = Counter()
    digest = hashlib.sha256()
    # Under another name until it is whole: what was cut off must not lie there as a backup.
    unfinished = file.with_name(f"{file.name}.unfinished")
    # Before the first byte: opened by gzip alone, it would have the machine's usual rights.
    unfinished.touch(mode=0o600)
    try:
        # `newline`: on Windows other line ends would be written than were hashed.
        with gzip.open(unfinished, "wt", encoding="utf-8", newline="\n") as out:

            def put(line: object) -> None:
                text = json.dumps(line, ensure_ascii=True)
                digest.update(f"{text}\n".encode())
                out.write(f"{text}\n")

            put({"format": FORMAT, "at": now.isoformat()})
            async for row in _rows(tables):
                put(row)
                counted[row.table] += 1
            put({"rows": counted.total(), "sha256": digest.hexdigest()})
    # Ctrl-C, too: half a file would be left, with names and histories in plain text.
    except BaseException:
        unfinished.unlink()
        raise
    unfinished.replace(file)
    return counted


async def restore(tables: Tables, storage: Storage, file: Path) -> Counter[str]:
    """
    Write a file's rows into tables that hold nothing else; return how many, by table. Running it again goes on.

    Every origin is looked at afterwards: what happened since the backup is found as what no hint announced. Until a
    rebuild no task is made: it may have been, since the backup.

    Raises:
        InputError: the file is none of ours, was cut off, or edited.
        RefusedError: the tables hold other rows than the file; nothing was written.
        UnavailableError: storage does not answer; run it again.
    """
    _check(file)
    await _must_hold_nothing_else(tables, file)
    now = storage.now()
    # Before the rows and after them: the file may hold what an earlier rebuild said.
    await _wait_for_rebuild(storage, now)
    counted: Counter[str] = Counter()
    waiting: list[Saved] = []
    for row in _read(file):
        counted[row.table] += 1
        waiting.append(row)
        if len(waiting) == AT_ONCE:
            await _put_all(tables, waiting)
            waiting.clear()
    await _put_all(tables, waiting)
    await _wait_for_rebuild(storage, now)
    async for origin in storage.origins.list_origins():
        await storage.agenda.put(AgendaEntry(at=now, origin=origin, waited_for=WaitedFor.REBUILT, bulk=True), now)
    return counted


async def _rows(tables: Tables) -> AsyncIterator[Saved]:
    for name in NAMES:
        async for row in _table(tables, name).scan("PartitionKey ge @first", first=""):
            # What the app last said of itself stays behind: brought back, it would tell a restore or a rebuild of a
            # rest that was long ago.
            is_passing = row.partition in _OF_WORKERS or (row.partition, row.key) == ("cursor", escape(APP))
            if name != "control" or not is_passing:
                yield Saved(name, row.partition, row.key, row.data)


def _check(file: Path) -> None:
    digest, rows, last = hashlib.sha256(), 0, ""
    try:
        with gzip.open(file, "rt", encoding="utf-8", newline="\n") as lines:
            first = json.loads(next(lines, "null"))
            digest.update(f"{json.dumps(first, ensure_ascii=True)}\n".encode())
            for line in lines:
                if last:
                    digest.update(last.encode())
                    rows += 1
                last = line
        is_ours = isinstance(first, dict) and first.get("format") == FORMAT
        is_whole = is_ours and json.loads(last or "null") == {"rows": rows, "sha256": digest.hexdigest()}
    except (OSError, EOFError, ValueError) as error:
        raise InputError([Problem(str(file), f"can't be read as a backup: {error}")]) from error
    if not is_ours:
        raise InputError([Problem(str(file), f"is no backup of this bridge ({FORMAT})")])
    if not is_whole:
        raise InputError([Problem(str(file), "was cut off or edited; take another backup")])


def _read(file: Path) -> Iterator[Saved]:
    with gzip.open(file, "rt", encoding="utf-8", newline="\n") as lines:
        for row in map(json.loads, lines):
            if isinstance(row, list):
                yield Saved(*row)


async def _must_hold_nothing_else(tables: Tables, file: Path) -> None:
    standing = {row[:3]: row.data async for row in _rows(tables) if row.table in _GIVEN}
    if standing:
        for row in _read(file):
            if standing.get(row[:3]) == row.data:
                del standing[row[:3]]
    if standing:
        table, partition, key = next(iter(standing))
        message = f"{table} holds {partition}/{key}, which the backup has not, or otherwise: restore into empty tables"
        raise RefusedError(message)


async def _wait_for_rebuild(storage: Storage, now: datetime) -> None:
    """Have nothing made, sent on or told as new until a rebuild found what happened since the backup."""
    await Unproven(storage.cursors, storage.now).save({EVERYWHERE: WAITS})
    await storage.cursors.note_rebuild(now)


async def _put_all(tables: Tables, rows: list[Saved]) -> None:
    await asyncio.gather(*(_put(_table(tables, row.table), row) for row in rows))


async def _put(table: Table, row: Saved) -> None:
    if row.table not in _GIVEN:
        await table.put(row.partition, row.key, row.data)
        return
    try:
        await table.insert(row.partition, row.key, row.data, is_ours=lambda found: found.data == row.data)
    except StaleError as error:
        message = f"somebody writes to {row.table} meanwhile: stop the app, empty the tables, restore again"
        raise RefusedError(message) from error


def _table(tables: Tables, name: str) -> Table:
    found: Table = getattr(tables, name)
    return found
