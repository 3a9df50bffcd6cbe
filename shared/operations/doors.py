"""
The operator's doors: by name and method, what each takes, and who answers.

`docs/operations-api.md` is their list. Each does what a command of `manage.py` does, by the same function.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from shared.errors import (
    DoorError,
    NotFoundError,
    OtherMethodError,
    Problem,
    RejectedError,
    UnavailableError,
    UnconfirmedError,
)
from shared.models.asked import (
    BrakeWanted,
    FindAsked,
    GateWanted,
    HeldAsked,
    LettersWanted,
    LookWanted,
    Nothing,
    OriginAsked,
    PageAsked,
    RetryWanted,
    SeriesAsked,
    TroublesAsked,
    WhyAsked,
    read_asked,
)
from shared.models.doors import (
    BrakesAnswer,
    DoctorAnswer,
    Done,
    FindingShown,
    FoundAnswer,
    GatesAnswer,
    HeldAnswer,
    InterventionsAnswer,
    LettersAnswer,
    SeriesAnswer,
    StatusAnswer,
    TroublesAnswer,
)
from shared.models.explanation import Why
from shared.models.life import OriginAnswer
from shared.models.troubles import Where
from shared.operations import interventions as acts
from shared.operations import reading
from shared.operations.counted import Counts
from shared.operations.doctor import Examined, examine
from shared.operations.find import find_origins
from shared.operations.interventions import Chosen
from shared.operations.life import Addresses, read_life
from shared.operations.series import read_series
from shared.operations.why import explain_origin
from shared.services import Services

A = TypeVar("A", bound=BaseModel)
LONGEST_SECONDS = 100.0
"""Azure's own door closes at 230; nobody looks at a page for so long."""
MANY = 10
"""What more origins or letters than that would feel is done only when it is confirmed."""


class Wired(Examined, Protocol):
    """Where the doors' services come from: `shared.wiring`, or a test's own."""

    def services(self) -> Services:
        """Return everything; raises InputError while something has to be mended."""

    def addresses(self) -> Addresses:
        """Say where people find both systems."""


@dataclass(frozen=True)
class Asking:
    """Whoever stands at the door."""

    wired: Wired
    counts: Counts
    by: str
    """Who it is, as far as the app knows."""


Answer = Callable[[dict[str, Any], Asking], Awaitable[BaseModel]]


def _door(model: type[A], answer: Callable[[A, Asking], Awaitable[BaseModel]]) -> Answer:
    async def open_(given: dict[str, Any], asking: Asking) -> BaseModel:
        return await answer(read_asked(model, given), asking)

    return open_


async def _status(_: Nothing, asking: Asking) -> StatusAnswer:
    return await reading.read_status_answer(asking.wired.storage())


async def _troubles(asked: TroublesAsked, asking: Asking) -> TroublesAnswer:
    storage = asking.wired.storage()
    counted = (await asking.counts.read(storage))[0] if asked.where is Where.ORIGIN else None
    return await reading.read_troubles_answer(asked, counted, storage)


async def _held(asked: HeldAsked, asking: Asking) -> HeldAnswer:
    storage = asking.wired.storage()
    counted, timers = await asking.counts.read(storage)
    return reading.read_held_answer(asked, counted, timers, storage.now())


async def _origin(asked: OriginAsked, asking: Asking) -> OriginAnswer:
    return await read_life(asked, asking.wired.addresses(), asking.wired.storage())


async def _why(asked: WhyAsked, asking: Asking) -> Why:
    return await explain_origin(asked.key, asking.wired, item=asked.item)


async def _find(asked: FindAsked, asking: Asking) -> FoundAnswer:
    return await find_origins(asked.text, asking.wired.storage())


async def _gates(_: Nothing, asking: Asking) -> GatesAnswer:
    return await reading.read_gates(asking.wired.storage())


async def _brakes(_: Nothing, asking: Asking) -> BrakesAnswer:
    storage = asking.wired.storage()
    return await reading.read_brakes((await asking.counts.read(storage))[0], storage)


async def _letters(asked: PageAsked, asking: Asking) -> LettersAnswer:
    return await reading.read_letters(asked, asking.wired.storage())


async def _series(asked: SeriesAsked, asking: Asking) -> SeriesAnswer:
    return await read_series(asked.hours, asking.wired.storage())


async def _interventions(_: Nothing, asking: Asking) -> InterventionsAnswer:
    return await reading.read_interventions(asking.wired.storage())


async def _doctor(_: Nothing, asking: Asking) -> DoctorAnswer:
    found = [FindingShown.model_validate(one.as_json()) for one in await examine(asking.wired, None)]
    return DoctorAnswer(now=asking.wired.storage().now(), findings=tuple(found))


async def _look(wanted: LookWanted, asking: Asking) -> Done:
    await acts.look_again(wanted.origin, asking.by, asking.wired.storage())
    return Done(sentence=f"{wanted.origin} will be looked at.", count=1)


async def _retry(wanted: RetryWanted, asking: Asking) -> Done:
    storage, chosen = asking.wired.storage(), Chosen(wanted.cause, wanted.plan, wanted.rule)
    origins = await acts.find_held(chosen, storage)
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


DOORS: Mapping[tuple[str, str], Answer] = {
    ("GET", "status"): _door(Nothing, _status),
    ("GET", "troubles"): _door(TroublesAsked, _troubles),
    ("GET", "held"): _door(HeldAsked, _held),
    ("GET", "origin"): _door(OriginAsked, _origin),
    ("GET", "why"): _door(WhyAsked, _why),
    ("GET", "find"): _door(FindAsked, _find),
    ("GET", "gates"): _door(Nothing, _gates),
    ("GET", "brakes"): _door(Nothing, _brakes),
    ("GET", "dead-letters"): _door(PageAsked, _letters),
    ("GET", "series"): _door(SeriesAsked, _series),
    ("GET", "interventions"): _door(Nothing, _interventions),
    ("GET", "doctor"): _door(Nothing, _doctor),
    ("POST", "look"): _door(LookWanted, _look),
    ("POST", "retry"): _door(RetryWanted, _retry),
    ("POST", "gate"): _door(GateWanted, _gate),
    ("POST", "brake"): _door(BrakeWanted, _brake),
    ("POST", "replay"): _door(LettersWanted, _replay),
    ("POST", "drop"): _door(LettersWanted, _drop),
}
"""By method and name. One more is one line here, and one in docs/operations-api.md."""


class Doors:
    """
    The doors, as one worker opens them.

    Args:
        wired: where their services come from.
    """

    def __init__(self, wired: Wired) -> None:
        self._wired = wired
        self._counts = Counts()

    async def answer(self, method: str, name: str, fields: dict[str, Any], by: str) -> str:
        """
        Answer at a door; return JSON.

        Args:
            method: GET or POST.
            name: of the door.
            fields: what it was given, as it came.
            by: who stands there, as far as the app knows.

        Raises:
            DoorError: there is no such door, not for this method, or many would feel it.
            RejectedError: a field is wrong.
            BridgeError: what the door's own work raises.
        """
        if (door := DOORS.get((method, name))) is None:
            other = "POST" if method == "GET" else "GET"
            raise OtherMethodError(other) if (other, name) in DOORS else DoorError(name)
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                answer = await door(fields, Asking(self._wired, self._counts, by))
        except TimeoutError as error:
            message = f"it was not done within {LONGEST_SECONDS:g} seconds"
            raise UnavailableError(message) from error
        return answer.model_dump_json()
