"""What the running app last said of itself: when it swept, under which mapping, and whether it rests."""

from datetime import datetime, timedelta

from pydantic import Field, ValidationError

from shared.models.base import Stored
from shared.release import RELEASE
from shared.services import Services, Storage
from shared.timing import STATE_TOLD_AGAIN

APP = "app/state"
"""Cursor that holds it."""


class AppState(Stored):
    """Written by the sweep, at most every five minutes while nothing changes."""

    at: datetime = Field(description="UTC: of a sweep that came to its end, five minutes ago at most before the last.")
    mapping_hash: str = Field(description='SHA-256 of the mapping in force; "": not read yet.')
    paused: bool = Field(default=False, description="It rests, as BRIDGE_PAUSED asks.")
    release: str = Field(default="", description="Of the app. Empty: an earlier release wrote this.")


async def note_app(services: Services) -> int:
    """
    Write down that the app sweeps, and under which mapping; returns 0: this is no work.

    A worker that has to wait for another mapping says nothing.

    Raises:
        UnavailableError: storage does not answer.
    """
    if await services.in_force.ask() is None:
        await _note(services, services.mapping_hash, paused=False)
    return 0


async def note_paused(storage: Storage) -> int:
    """Write down that the app rests. Returns, Raises: as `note_app`."""
    before = await find_app(storage)
    # The mapping stays as it was told: an app that rests reads none, and `doctor` compares with the last one.
    await _note(storage, "" if before is None else before.mapping_hash, paused=True)
    return 0


async def find_app(storage: Storage) -> AppState | None:
    """Read what the app last said. None: it never swept, or a newer release says it in other words."""
    try:
        return AppState.model_validate_json(await storage.cursors.find(APP) or "")
    except ValidationError:
        return None


async def _note(storage: Storage, mapping_hash: str, *, paused: bool) -> None:
    now, before = storage.now(), await find_app(storage)
    # A time that has not come yet was written by a wrong clock: it would silence the app until then.
    is_told = before is not None and timedelta() <= now - before.at < STATE_TOLD_AGAIN
    said = (mapping_hash, paused, RELEASE)
    if before is None or (before.mapping_hash, before.paused, before.release) != said or not is_told:
        state = AppState(at=now, mapping_hash=mapping_hash, paused=paused, release=RELEASE)
        await storage.cursors.save(APP, state.model_dump_json())
