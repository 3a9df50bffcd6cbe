"""Systems that are away for hours, or for days: each in several ways, as services are away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from local.simulators.faults import HTML, Fault

GRAPH, OPENTEXT, SIGN_IN, STORAGE = "graph", "opentext", "sign-in", "storage"
UNREACHED = 0
"""In a status' place: nobody answers."""
WAYS: Mapping[str, Sequence[int]] = {
    GRAPH: (503, 403, 429, UNREACHED),
    OPENTEXT: (503, 404, 403, UNREACHED),
    SIGN_IN: (401, 503),
    STORAGE: (503,),
}
LASTING: Mapping[str, Sequence[tuple[timedelta, int]]] = {
    # Nothing passes from timer to timer while storage is away: what lasts longer costs nothing, and shows nothing more.
    STORAGE: ((timedelta(minutes=1), 3), (timedelta(hours=2), 1)),
}
LONG = ((timedelta(minutes=20), 12), (timedelta(hours=6), 3), (timedelta(days=2), 1))
"""How long others are away, and how often."""
_JSON = {"content-type": "application/json"}


@dataclass
class Outages:
    """What is away at the moment, and how."""

    ways: dict[str, int] = field(default_factory=dict)
    """System → the status it answers."""

    def begin(self, system: str, rng: Random) -> str:
        """Take a system away; return how."""
        self.ways[system] = rng.choice(WAYS[system])
        return f"{system} away: {self.ways[system] or 'not reached'}"

    def end(self) -> None:
        """Let everything be there again."""
        self.ways.clear()

    @property
    def is_storage_away(self) -> bool:
        """Tell whether neither tables nor queues answer."""
        return STORAGE in self.ways

    def is_unreached(self, system: str) -> bool:
        """Tell whether nobody answers there."""
        return self.ways.get(system) == UNREACHED

    def answer(self, system: str, path: str) -> Fault | None:
        """Return the answer of a system that is away. None: it is there."""
        if system == OPENTEXT and _is_sign_in(path) and SIGN_IN in self.ways:
            return _fault(self.ways[SIGN_IN])
        status = self.ways.get(system, UNREACHED)
        return None if status == UNREACHED else _fault(status)


def choose(rng: Random) -> tuple[str, timedelta]:
    """Choose what is away next, and for how long."""
    system = rng.choice(sorted(WAYS))
    lasting = LASTING.get(system, LONG)
    return system, rng.choices([time for time, _ in lasting], [often for _, often in lasting])[0]


def _is_sign_in(path: str) -> bool:
    return "/otdsws/" in path or path.endswith("/v1/auth")


def _fault(status: int) -> Fault:
    if status == 429:
        return Fault((429, {**_JSON, "Retry-After": "120"}, b"{}"))
    if status in (401, 403, 404):
        return Fault((status, _JSON, b'{"error":{"code":"","message":"an outage"}}'))
    return Fault((status, {"content-type": "text/html"}, HTML))
