"""Rows that could not be read: each costs itself alone, is told once, and waits to be told to the operator."""

import logging
from dataclasses import dataclass

log = logging.getLogger(__name__)
MOST_KEPT = 100
"""Of rows that nobody took note of yet: more say nothing more."""


@dataclass(frozen=True)
class UnreadRow:
    """A row that holds what this release can't read: broken, or written by a newer one."""

    table: str
    partition: str
    key: str
    wanted: str
    """What should have been in it: a model's name."""
    write: str
    """Which write made it: a row written anew may be well."""

    @property
    def subject(self) -> str:
        """Name it as a trouble's subject: table/partition/key."""
        return f"{self.table}/{self.partition}/{self.key}"


class UnreadRows:
    """The unreadable rows that this worker met. Troubles are made of them at the next wall."""

    def __init__(self) -> None:
        self._told: set[UnreadRow] = set()
        self._kept: dict[str, UnreadRow] = {}
        """By subject: the last that was met of each."""

    def add(self, row: UnreadRow) -> None:
        """Take note of a row. Its content is not told: it may name people."""
        if row not in self._told:
            log.error("row %s/%s of table %s holds no %s: passed over", row.partition, row.key, row.table, row.wanted)
        if len(self._kept) < MOST_KEPT:
            self._told.add(row)
            self._kept[row.subject] = row

    def forget(self, table: str, partition: str, key: str) -> None:
        """Take no more note of a row: it can be read by now, or is gone."""
        if self._kept:
            self._kept.pop(f"{table}/{partition}/{key}", None)

    def list_met(self) -> tuple[UnreadRow, ...]:
        """Return what was met since it was last handed over, and leave it to be."""
        return tuple(self._kept.values())

    def take(self) -> tuple[UnreadRow, ...]:
        """Hand over what was met since the last time."""
        kept, self._kept = self.list_met(), {}
        return kept
