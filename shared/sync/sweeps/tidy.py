"""Forget what is remembered for a while only."""

from shared.sync.hints.proof import REMEMBERED
from shared.sync.services import Services


async def tidy(services: Services) -> int:
    """
    Forget signed deliveries whose signature has long run out; return how many.

    Raises:
        UnavailableError: storage did not answer; the next run goes on.
    """
    return await services.control.drop_deliveries(services.now() - REMEMBERED)
