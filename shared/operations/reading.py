"""What the operator's doors read: the same facts as `manage.py status`, `gate list`, `brake list` and `dead list`."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.models.asked import HeldAsked, PageAsked, TroublesAsked
from shared.models.doors import (
    BrakesAnswer,
    BrakeShown,
    FailingGroup,
    GatesAnswer,
    GateShown,
    HeldAnswer,
    HeldGroup,
    HeldItem,
    InterventionsAnswer,
    InterventionShown,
    LettersAnswer,
    LetterShown,
    StatusAnswer,
    Timers,
    TroublesAnswer,
    TroubleShown,
)
from shared.models.gate import Gate
from shared.models.holds import HOLDS, HoldCause
from shared.models.intervention import ACTS
from shared.models.trouble import Trouble
from shared.models.troubles import CAUSES, Cause, OriginTrouble, Where
from shared.operations.app_state import find_app
from shared.operations.counted import Counted, HoldGroup
from shared.operations.dead_letters import can_replay
from shared.operations.pages import page_of
from shared.operations.status import last_heard
from shared.operations.systems import systems_of
from shared.operations.troubles import read_troubles
from shared.release import RELEASE
from shared.services import Storage
from shared.store.agenda import Census, Dead
from shared.store.interventions import KEPT
from shared.store.queues import ORIGINS, PLANS
from shared.store.row import stamp
from shared.targets.capacity import fullest
from shared.watchers.discovery import NEXT

ABOUT = 200
"""Characters of a message that is none of ours, that are shown."""


async def read_status_answer(storage: Storage) -> StatusAnswer:
    """
    Read how the bridge stands, without counting links.

    Raises:
        UnavailableError: storage does not answer.
    """
    now, app = storage.now(), await find_app(storage)
    troubles = await read_troubles(storage)
    plans = [row async for row in storage.plans.list_all()]
    letters, brakes = await storage.agenda.list_dead(), await _tripped(storage)
    discovery, (hint, plan_read) = await storage.cursors.find_time(NEXT), await last_heard(storage)
    return StatusAnswer(
        now=now,
        release=RELEASE,
        needs_person=bool(letters or brakes) or any(one.facts.needs_person for one in troubles),
        systems=systems_of(troubles, app, now),
        troubles=len(troubles),
        swept_at=None if app is None else app.at,
        paused=app is not None and app.paused,
        mapping_hash="" if app is None else app.mapping_hash,
        queues={name: await storage.queues.length(name) for name in (ORIGINS, PLANS)},
        oldest_due=await storage.agenda.oldest(now),
        dead_letters=len(letters),
        brakes=len(brakes),
        plans=len(plans),
        fullest_plan=round(fullest(plans), 3),
        last_hint=hint,
        last_plan_read=plan_read,
        discovery_at=discovery,
    )


async def read_troubles_answer(asked: TroublesAsked, counted: Counted | None, storage: Storage) -> TroublesAnswer:
    """Read a page of what stands in the way. `counted`: of single origins, where those are asked for."""
    gates = await _closed(storage)
    told = [one for one in await read_troubles(storage) if _is_asked_for(one.where, asked.where)]
    shown = [_trouble(one, gates) for one in told]
    if counted is not None:
        shown += [_of_origin(origin, trouble) for origin, trouble in counted.failing]
    ordered = sorted(shown, key=_place_of)
    page, after = page_of(ordered, _place_of, asked)
    return TroublesAnswer(now=storage.now(), total=len(ordered), troubles=page, after=after)


def _is_asked_for(where: Where, asked: Where | None) -> bool:
    return where is asked or (asked is None and where is not Where.ORIGIN)


def _place_of(one: TroubleShown) -> str:
    return f"{stamp(one.since)} {one.where} {one.cause} {one.subject}"


def _trouble(one: Trouble, gates: dict[str, Gate]) -> TroubleShown:
    facts = one.facts
    return TroubleShown(
        where=one.where,
        subject=one.subject,
        cause=one.cause,
        sentence=facts.sentence,
        text=one.text,
        heals=facts.heals,
        needs_person=facts.needs_person,
        since=one.since,
        tries=one.tries,
        next_try=one.next_try,
        gate=one.subject if one.where is Where.SYSTEM and one.subject in gates else "",
    )


def _of_origin(origin: str, one: OriginTrouble) -> TroubleShown:
    facts = CAUSES[one.cause]
    return TroubleShown(
        where=Where.ORIGIN,
        subject=origin,
        cause=one.cause,
        sentence=facts.sentence,
        text=one.error,
        heals=facts.heals,
        needs_person=facts.needs_person,
        since=one.since,
        tries=one.tries,
        next_try=one.next_try,
    )


def read_held_answer(asked: HeldAsked, counted: Counted, timers: Census, now: datetime) -> HeldAnswer:
    """Put together what was counted, and a page of what is held."""
    chosen = [one for one in counted.held if _is_chosen(one, asked)]
    page, after = page_of(chosen, lambda one: one.place, asked)
    return HeldAnswer(
        now=now,
        counted_at=counted.at,
        groups=tuple(map(_group, counted.groups())),
        failing=_failing(counted.failing),
        timers=Timers(due=timers.due, later=timers.later, backfill=timers.bulk),
        states=dict(sorted(counted.states.items())),
        open_by_rule=dict(counted.open_by_rule.most_common()),
        released_by_rule=dict(counted.released_by_rule.most_common()),
        total=len(chosen),
        items=tuple(page),
        after=after,
    )


def _is_chosen(one: HeldItem, asked: HeldAsked) -> bool:
    return asked.cause in (None, one.cause) and asked.rule in (None, one.rule) and asked.plan in (None, one.plan)


def _group(group: HoldGroup) -> HeldGroup:
    facts = HOLDS[group.cause]
    return HeldGroup(
        cause=group.cause,
        sentence=facts.sentence,
        heals=facts.heals,
        outside=facts.outside,
        count=len(group.items),
        oldest=group.oldest,
        next_try=group.next_try,
        example=group.items[0].reason,
    )


def _failing(failing: Iterable[tuple[str, OriginTrouble]]) -> tuple[FailingGroup, ...]:
    of: dict[Cause, list[OriginTrouble]] = {}
    for _, trouble in failing:
        of.setdefault(trouble.cause, []).append(trouble)
    groups = [
        FailingGroup(
            cause=cause,
            sentence=CAUSES[cause].sentence,
            heals=CAUSES[cause].heals,
            count=len(troubles),
            oldest=troubles[0].since,
            next_try=min(one.next_try for one in troubles),
            example=troubles[0].error,
        )
        for cause, troubles in of.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.count, group.cause)))


async def read_gates(storage: Storage) -> GatesAnswer:
    """Read which systems and sign-ins are left alone."""
    closed = await _closed(storage)
    shown = (
        GateShown(name=name, until=gate.until, since=gate.since, why=gate.why, refused=gate.refused)
        for name, gate in closed.items()
    )
    return GatesAnswer(now=storage.now(), gates=tuple(shown))


async def _closed(storage: Storage) -> dict[str, Gate]:
    now = storage.now()
    return {name: gate for name, gate in sorted((await storage.gates.list_all()).items()) if gate.until > now}


async def read_brakes(counted: Counted, storage: Storage) -> BrakesAnswer:
    """Read which rules' endings are held."""
    now = storage.now()
    waiting = [one.rule for one in counted.held if one.cause is HoldCause.BRAKE]
    shown = (
        BrakeShown(rule=rule, since=since, ended_lately=lately, waiting=waiting.count(rule))
        for rule, since, lately in await _tripped(storage)
    )
    return BrakesAnswer(now=now, brakes=tuple(shown))


