"""
The composition root: settings become clients, stores and rules, once a worker, when they are first needed.

Functions and commands ask here; a test, a demo or the simulation puts its own wiring in place with `use`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shared.intake.graph import Notifications
from shared.intake.opentext import Intake
from shared.operations.health import Probe
from shared.wiring.worker import Wiring

if TYPE_CHECKING:
    from shared.services import Services, Storage

__all__ = ["Wiring", "current", "intake", "notifications", "probes", "services", "storage", "use"]

# The one thing that outlives an invocation, as the Functions model wants it: connections are made once a worker.
_wirings = [Wiring(os.environ, heeds_signals=True)]


def current() -> Wiring:
    """Return this worker's wiring."""
    return _wirings[-1]


@contextmanager
def use(wiring: Wiring) -> Iterator[Wiring]:
    """Put another wiring in place for a while; who made it closes it."""
    _wirings.append(wiring)
    try:
        yield wiring
    finally:
        _wirings.remove(wiring)


def storage() -> Storage:
    """See `Wiring.storage`."""
    return current().storage()


def services() -> Services:
    """See `Wiring.services`."""
    return current().services()


def intake() -> Intake:
    """See `Wiring.intake`."""
    return current().intake()


def notifications() -> Notifications:
    """See `Wiring.notifications`."""
    return current().notifications()


def probes() -> dict[str, Probe]:
    """See `Wiring.probes`."""
    return current().probes()
