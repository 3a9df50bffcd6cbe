"""
What must hold at the very moment of a write, since a later look may make good what was wrong.

Nothing here knows how the engine decides: rows are seen as they are written, and calls as they reach a system.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from local.in_process.tables import Change
from shared.models.messages import AgendaEntry
from shared.models.words import WaitedFor
from shared.store.gates import NEEDED_BY_A_LOOK
from shared.store.row import unescape, unstamp
from tests.simulation.faults import WORKER
from tests.simulation.journal import LOOK
from tests.simulation.looking import gates_heard_of, is_in_hand, lease_owner
from tests.simulation.world import World

_CHANGES = re.compile("/planner/|/processes/|/nodes/")
_FOLLOWING = frozenset({WaitedFor.HINT_AGAIN, WaitedFor.SEND_ON, WaitedFor.DETAILS})
_EARLY = timedelta(seconds=10)
_COMMITS_KEPT = 8
LOOK_ENDS = timedelta(seconds=180)
GATES_HEARD = timedelta(seconds=12)
"""Later than this every worker knows of a gate that another one closed, and what it decided before is written."""


class _Commits(BaseModel):
    """Of a lease, what is asked for at each of its writes."""

    commits: tuple[str, ...] = ()


@lru_cache(maxsize=256)
def _commits(data: str) -> tuple[str, ...]:
    # Kept: what a lease is after one write, it is before the next.
    return _Commits.model_validate_json(data).commits


class Witness:
    """
    Watches who writes, and by what right.

    Args:
        tell: called with what must not be.
        is_prompt: whether a worker writes at once what it decided: none was frozen between the two, and no clock ever
            jumped.
        may_be_dead: whether a worker died or was frozen, or may have met a storage that does not answer.
    """

    def __init__(
        self,
        world: World,
        tell: Callable[[str], None],
        *,
        is_prompt: Callable[[], bool],
        may_be_dead: Callable[[str], bool],
    ) -> None:
        self._world = world
        self._tell = tell
        self._is_prompt = is_prompt
        self._may_be_dead = may_be_dead
        self.is_hurried = False
        """Somebody whose clock was ahead did too early what follows a hint or a step: it can't find what it is for."""

    def written(self, table: str, changes: Sequence[Change]) -> None:
        """Look at rows that were just written."""
        for before, after in changes:
            if after is None:
                self.is_hurried |= table == "agenda" and before is not None and self._is_too_early(before)
                continue
            if table == "origins" and after["RowKey"] == "lease" and before is not None:
                self._check_lease(str(before["data"]), str(after["data"]), str(after["PartitionKey"]))
            elif table == "control" and after["PartitionKey"] == "hands" and '"buried":true' in after["data"]:
                self._check_burial(unescape(str(after["RowKey"])).partition("+")[0])
            elif table == "agenda" and str(after["RowKey"]).endswith(f"|{WaitedFor.GATE}"):
                self._check_gate(AgendaEntry.model_validate_json(after["data"]))

    def called(self, system: str, method: str, path: str) -> None:
        """Look at a look's call that changes something: its worker is not believed dead, and has the origin's lease."""
        if not LOOK.get() or method == "GET" or not _CHANGES.search(path):
            return
        worker, origin = WORKER.get(), self._world.journal.origins[LOOK.get()]
        owner = lease_owner(self._world, origin)
        if owner.partition("#")[0].partition("+")[0] != worker or not is_in_hand(self._world, worker, origin):
            self._tell(
                f"written for {origin} by {worker}, who may be believed dead, or has no lease of it: {method} {path}"
            )

    def cut(self, system: str, method: str, path: str) -> None:
        """Take note of a call that the end of its look cut although it had its effect."""
        age = self._world.now() - self._world.journal.looks.get(LOOK.get(), self._world.now())
        if method != "GET" and age >= LOOK_ENDS:
            self._tell(f"cut by the end of its look: {system} {method} {path}")

    def _is_too_early(self, row: Mapping[str, Any]) -> bool:
        """Tell a timer for what may show late, which goes before its time. Nothing but a sweep takes one away."""
        at, _, reason = str(row["RowKey"]).split("|")
        return reason in _FOLLOWING and unstamp(at) > self._world.now() + _EARLY

    def _check_lease(self, before: str, after: str, origin: str) -> None:
        """Each commit follows the one that stood: nobody writes over what he has not read."""
        known, now = _commits(before), _commits(after)
        if now not in (known, (*known, *now[-1:])[-_COMMITS_KEPT:]):
            self._tell(f"a lease was written over by {WORKER.get()}: {origin}")

    def _check_burial(self, worker: str) -> None:
        """Nobody is buried who gives signs of life."""
        if not self._may_be_dead(worker):
            self._tell(f"buried alive: {worker}")

    def _check_gate(self, entry: AgendaEntry) -> None:
        """Who waits for gates waits for the last of them."""
        heard = gates_heard_of(self._world, self._world.now() - GATES_HEARD)
        until = max((at for name, at in heard.items() if name in NEEDED_BY_A_LOOK), default=entry.at)
        if entry.at < until and self._is_prompt():
            self._tell(f"{entry.origin} is looked at {entry.at:%H:%M:%S}, and a gate is closed until {until:%H:%M:%S}")
