"""One round of a look: decide for each item, then act for all; what breaks one item stops none of the others."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from shared.decisions.actions import (
    Action,
    CheckSending,
    Create,
    Delegate,
    LookAgain,
    Remember,
    Send,
    SetAttributes,
    Settle,
    Write,
)
from shared.decisions.decide import decide
from shared.decisions.observed import Unread
from shared.models.holds import HoldCause
from shared.models.link import LinkState
from shared.reconciler.actions.attributes import set_attributes
from shared.reconciler.actions.create import create_tasks
from shared.reconciler.actions.delegate import delegate
from shared.reconciler.actions.send import check_sending, send_on
from shared.reconciler.actions.settle import settle_tasks
from shared.reconciler.actions.write import write_tasks
from shared.reconciler.braking import braked
from shared.reconciler.decision_log import told
from shared.reconciler.outcome import DONE, Outcome
from shared.reconciler.session import Work
from shared.reconciler.walls import apart, commit_apart, stop, tell_stopped, wall

ROUNDS = 6
"""What has not come to rest by then keeps moving: it is looked at afresh."""
_SINGLE: dict[type, Callable[[Work, Any], Awaitable[Outcome]]] = {
    Send: send_on,
    CheckSending: check_sending,
    Delegate: delegate,
    SetAttributes: set_attributes,
}


async def act_in_rounds(work: Work) -> Outcome:
    """Decide and act until both sides agree; what is still moving then is looked at afresh."""
    for _ in range(ROUNDS):
        # In each round: an act reads its task anew, and may find that it can't be read any more.
        _stop_unread(work)
        # All decisions come before the first act: the brake has to see how many endings a rule asks for at once.
        goes_on = await carry_out(work, await braked(work, decided(work)))
        # Not left to the end of the look: what ends a later round (a pause, a lost lease) would leave it untold.
        await tell_stopped(work)
        if not goes_on:
            return DONE
    return Outcome(again=True)


def _stop_unread(work: Work) -> None:
    """Hold open items whose task can't be read: they wait, and the others go on."""
    for item, seen in work.seen.items():
        link = work.held.links.get(item)
        if isinstance(seen, Unread) and link is not None and link.state is LinkState.OPEN:
            cause = HoldCause.UNAVAILABLE if seen.passes else HoldCause.UNREADABLE
            stop(work, [item], cause, f"its task can't be read: {seen.reason}")


def decided(work: Work) -> list[Action]:
    """Decide for each item; one that breaks its own decision is stopped."""
    wanted = {task.item_key: task for task in work.wanted.tasks}
    completed, now = work.completed, work.now
    actions: list[Action] = []
    for item in work.items():
        with wall(work, [item], "decide"):
            action = decide(work.view(item, wanted.get(item), completed), work.policy, now)
            actions += [action] if action is not None else []
    return actions


async def carry_out(work: Work, actions: Sequence[Action]) -> bool:
    """Act on one round's decisions; say whether they can lead to further ones."""
    # What only our own rows say comes first: it costs one transaction, and nothing outside can stop it.
    remembers = [action for action in actions if isinstance(action, Remember)]
    with told(work, remembers):
        await commit_apart(work, [(action.link, action.events) for action in remembers], "remember")
    for action in actions:
        # What a send-on came to stands in the history before the task of the step that it led to.
        if isinstance(action, CheckSending):
            await _alone(work, action)
    for lot in _lots(work, [action for action in actions if isinstance(action, Create)]):
        # A POST may not be repeated: what breaks here stops all that were posted together, and settles.
        with told(work, lot), wall(work, [create.item for create in lot], "create"):
            await create_tasks(work, lot)
    await _write_and_settle(work, actions)
    for action in actions:
        if isinstance(action, LookAgain):
            with told(work, [action]):
                work.look_again(action.at, action.waited_for)
        elif type(action) in _SINGLE and not isinstance(action, CheckSending):
            await _alone(work, action)
    return any(
        not isinstance(action, LookAgain) and not (isinstance(action, Remember) and not action.again)
        for action in actions
    )


async def _write_and_settle(work: Work, actions: Sequence[Action]) -> None:
    """Do for many items at once what costs one call for all: writes, and what is looked for in a plan's list."""
    writes = [action for action in actions if isinstance(action, Write)]
    if writes:
        with told(work, writes):
            await apart(
                work, [(write.link.item, write) for write in writes], lambda some: write_tasks(work, some), "write"
            )
    settles = [action for action in actions if isinstance(action, Settle)]
    if settles:
        with told(work, settles):
            work.take(await settle_tasks(work, settles))


async def _alone(work: Work, action: Action) -> None:
    with wall(work, [action.item], "act"), told(work, [action]):
        # Before anything is announced: an intent that waited for a slot would be taken for one that was sent.
        async with work.services.room.turn():
            work.take(await _SINGLE[type(action)](work, action), action.item)


def _lots(work: Work, creates: Sequence[Create]) -> list[list[Create]]:
    """Make tasks together, but for those that broke something before: each of them is made alone."""
    links = work.held.links
    alone = [one for one in creates if (link := links.get(one.item)) and link.hold is HoldCause.ITEM_FAILED]
    together = [one for one in creates if one not in alone]
    return [lot for lot in (together, *([one] for one in alone)) if lot]
