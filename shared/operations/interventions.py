"""
What an operator does by hand: one function for each, behind the command line and the operations page alike.

Each is written down before it is done: who, what, of how many.
"""

import asyncio
from collections.abc import Collection, Sequence

from shared.errors import NotFoundError, RefusedError
from shared.models.holds import HoldCause
from shared.models.intervention import Act, Intervention
from shared.models.messages import OriginMessage, PlanMessage
from shared.models.words import WaitedFor
from shared.operations.chosen import Chosen, must_be_read
from shared.operations.dead_letters import replay
from shared.reconciler.braking import is_braked
from shared.services import Storage
from shared.store.agenda import Dead

AT_ONCE = 16
"""Messages that are sent side by side: somebody waits for thousands of them."""
LONGEST_NAME = 200


async def look_again(origin: str, by: str, storage: Storage) -> None:
    """
    Have an origin looked at now, completely: no hold's wait stands in the way.

    Args:
        origin: its key.
        by: who says so.
        storage: enough for it.

    Raises:
        UnavailableError: storage does not answer.
    """
    await _tell(storage, by, Act.LOOK, origin)
    await storage.queues.send_origin(_message(origin, by))


async def read_plan(plan: str, by: str, storage: Storage) -> None:
    """
    Have a plan read now, and looked at often for a while. Args: as `look_again`.

    Raises:
        NotFoundError: it is none that the bridge reads.
        UnavailableError: storage does not answer.
    """
    await must_be_read(plan, storage)
    await _tell(storage, by, Act.READ_PLAN, plan)
    await storage.queues.send_plan(PlanMessage(plan=plan, waited_for=WaitedFor.OPERATOR))


async def retry(chosen: Chosen, origins: Collection[str], by: str, storage: Storage) -> None:
    """
    Have origins looked at again in which something is held.

    A cause that is named is freed even where it waits for a person: it is this person who says so.

    Args:
        chosen: which holds are meant.
        origins: keys, as `find_held` returned them.
        by: who says so.
        storage: enough for it.

    Raises:
        UnavailableError: storage does not answer; what was queued by then stays queued, and doing it again is safe.
    """
    what = " ".join(str(part) for part in (chosen.cause, chosen.rule, chosen.plan) if part is not None)
    await _tell(storage, by, Act.RETRY, what, len(origins))
    await _send_all([_message(origin, by, frees=chosen.cause) for origin in origins], storage)


async def open_gate(name: str, by: str, storage: Storage) -> None:
    """
    Have a system called, or a sign-in tried, again at once. Args: as `look_again`.

    Raises:
        NotFoundError: there is no such gate.
        UnavailableError: storage does not answer.
    """
    if name not in await storage.gates.list_all():
        message = f"there is no gate {name!r}; `gate list` shows those that are closed"
        raise NotFoundError(message)
    await _tell(storage, by, Act.OPEN_GATE, name)
    await storage.gates.open(name)


async def find_braked(rule: str, storage: Storage) -> tuple[str, ...]:
    """Return the keys of the origins with an ending of a rule that the brake holds. Scans the whole table."""
    links = storage.origins.list_links()
    return tuple(sorted({origin async for origin, link in links if link.rule_id == rule and is_braked(link)}))


async def release_brake(rule: str, origins: Collection[str], by: str, storage: Storage) -> None:
    """
    Let a rule end what its condition says no to, for an hour; what was held is looked at at once.

    Args:
        rule: its id.
        origins: keys, as `find_braked` returned them.
        by: who says so.
        storage: enough for it.

    Raises:
        UnavailableError: storage does not answer; it may be released by then.
    """
    await _tell(storage, by, Act.RELEASE_BRAKE, rule, len(origins))
    # Released before the looks are queued: one that came first would meet the brake once more.
    await storage.brakes.release(rule, storage.now())
    await _send_all(
        [OriginMessage(origin=origin, waited_for=WaitedFor.AGAIN, asked_by=by) for origin in origins], storage
    )


async def replay_letters(letters: Sequence[Dead], by: str, storage: Storage) -> tuple[list[str], list[str]]:
    """
    Send dead letters again, and take them away.

    Returns:
        What will be looked at; and of which letters it can't be said, with the reason: they stay.
    """
    await _tell(storage, by, Act.REPLAY, _subject(letters), len(letters))
    queued: list[str] = []
    left: list[str] = []
    for letter in letters:
        try:
            queued.append(await replay(letter, storage))
        except RefusedError as error:
            left.append(str(error))
    return queued, left


async def drop_letters(letters: Sequence[Dead], by: str, storage: Storage) -> None:
    """Take dead letters away. Their origins are still looked at in their turn."""
    await _tell(storage, by, Act.DROP, _subject(letters), len(letters))
    for letter in letters:
        await storage.agenda.remove_dead(letter.key)


async def choose_letters(key: str | None, storage: Storage) -> tuple[Dead, ...]:
    """
    Find a dead letter, or all of them.

    Args:
        key: of one. None: all.
        storage: enough for it.

    Raises:
        NotFoundError: there is no such letter.
    """
    letters = await storage.agenda.list_dead()
    found = tuple(one for one in letters if key in (None, one.key))
    if key is not None and not found:
        message = f"there is no letter {key!r}"
        raise NotFoundError(message)
    return found


def _message(origin: str, by: str, *, frees: HoldCause | None = None) -> OriginMessage:
    # As a resync does: finished tasks are read too, and no hold's wait stands in the way.
    return OriginMessage(origin=origin, waited_for=WaitedFor.OPERATOR, frees=frees, asked_by=by[:LONGEST_NAME])


def _subject(letters: Sequence[Dead]) -> str:
    return letters[0].key if len(letters) == 1 else ""


async def _tell(storage: Storage, by: str, act: Act, subject: str, count: int = 1) -> None:
    await storage.interventions.tell(
        Intervention(at=storage.now(), by=by[:LONGEST_NAME], act=act, subject=subject, count=count)
    )


async def _send_all(messages: Sequence[OriginMessage], storage: Storage) -> None:
    for first in range(0, len(messages), AT_ONCE):
        await asyncio.gather(*map(storage.queues.send_origin, messages[first : first + AT_ONCE]))
