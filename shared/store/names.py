"""Names: the ids that names of the mapping had when they were last there, so that a renamed one is told as renamed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from shared.models.wanted import NameKind
from shared.store.row import escape, unescape
from shared.store.tables import Tables
from shared.timing import NAMES_KEPT

_NAME = "name"


class Names:
    """Partition `name` of the table `control`: a row for each name and id, insert-only."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control
        self._known: dict[tuple[NameKind, str], frozenset[str]] = {}
        self._read: datetime | None = None

    async def list_all(self, now: datetime, *, anew: bool = False) -> dict[tuple[NameKind, str], frozenset[str]]:
        """
        Read what each name meant; asked for at most every ten minutes.

        Args:
            now: UTC.
            anew: ask for it in any case: another worker may have learnt a name since.
        """
        if anew or self._read is None or not self._read <= now < self._read + NAMES_KEPT:
            found: dict[tuple[NameKind, str], set[str]] = defaultdict(set)
            for row in await self._table.list_partition(_NAME):
                kind, name, number = _parts(unescape(row.key))
                if kind is not None:
                    found[kind, name].add(number)
            self._known = {name: frozenset(ids) for name, ids in found.items()}
            self._read = now
        return self._known

    async def remember(self, names: Iterable[tuple[NameKind, str, str]]) -> None:
        """Remember which id a name has. Fine when it is known."""
        for kind, name, number in names:
            known = self._known.get((kind, name), frozenset())
            if number not in known:
                # The id stands before the name: a name may hold the bar that parts them.
                await self._table.add(_NAME, escape(f"{kind}|{number}|{name}"))
                self._known[kind, name] = known | {number}


def _parts(key: str) -> tuple[NameKind | None, str, str]:
    kind, _, rest = key.partition("|")
    number, _, name = rest.partition("|")
    return (NameKind(kind) if kind in set(NameKind) else None), name, number
