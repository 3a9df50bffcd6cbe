"""A row that holds what no release ever wrote: it may stop the item that it is about, and nothing else."""

from random import Random

from shared.models.link import FieldBase, Link, LinkState
from tests.simulation.world import World

FIELD = "assignees"
NEVER_WRITTEN = FieldBase(asked=5, got=5)


class Damages:
    """Damages links, one at a time, and has them put right by hand."""

    def __init__(self, world: World, rng: Random) -> None:
        self._world = world
        self._rng = rng
        self._as_it_was: dict[tuple[str, str], FieldBase] = {}
        """By partition and key of its row."""

    def do(self) -> str | None:
        """Damage the link of an open task; return its row's key. None: there is none."""
        found = sorted(
            (partition, key)
            for partition, rows in self._world.tables.tables.get("origins", {}).items()
            for key in rows
            if key.startswith("link|")
            and (link := self._read(partition, key)).state is LinkState.OPEN
            and FIELD in link.base
        )
        if not found:
            return None
        partition, key = self._rng.choice(found)
        self._as_it_was.setdefault((partition, key), self._read(partition, key).base[FIELD])
        self._write(partition, key, NEVER_WRITTEN)
        return f"{partition} {key}"

    def undo(self) -> None:
        """Put every damaged row right that nobody wrote since."""
        for (partition, key), base in self._as_it_was.items():
            rows = self._world.tables.tables.get("origins", {}).get(partition, {})
            if key in rows and self._read(partition, key).base.get(FIELD) == NEVER_WRITTEN:
                self._write(partition, key, base)

    def _read(self, partition: str, key: str) -> Link:
        return Link.model_validate_json(self._world.tables.tables["origins"][partition][key]["data"])

    def _write(self, partition: str, key: str, base: FieldBase) -> None:
        rows = self._world.tables.tables["origins"][partition]
        data = self._read(partition, key).based({FIELD: base}).model_dump_json()
        rows[key] = self._world.tables.stamped({**rows[key], "data": data})
