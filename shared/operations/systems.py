"""How each system stands that the bridge needs, told from the troubles. Pure."""

from collections.abc import Sequence
from datetime import datetime

from shared.models.doors import Health, SystemState
from shared.models.trouble import Trouble
from shared.models.troubles import Where
from shared.operations.app_state import AppState
from shared.operations.standstill import SILENT
from shared.store.gates import SIGN_IN

ALWAYS = ("opentext", "graph", "storage", "settings", "mapping")
"""What nothing goes on without."""
_NAMES = {
    "opentext": "OpenText",
    "otds": "OTDS",
    "graph": "Planner",
    "entra": "Microsoft Entra",
    "storage": "Storage",
    "settings": "Settings",
    "mapping": "Mapping",
    "mail": "Mail",
    f"{SIGN_IN}service": "OpenText sign-in",
}


def systems_of(troubles: Sequence[Trouble], app: AppState | None, now: datetime) -> tuple[SystemState, ...]:
    """
    Say how each system stands: those that nothing goes on without, and every other one that is in trouble.

    No trouble is good news only where somebody looked: of an app that does not sweep nothing is known.

    Args:
        troubles: that stand now.
        app: what it last said of itself. None: it never swept.
        now: UTC.
    """
    of: dict[str, list[Trouble]] = {subject: [] for subject in ALWAYS}
    for trouble in troubles:
        if trouble.where is Where.SYSTEM:
            of.setdefault(trouble.subject, []).append(trouble)
    is_seen = app is not None and now - app.at < SILENT
    return tuple(_state(subject, mine, is_seen=is_seen) for subject, mine in of.items())


def _state(subject: str, troubles: Sequence[Trouble], *, is_seen: bool) -> SystemState:
    name = name_of(subject)
    if not troubles:
        # Storage has just answered.
        is_well = is_seen or subject == "storage"
        note = "" if is_well else "the app has not swept lately"
        return SystemState(name=name, subject=subject, health=Health.WELL if is_well else Health.NOT_KNOWN, note=note)
    first = troubles[0]
    health = Health.TROUBLED if any(one.facts.needs_person for one in troubles) else Health.PAUSED
    since = min(one.since for one in troubles)
    return SystemState(name=name, subject=subject, health=health, note=first.facts.sentence, since=since)


def name_of(subject: str) -> str:
    """Return what people call a system; what has no such name keeps its own."""
    if subject in _NAMES:
        return _NAMES[subject]
    return f"OpenText sign-in as user {subject.rpartition('-')[2]}" if subject.startswith(SIGN_IN) else subject
