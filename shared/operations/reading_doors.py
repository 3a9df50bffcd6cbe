"""The doors through which an operator reads."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from shared.models.asked import (
    FindAsked,
    HeldAsked,
    Nothing,
    OneAsked,
    OriginAsked,
    OriginsAsked,
    PageAsked,
    SeriesAsked,
    TroublesAsked,
    WhyAsked,
)
from shared.models.doors import (
    BrakesAnswer,
    DoctorAnswer,
    FindingShown,
    FoundAnswer,
    GatesAnswer,
    HeldAnswer,
    InterventionsAnswer,
    LettersAnswer,
    OriginsAnswer,
    PreviewAnswer,
    SeriesAnswer,
    StatusAnswer,
    TroublesAnswer,
)
from shared.models.drift import OriginDrift
from shared.models.explanation import Why
from shared.models.life import OriginAnswer
from shared.models.troubles import Where
from shared.operations import reading
from shared.operations.asking import Answer, Asking, door
from shared.operations.chosen import Chosen, find_with_item
from shared.operations.doctor import examine
from shared.operations.find import find_origins
from shared.operations.life import read_life
from shared.operations.pages import page_of
from shared.operations.series import read_series
from shared.operations.why import explain_origin
from shared.services import Services


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
    await asking.wired.warm()
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
    await asking.wired.warm()
    found = [FindingShown.model_validate(one.as_json()) for one in await examine(asking.wired, None)]
    return DoctorAnswer(now=asking.wired.storage().now(), findings=tuple(found))


async def _origins(asked: OriginsAsked, asking: Asking) -> OriginsAnswer:
    found = await find_with_item(Chosen(plan=asked.plan, rule=asked.rule), asking.wired.storage())
    page, after = page_of(found, lambda key: key, asked)
    return OriginsAnswer(total=len(found), origins=page, after=after)


async def _drift(asked: OneAsked, asking: Asking) -> OriginDrift:
    await asking.wired.warm()
    compare = await asyncio.to_thread(_compare)
    return await compare(asked.key, asking.wired.services())


async def _preview(asked: OneAsked, asking: Asking) -> PreviewAnswer:
    await asking.wired.warm()
    previewed = await asyncio.to_thread(_previewed)
    return await previewed(asked.key, asking.wired.services())


# They bring the Graph SDK, which the other doors do without: imported in a thread, when they are first asked for.


def _compare() -> Callable[[str, Services], Awaitable[OriginDrift]]:
    from shared.operations.drift import compare  # noqa: PLC0415 - see above

    return compare


def _previewed() -> Callable[[str, Services], Awaitable[PreviewAnswer]]:
    from shared.preview.preview import preview_origin  # noqa: PLC0415 - see above
    from shared.preview.render import preview_text  # noqa: PLC0415 - see above

    async def previewed(key: str, services: Services) -> PreviewAnswer:
        shown = await preview_origin(key, services)
        return PreviewAnswer(origin=key, hash=shown.hash, mapping_hash=shown.mapping_hash, text=preview_text(shown))

    return previewed


READING: Mapping[str, Answer] = {
    "status": door(Nothing, _status),
    "troubles": door(TroublesAsked, _troubles),
    "held": door(HeldAsked, _held),
    "origin": door(OriginAsked, _origin),
    "origins": door(OriginsAsked, _origins),
    "why": door(WhyAsked, _why),
    "drift": door(OneAsked, _drift),
    "preview": door(OneAsked, _preview),
    "find": door(FindAsked, _find),
    "gates": door(Nothing, _gates),
    "brakes": door(Nothing, _brakes),
    "dead-letters": door(PageAsked, _letters),
    "series": door(SeriesAsked, _series),
    "interventions": door(Nothing, _interventions),
    "doctor": door(Nothing, _doctor),
}
