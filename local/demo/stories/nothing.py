"""No story: what `make start` plays."""

from local.demo.narrator import Teller
from local.local_system import System


async def play(system: System, teller: Teller) -> None:
    """Say that everything runs."""
    teller.tell("Bridge", "everything runs", f"{system.app_url}/api/health")
