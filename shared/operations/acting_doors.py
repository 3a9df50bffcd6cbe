"""The doors through which an operator acts."""

from collections.abc import Mapping

from shared.errors import NotFoundError, Problem, RejectedError, UnconfirmedError
from shared.models.asked import BrakeWanted, GateWanted, LettersWanted, LookWanted, PlanWanted, RetryWanted
from shared.models.doors import Done
from shared.operations import interventions as acts
from shared.operations.asking import Answer, Asking, door
from shared.operations.chosen import Chosen, find_held

MANY = 10
"""What more origins or letters than that would feel is done only when it is confirmed."""


async def _look(wanted: LookWanted, asking: Asking) -> Done:
    await acts.look_again(wanted.origin, asking.by, asking.wired.storage())
    return Done(sentence=f"{wanted.origin} will be looked at.", count=1)


async def _retry(wanted: RetryWanted, asking: Asking) -> Done:
    storage, chosen = asking.wired.storage(), Chosen(wanted.cause, wanted.plan, wanted.rule)
    origins = await find_held(chosen, storage)
    _must_be_sure(len(origins), "origins would be looked at again", confirmed=wanted.confirmed)
    if not origins:
        return Done(sentence="Nothing is held so.", count=0)
    await acts.retry(chosen, origins, asking.by, storage)
    asking.counts.forget()
    return Done(sentence=f"{_many(len(origins), 'origin')} will be looked at.", count=len(origins))


async def _gate(wanted: GateWanted, asking: Asking) -> Done:
    await acts.open_gate(wanted.name, asking.by, asking.wired.storage())
    return Done(sentence="The gate is open.", count=1)


async def _brake(wanted: BrakeWanted, asking: Asking) -> Done:
    storage = asking.wired.storage()
    if (row := (await storage.brakes.list_all()).get(wanted.rule)) is None or row.tripped_at is None:
        message = "no ending of that rule is held"
        raise NotFoundError(message)
    origins = await acts.find_braked(wanted.rule, storage)
    if not wanted.confirmed:
        # That there are many is why it is held.
        raise UnconfirmedError(len(origins), "origins would have tasks ended")
    await acts.release_brake(wanted.rule, origins, asking.by, storage)
    asking.counts.forget()
    done = f"Rule {wanted.rule} is released for an hour; {_many(len(origins), 'origin')} will be looked at."
    return Done(sentence=done, count=len(origins))


async def _replay(wanted: LettersWanted, asking: Asking) -> Done:
    storage = asking.wired.storage()
    letters = await acts.choose_letters(_key(wanted), storage)
    _must_be_sure(len(letters), "letters would be sent again", confirmed=wanted.confirmed)
    queued, left = await acts.replay_letters(letters, asking.by, storage)
    return Done(sentence=f"{_many(len(queued), 'letter')} sent again.", count=len(queued), left=tuple(left))


async def _drop(wanted: LettersWanted, asking: Asking) -> Done:
    storage = asking.wired.storage()
    letters = await acts.choose_letters(_key(wanted), storage)
    _must_be_sure(len(letters), "letters would be dropped", confirmed=wanted.confirmed)
    await acts.drop_letters(letters, asking.by, storage)
    return Done(sentence=f"{_many(len(letters), 'letter')} dropped.", count=len(letters))


def _key(wanted: LettersWanted) -> str | None:
    """Return the key of one letter; None: all are meant."""
    if (wanted.key is None) is not wanted.all:
        raise RejectedError([Problem("key", "give the key of one letter, or all: true")])
    return wanted.key


def _must_be_sure(count: int, what: str, *, confirmed: bool) -> None:
    if count > MANY and not confirmed:
        raise UnconfirmedError(count, what)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


async def _plan(wanted: PlanWanted, asking: Asking) -> Done:
    await acts.read_plan(wanted.plan, asking.by, asking.wired.storage())
    return Done(sentence="The plan will be read.", count=1)


ACTING: Mapping[str, Answer] = {
    "look": door(LookWanted, _look),
    "plan": door(PlanWanted, _plan),
    "retry": door(RetryWanted, _retry),
    "gate": door(GateWanted, _gate),
    "brake": door(BrakeWanted, _brake),
    "replay": door(LettersWanted, _replay),
    "drop": door(LettersWanted, _drop),
}
