"""What the running app last said of itself: when it swept, and under which mapping."""

from datetime import datetime, timedelta

from pydantic import Field, ValidationError

from shared.models.base import Stored
from shared.services import Services, Storage

APP = "app/state"
"""Cursor that holds it."""
TOLD_AGAIN = timedelta(minutes=5)


class AppState(Stored):
    """Written by the sweep, at most every five minutes while nothing changes."""

    at: datetime = Field(description="UTC: of a sweep that came to its end, five minutes ago at most before the last.")
    mapping_hash: str = Field(description="SHA-256 of the mapping in force.")


async def note_app(services: Services) -> int:
    """
    Write down that the app sweeps, and under which mapping; returns 0: this is no work.

    Raises:
        UnavailableError: storage does not answer.
    """
    now, before = services.now(), await find_app(services)
    is_told = before is not None and timedelta() <= now - before.at < TOLD_AGAIN
    if before is None or before.mapping_hash != services.mapping_hash or not is_told:
        await services.cursors.save(APP, AppState(at=now, mapping_hash=services.mapping_hash).model_dump_json())
    return 0


async def find_app(storage: Storage) -> AppState | None:
    """Read what the app last said. None: it never swept, or a newer release says it in other words."""
    try:
        return AppState.model_validate_json(await storage.cursors.find(APP) or "")
    except ValidationError:
        return None
