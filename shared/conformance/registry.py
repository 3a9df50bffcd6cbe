"""The probes, by the belief that each asks about."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from shared.conformance.observed import Observed
from shared.conformance.sandbox import Sandbox

Probe: TypeAlias = Callable[[Sandbox], Awaitable[Observed]]

PROBES: dict[str, Probe] = {}
"""By the belief's id; `shared.conformance.probes` fills it."""


def probe(belief: str) -> Callable[[Probe], Probe]:
    """Keep a function as the probe of a belief."""

    def keep(function: Probe) -> Probe:
        PROBES[belief] = function
        return function

    return keep
