"""
Take what Microsoft Graph sends: the handshake, change notifications, lifecycle notifications.

A notification is only ever a reason to look: Planner itself announces nothing, and what is written here
would be found by the timers too, a little later.
"""

from __future__ import annotations

import hmac
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import SecretStr, ValidationError

from shared.errors import Problem, RejectedError
from shared.intake.opentext import check_body
from shared.intake.send_all import send_all
from shared.models.graph import Notification, NotificationCollection
from shared.models.messages import PlanMessage
from shared.models.words import WaitedFor
from shared.observability.telemetry import count, traceparent

if TYPE_CHECKING:
    from shared.ports import QueuesPort
    from shared.services import Storage
    from shared.store.cursors import Cursors
    from shared.store.plans import Plans

log = logging.getLogger(__name__)

LARGEST_BODY = 1024 * 1024
"""Bytes."""
SUBSCRIPTIONS_DUE = "subscriptions/due"
"""Cursor: since when the subscriptions want looking after."""
MOST_LEFT = 500
_GROUP = re.compile(r"^/?groups(?:/|\(')([0-9a-f-]{36})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Notifications:
    """The door that Graph comes in by."""

    client_state: SecretStr
    plans: Plans
    cursors: Cursors
    queues: QueuesPort
    now: Callable[[], datetime]

    async def take_changes(self, body: bytes) -> int:
        """
        Queue the plans of every group that a notification names, each once; return how many.

        Raises:
            OversizedError: more than 1 MiB.
            RejectedError: the body is no notification collection.
            UnavailableError: not all were queued. Graph sends again for four hours.
        """
        groups = groups_of(self._ours(body))
        if not groups:
            return 0
        # Without regard to case: a row holds the group's id as whoever named it wrote it.
        rows = [row async for row in self.plans.list_all() if (row.group_id or "").lower() in groups]
        trace = traceparent()
        messages = [_message(row.plan_id, groups[(row.group_id or "").lower()], trace) for row in rows]
        await send_all(self.queues.send_plan(message) for message in messages)
        return len(rows)

    async def take_lifecycle(self, body: bytes) -> bool:
        """
        Have the subscriptions looked after by the next timer; tell whether that was needed.

        Raises:
            OversizedError, RejectedError, UnavailableError: as `take_changes`.

        Source: https://learn.microsoft.com/graph/change-notifications-lifecycle-events
        """
        events = sorted({ours.lifecycle_event for ours in self._ours(body) if ours.lifecycle_event})
        if not events:
            return False
        log.info("Graph's subscriptions want looking after: %s", ", ".join(events))
        # Noted, not done here: Graph waits for the answer, and mending a subscription takes calls to Graph.
        await self.cursors.save(SUBSCRIPTIONS_DUE, self.now().isoformat())
        return True

    def _ours(self, body: bytes) -> tuple[Notification, ...]:
        given = read_notifications(body)
        ours = with_client_state(given, self.client_state)
        if dropped := len(given) - len(ours):
            # Not answered with an error: a stranger learns nothing.
            count("notifications.dropped", dropped)
            log.warning("%d notifications had a wrong clientState and were dropped", dropped)
        return ours


def notifications_over(storage: Storage, client_state: SecretStr) -> Notifications:
    """Return the door, over these stores."""
    return Notifications(
        client_state=client_state,
        plans=storage.plans,
        cursors=storage.cursors,
        queues=storage.queues,
        now=storage.now,
    )


def handshake(query: Mapping[str, str]) -> str | None:
    """
    Return the token to answer with, as the host decoded it. None: this request is no handshake.

    Source: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks (notificationUrl validation)
    """
    return query.get("validationToken")


def read_notifications(body: bytes) -> tuple[Notification, ...]:
    """
    Read the body of a notification request.

    Raises:
        NoBodyError: it is empty.
        OversizedError: more than 1 MiB.
        RejectedError: no notification collection; the problems name the fields.
    """
    check_body(body, LARGEST_BODY)
    try:
        return NotificationCollection.model_validate_json(body).value
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        problems = [Problem(".".join(map(str, item["loc"])) or "body", item["msg"]) for item in found]
        raise RejectedError(problems) from error


def with_client_state(given: Sequence[Notification], client_state: SecretStr) -> tuple[Notification, ...]:
    """Keep those that show the secret that we gave Graph; compared in constant time."""
    known = client_state.get_secret_value().encode()
    return tuple(
        one for one in given if hmac.compare_digest((one.client_state or "").encode("utf-8", "backslashreplace"), known)
    )


def groups_of(notifications: Sequence[Notification]) -> dict[str, frozenset[str]]:
    """Name the groups that changed, in lower case, with the members that each lost; other resources are passed over."""
    groups: dict[str, frozenset[str]] = {}
    for one in notifications:
        if match := _GROUP.match(one.resource or ""):
            group = match[1].lower()
            groups[group] = groups.get(group, frozenset()) | one.left
    return groups


def _message(plan_id: str, left: frozenset[str], trace: str | None) -> PlanMessage:
    # Of more than fit into a message the rest is found by the resync.
    return PlanMessage(plan=plan_id, waited_for=WaitedFor.NOTIFIED, left=tuple(sorted(left))[:MOST_LEFT], trace=trace)
