"""No story: what `make start` plays."""

from local.running import System
from local.telling import Teller


async def play(system: System, teller: Teller) -> None:
    """Say that everything runs."""
    teller.tell("Bridge", "everything runs", f"{system.app_url}/api/health")
