"""A row that holds what no release ever wrote: it may stop the item that it is about, and nothing else."""

from datetime import datetime
from random import Random

from shared.models.holds import RefusalReason
from shared.models.link import Link, LinkState, Refusal
from tests.simulation.world import World

NAIVE = datetime(2026, 11, 23, 8, 0)  # noqa: DTZ001 - a time without its zone is the damage
NEVER_WRITTEN = Refusal(reason=RefusalReason.REASSIGNED, text="put back", at=NAIVE, reopened=True)


class Damages:
    """Damages links, one at a time, and has them put right by hand."""

    def __init__(self, world: World, rng: Random) -> None:
        self._world = world
        self._rng = rng
        self._damaged: set[tuple[str, str]] = set()
        """Partition and key of each row."""

    def do(self) -> str | None:
        """Damage the link of an open task; return its row's key. None: there is none."""
        found = sorted(
            (partition, key)
            for partition, rows in self._world.tables.tables.get("origins", {}).items()
            for key in rows
            if key.startswith("link|") and self._read(partition, key).state is LinkState.OPEN
        )
        if not found:
            return None
        partition, key = self._rng.choice(found)
        self._damaged.add((partition, key))
        link = self._read(partition, key)
        self._write(partition, key, (*link.refusals, NEVER_WRITTEN))
        return f"{partition} {key}"

    def undo(self) -> None:
        """Put every damaged row right."""
        for partition, key in sorted(self._damaged):
            if key not in self._world.tables.tables.get("origins", {}).get(partition, {}):
                continue
            refusals = self._read(partition, key).refusals
            if NEVER_WRITTEN in refusals:
                self._write(partition, key, tuple(one for one in refusals if one != NEVER_WRITTEN))

    def _read(self, partition: str, key: str) -> Link:
        return Link.model_validate_json(self._world.tables.tables["origins"][partition][key]["data"])

    def _write(self, partition: str, key: str, refusals: tuple[Refusal, ...]) -> None:
        rows = self._world.tables.tables["origins"][partition]
        data = self._read(partition, key).model_copy(update={"refusals": refusals}).model_dump_json()
        rows[key] = self._world.tables.stamped({**rows[key], "data": data})
