"""Have what is held tried again at once, whatever it waits for: by an operator's word."""

from dataclasses import dataclass

from shared.models.holds import HoldCause
from shared.models.link import Link
from shared.models.messages import OriginMessage, PlanMessage
from shared.models.words import WaitedFor
from shared.services import Storage


@dataclass(frozen=True)
class Chosen:
    """Which holds are meant; None: any."""

    cause: HoldCause | None = None
    plan: str | None = None
    rule: str | None = None

    def takes(self, link: Link) -> bool:
        """Tell whether this link's hold is meant."""
        return (
            link.hold is not None
            and self.cause in (None, link.hold)
            and self.plan in (None, link.plan_id)
            and self.rule in (None, link.rule_id)
        )


async def replay_held(chosen: Chosen, storage: Storage) -> tuple[str, ...]:
    """
    Queue every origin with an item whose hold is meant; return their keys. Scans the whole table.

    A cause that is named is freed even where it waits for a person: it is this person who says so.

    Raises:
        UnavailableError: storage does not answer; what was queued by then stays queued.
    """
    origins = {origin async for origin, link in storage.origins.list_links() if chosen.takes(link)}
    for origin in sorted(origins):
        message = OriginMessage(origin=origin, waited_for=WaitedFor.OPERATOR, frees=chosen.cause)
        await storage.queues.send_origin(message)
    return tuple(sorted(origins))


async def replay_plan(plan_id: str, storage: Storage) -> None:
    """Have a plan read now, and looked at often for a while."""
    await storage.queues.send_plan(PlanMessage(plan=plan_id, waited_for=WaitedFor.OPERATOR))