async def _tripped(storage: Storage) -> list[tuple[str, datetime, int]]:
    now, rows = storage.now(), sorted((await storage.brakes.list_all()).items())
    return [(rule, row.tripped_at, row.lately(now)) for rule, row in rows if row.tripped_at is not None]


async def read_letters(asked: PageAsked, storage: Storage) -> LettersAnswer:
    """Read a page of the messages that failed for good."""
    letters = sorted(await storage.agenda.list_dead(), key=_place_of_letter)
    page, after = page_of(letters, _place_of_letter, asked)
    return LettersAnswer(now=storage.now(), total=len(letters), letters=tuple(map(_letter, page)), after=after)


def _place_of_letter(one: Dead) -> str:
    return f"{stamp(one.letter.at)} {one.key}"


def _letter(one: Dead) -> LetterShown:
    letter = one.letter
    return LetterShown(
        key=one.key,
        at=letter.at,
        queue=letter.queue,
        about=letter.about[:ABOUT],
        reason=letter.reason,
        tries=letter.tries,
        again=letter.again,
        can_replay=can_replay(letter),
    )


async def read_interventions(storage: Storage, since: timedelta = KEPT) -> InterventionsAnswer:
    """Read what operators had done, the newest first."""
    now = storage.now()
    shown = (
        InterventionShown(at=one.at, by=one.by, what=ACTS[one.act], subject=one.subject, count=one.count)
        for one in await storage.interventions.list_since(now - since)
    )
    return InterventionsAnswer(now=now, interventions=tuple(shown)[:MOST_INTERVENTIONS])


MOST_INTERVENTIONS = 200
