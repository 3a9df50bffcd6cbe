"""Troubles: read for all doors in one place, and looked after by the sweep."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from shared.decisions.brake import BrakeRow
from shared.errors import InputError, Problem
from shared.models.gate import Gate
from shared.models.trouble import Trouble
from shared.models.troubles import Cause, Where
from shared.observability.telemetry import show
from shared.operations.unread_rows import is_read_again
from shared.services import Storage
from shared.store.gates import SIGN_IN
from shared.store.queues import POISON
from shared.timing import SPEAKS_FOR

FADES = {
    Cause.FAILED: timedelta(hours=1),
    Cause.SUPERSEDED: timedelta(minutes=10),
    # Of a row whose model is not known here: the others are looked at.
    Cause.UNREADABLE_ROW: timedelta(hours=2),
}
"""What no success of its own ends: it counts as over once it was not met for so long."""
SETTING = "setting "
"""Begins the subject of a setting's own trouble, told by the sweep."""


async def read_troubles(storage: Storage) -> tuple[Trouble, ...]:
    """
    Read what stands in the way of systems, plans, rules and functions now; the oldest first.

    What stands in the way of items are the holds of their links: reading these is a scan, and the asker's choice.

    Raises:
        UnavailableError: storage does not answer.
    """
    now = storage.now()
    told = [trouble for trouble in await storage.troubles.list_all() if not has_faded(trouble, now)]
    # These stand in rows of their own, which the engine goes by: told a second time, the two would drift apart.
    closed = [of_gate(name, gate) for name, gate in (await storage.gates.list_all()).items() if gate.until > now]
    plans = [row.trouble async for row in storage.plans.list_all() if row.gone and row.trouble is not None]
    braked = [of_brake(rule, row) for rule, row in (await storage.brakes.list_all()).items() if row.tripped_at]
    return tuple(sorted([*told, *closed, *plans, *braked], key=lambda trouble: trouble.since))


def of_gate(name: str, gate: Gate) -> Trouble:
    """Say as a trouble that a system, or an identity, is left alone."""
    cause = Cause.SIGN_IN if name.startswith(SIGN_IN) else Cause.THROTTLED
    since = gate.since or gate.until
    return Trouble(
        where=Where.SYSTEM,
        subject=name,
        cause=cause,
        text=gate.why,
        since=since,
        last=since,
        tries=max(1, gate.refused),
        next_try=gate.until,
    )


def of_brake(rule: str, row: BrakeRow) -> Trouble:
    """Say as a trouble that a rule's endings are held."""
    since = row.tripped_at or datetime.max.replace(tzinfo=UTC)
    ended = sum(row.ended.values())
    text = f"{ended} of its items ended within an hour, and more would have: the rest is held"
    return Trouble(where=Where.RULE, subject=rule, cause=Cause.BRAKE, text=text, since=since, last=since)


def has_faded(trouble: Trouble, now: datetime) -> bool:
    """Tell whether a trouble that no success ends was not met for so long that it counts as over."""
    longest = SPEAKS_FOR if trouble.example else FADES.get(trouble.cause)
    return longest is not None and not trouble.holds and now - trouble.last > longest


async def look_after(storage: Storage, problems: Sequence[Problem] = ()) -> int:
    """
    Tell what only the sweep can see, take away what is over, and show how long what stands has stood.

    Args:
        problems: of all settings: a part that needs one of them may come to it once an hour.

    Returns:
        How many troubles stand.

    Raises:
        UnavailableError: storage does not answer.
    """
    now = storage.now()
    for queue in POISON:
        if waiting := await storage.queues.length(queue):
            # A dead letter is made of what a function can read; what stays here nobody can.
            await storage.troubles.tell(Where.SYSTEM, queue, Cause.POISON, f"{waiting} messages wait in {queue}", now)
        else:
            await storage.troubles.clear(Where.SYSTEM, queue, now, causes=(Cause.POISON,))
    malformed = {f"{SETTING}{one.field}": one.message for one in problems}
    for subject, message in malformed.items():
        await storage.troubles.tell(Where.SYSTEM, subject, Cause.SETTINGS, message, now)
    for trouble in await storage.troubles.list_all():
        is_mended = trouble.subject.startswith(SETTING) and trouble.subject not in malformed
        if is_mended or has_faded(trouble, now) or await is_read_again(storage, trouble):
            await storage.troubles.clear(trouble.where, trouble.subject, now, causes=(trouble.cause,))
    # Read anew: the gauges are to show what was just told, and no more what was just taken away.
    standing = await read_troubles(storage)
    _show(standing, now)
    return len(standing)


def _show(standing: tuple[Trouble, ...], now: datetime) -> None:
    oldest: dict[tuple[Where, Cause], datetime] = {}
    for trouble in standing:
        # They come oldest first: the first one of each kind speaks for it.
        oldest.setdefault((trouble.where, trouble.cause), trouble.since)
    for (where, cause), since in oldest.items():
        show("troubles", max(0.0, (now - since).total_seconds()), where=where.value, cause=cause.value)


class StandingError(InputError):
    """Troubles that stand, and need a person."""


async def probe_troubles(storage: Storage) -> None:
    """
    Ask what stands in the way of whole systems, and needs a person.

    Raises:
        StandingError: names each.
    """
    standing = [one for one in await read_troubles(storage) if one.where is Where.SYSTEM and one.facts.needs_person]
    if standing:
        raise StandingError([Problem(one.subject, f"{one.facts.sentence} {one.text}".strip()) for one in standing])
