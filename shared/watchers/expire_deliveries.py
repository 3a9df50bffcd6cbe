"""Forget what is remembered for a while only."""

from shared.intake.signatures import REMEMBERED
from shared.services import Services


async def tidy(services: Services) -> int:
    """
    Forget signed deliveries whose signature has long run out; return how many.

    Raises:
        UnavailableError: storage did not answer; the next run goes on.
    """
    return await services.control.drop_deliveries(services.now() - REMEMBERED)
