"""
A link: this item and this Planner task are the same work.

A link changes only by the methods below. Those that change its state are named in `TRANSITIONS`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from shared.models.holds import HOLDS, HoldCause
from shared.models.link_fields import LinkFields
from shared.models.link_parts import FieldBase, MailIntent, Pause, Posted, Refusal, Reservation, SendIntent, Wished
from shared.models.link_states import LinkState, next_state
from shared.models.notify import Notify
from shared.models.opentext import DocumentVersion
from shared.models.planner import PlannerDetails, PlannerTask
from shared.models.wanted import WantedTask
from shared.timing import YOUNG, pause

__all__ = ["FieldBase", "Link", "LinkState", "MailIntent", "Posted", "Refusal", "Reservation", "SendIntent"]
# A row ends at 64 KiB: of what grows with time, the last ones are kept.
KEPT_REFUSALS = 5
KEPT_PAUSES = 50
_FREE: Mapping[str, Any] = {"hold": None, "retry_at": None, "tries": 0, "last_hold": None, "held_since": None}
# Freed with its reason, too. What ends keeps one: it says why it ended.
_NO_HOLD: Mapping[str, Any] = {**_FREE, "reason": ""}
_ENDED = frozenset({LinkState.COMPLETED, LinkState.CLOSED, LinkState.WITHDRAWN})
_OUTLAST = frozenset({"due", "assignees"})
"""Fields whose agreement outlasts the task."""
_NO_TASK: Mapping[str, Any] = {"task_id": None, "etag": "", "details_etag": "", "base": {}}


class Link(LinkFields):
    """One item of one origin and, once made, its task."""

    # Ways from one state to another. Each raises ImpossibleError where the table has no such way.

    @classmethod
    def first_held(cls, wanted: WantedTask, cause: HoldCause, reason: str, now: datetime) -> Self:
        """Return the link of an item that can't have a task from the start."""
        return cls(
            item=wanted.item_key,
            rule_id=wanted.rule_id,
            rule_hash=wanted.rule_hash,
            kind=wanted.kind,
            state=next_state("held", None),
            step=wanted.step,
            known_since=now,
            told_since=now,
            level=wanted.level,
        ).hindered(cause, reason, now)

    @classmethod
    def reserved(cls, wanted: WantedTask, plan_id: str, posted: Posted, at: datetime, before: Self | None) -> Self:
        """Return the link of an item whose task is about to be posted; of what stood before, what was told stays."""
        # Named one by one, not copied: versions, bases, intents and who completed it were those of the task before.
        return cls(
            item=wanted.item_key,
            rule_id=wanted.rule_id,
            rule_hash=wanted.rule_hash,
            kind=wanted.kind,
            state=next_state("reserved", before.state if before is not None else None),
            plan_id=plan_id,
            bucket_id=posted.bucket_id,
            reserved_at=at,
            posted=posted,
            wished=Wished(bucket=wanted.bucket, labels=wanted.labels),
            step=wanted.step,
            tries=before.tries if before is not None else 0,
            last_hold=before.last_hold if before is not None else None,
            held_since=before.held_since if before is not None else None,
            elsewhere=wanted.elsewhere,
            refusals=before.refusals if before is not None else (),
            notify=wanted.notify,
            mails=before.mails if before is not None else (),
            known_since=before.known_since if before is not None else at,
            told_since=before.told_since if before is not None else at,
            pauses=before.pauses if before is not None else (),
            round=0 if before is None else before.round + before.is_over,
            level=wanted.level,
            evidence=wanted.evidence,
            evidence_hash=before.evidence_hash if before is not None else "",
        )

    def held(self, cause: HoldCause, reason: str, now: datetime) -> Self:
        """Hold the item without a task: it has none, or it was deleted."""
        without = _NO_TASK if self.task_id is not None else {}
        return self._to("held", without).hindered(cause, reason, now)

    def opened(self, task: PlannerTask, base: Mapping[str, FieldBase]) -> Self:
        """Take a task for the item's own."""
        place = {"plan_id": task.plan_id, "bucket_id": task.bucket_id, "task_id": task.id, "etag": task.etag}
        made, created = self.reserved_at, task.created
        # By how old a task is a replica that does not know it yet is told from a deletion: where the worker that
        # announced it had a wrong clock, Planner's counts. Otherwise the announced day stays: due dates count from it.
        if created is not None and (made is None or abs(created - made) > YOUNG):
            made = created
        return self._to("opened", {**_NO_HOLD, **place, "reserved_at": made, "base": dict(base)})

    def completed(self, by: str | None, at: datetime | None) -> Self:
        """End the item: its task is completed. A hold stays until it is freed."""
        return self._to("completed", {"completed_by": by, "completed_at": at})

    def advanced(self) -> Self:
        """End the item: OpenText shows that the intent was carried out."""
        if (intent := self.sending) is None:
            return self
        who = {"completed_by": intent.completed_by, "completed_at": intent.completed_at}
        return self._to("completed", {**who, "sending": None, "sent_on": intent.id, "decided": intent, **_FREE})

    def reopened(self) -> Self:
        """Have the item open again, with the task that it has."""
        return self._to("reopened", {**_NO_HOLD, "completed_by": None, "completed_at": None, "is_untold": False})

    def completed_unasked(self, by: str | None, at: datetime | None) -> Self:
        """End the item: a person completed its task before it was seen that its rule asks for it no more."""
        return self._to("completed", {**_NO_HOLD, "completed_by": by, "completed_at": at, "is_untold": True})

    def closed(self, reason: str, *, task_gone: bool = False) -> Self:
        """End the item: OpenText says so."""
        without = _NO_TASK if task_gone else {}
        return self._to("closed", {**without, **_FREE, "reason": reason})

    def released(self, reason: str) -> Self:
        """Leave the task alone: a changed mapping no longer asks for it."""
        return self._to("released", {**_FREE, "reason": reason})

    def adopted(self, rule_hash: str) -> Self:
        """Have a released item open again: the mapping asks for it again."""
        return self._to("adopted", {**_NO_HOLD, "rule_hash": rule_hash})

    def withdrawn(self, reason: str, *, task_gone: bool = False) -> Self:
        """End the item for good."""
        without = _NO_TASK if task_gone else {}
        return self._to("withdrawn", {**without, **_FREE, "reason": reason})

    # Changes within a state.

    def found_again(self, task: PlannerTask) -> Self:
        """Take a task for the item's own that was found after the tables were lost."""
        place = {"plan_id": task.plan_id, "bucket_id": task.bucket_id}
        made = task.created or self.reserved_at
        return self._with({**place, "reserved_at": made, "known_since": made or self.known_since, "task_id": task.id})

    def announced_at(self, at: datetime) -> Self:
        """Count the settling from another time: the one that was written was told by a wrong clock."""
        return self._with({"reserved_at": at})

    def known_to_be_sent(self, intent_id: str | None) -> Self:
        """Remember by which intent its step was advanced; None: it was not, or that is not known."""
        return self._with({"sent_on": intent_id})

    def lost_task(self) -> Self:
        """
        Remember that the task of an item that is over was deleted.

        What the record was told of it stands, with whom it was asked of; of its date what was asked, for it may move.
        """
        kept = {name: known for name, known in self.base.items() if name in _OUTLAST or name.startswith("record.")}
        # The address of the task stands on the record as it was: with nothing to compare it with, it is left alone.
        kept.pop("record.url", None)
        return self._with({**_NO_TASK, "base": kept})

    def hindered(self, cause: HoldCause, reason: str, now: datetime, *, retry_at: datetime | None = None) -> Self:
        """
        Say why the item, which stays where it stands, can't go on.

        A cause outside of its rule is tried again, from seconds on and ever less often; any other when it changes.

        Args:
            retry_at: when it is known to make sense. None: by the back-off.
        """
        is_same = self.last_hold is cause
        tries = self.tries + 1 if is_same else 1
        since = self.held_since if is_same and self.held_since is not None else now
        if retry_at is None and HOLDS[cause].outside:
            retry_at = now + pause(tries)
        said = {"hold": cause, "reason": reason, "held_since": since}
        return self._with({**said, "retry_at": retry_at, "tries": tries, "last_hold": cause})

    def of_rule(self, rule_hash: str) -> Self:
        """Remember under which rule it was last decided."""
        return self._with({"rule_hash": rule_hash})

    def freed(self) -> Self:
        """Let the item go on."""
        return self._with(_NO_HOLD)

    def agreed(self, task: PlannerTask, details: PlannerDetails | None) -> Self:
        """Take note of versions that ask for nothing more."""
        return self._with(
            {"etag": task.etag, "details_etag": details.etag if details is not None else self.details_etag}
        )

    def moved(self, task: PlannerTask) -> Self:
        """Take note of the plan that people moved the task to. A drag within its plan changes nothing of a link."""
        place = {"plan_id": task.plan_id, "bucket_id": task.bucket_id}
        return self if task.plan_id == self.plan_id else self._with(place)

    def based(self, base: Mapping[str, FieldBase]) -> Self:
        """Agree on some fields."""
        return self._with({"base": {**self.base, **base}}) if base else self

    def announcing(self, fields: Mapping[str, FieldBase]) -> Self:
        """Remember what is about to be sent, before it is: it is never taken for a person's edit then."""
        return self._with({"announced": dict(fields)})

    def knows_its_writes(self, carried_out: Mapping[str, FieldBase]) -> Self:
        """Agree on the announced writes that were carried out, and forget the others."""
        return self._with({"base": {**self.base, **carried_out}, "announced": {}})

    def rebased(self, base: Mapping[str, FieldBase], *, reason: str) -> Self:
        """Agree on exactly these fields, and on what is said of the item."""
        return self._with({"base": dict(base), "reason": reason})

    def wanting(self, wanted: WantedTask) -> Self:
        """Take over from what is wanted now what only the link keeps."""
        return self._with(
            {
                "wished": Wished(bucket=wanted.bucket, labels=wanted.labels),
                "rule_hash": wanted.rule_hash,
                "notify": wanted.notify,
                "evidence": wanted.evidence,
                "level": wanted.level,
            }
        )

    def bound_to(self, versions: tuple[DocumentVersion, ...]) -> Self:
        """Remember which versions the task shows."""
        return self._with({"bound": versions})

    def shown(self, at: datetime | None) -> Self:
        """Remember when, by Planner's clock, the task was made to show its versions with no outcome ticked."""
        return self if at is None else self._with({"shown_at": at})

    def detailed(self, versions: tuple[DocumentVersion, ...], seed: str = "") -> Self:
        """Remember that the details were written, which versions they show, and what is not people's of their text."""
        return self._with({"details_done": True, "bound": versions, "seed": seed})

    def refused(self, refusal: Refusal) -> Self:
        """Remember a completion that does not count; nothing is being sent of it."""
        return self._with({"refusals": (*self.refusals, refusal)[-KEPT_REFUSALS:], "sending": None})

    def put_back(self, refusal: Refusal) -> Self:
        """Remember an assignment that does not count."""
        return self._with({"refusals": (*self.refusals, refusal)[-KEPT_REFUSALS:]})

    def asked_again(self) -> Self:
        """Remember that the task was opened again with the note of its last refusal."""
        return self._with({"refusals": (*self.refusals[:-1], self.refusals[-1].told())})

    def about_to_send(self, intent: SendIntent) -> Self:
        """Announce a send-on."""
        return self._with({**_NO_HOLD, "sending": intent})

    def sent_at(self, at: datetime) -> Self:
        """Count the settling of a send-on from another time: the one that was written was told by a wrong clock."""
        return self._with({"sending": self.sending.counted_from(at) if self.sending is not None else None})

    def not_sent(self) -> Self:
        """Take an announced send-on back: it was not carried out, or somebody else was first."""
        # Kept as tried: the third that comes to nothing is held for a person.
        return self._with({"sending": None, "tried": self.sending or self.tried})

    def tries_of(self, intent_id: str) -> int:
        """Count how often one decision was sent without being carried out."""
        return self.tried.tries if self.tried is not None and self.tried.id == intent_id else 0

    @property
    def note(self) -> str:
        """What people read about the last refusal; empty: there was none, or its matter is settled."""
        return self.refusals[-1].text if self.refusals and not self.refusals[-1].settled else ""

    def settled(self) -> Self:
        """Remember that the matter of the last refusal is over."""
        return self._with({"refusals": (*self.refusals[:-1], self.refusals[-1].over())})

    def notifying(self, notify: tuple[Notify, ...]) -> Self:
        """Remember who is told while it is held: nothing else of what is wanted is taken over then."""
        return self._with({"notify": notify})

    def with_mails(self, mails: tuple[MailIntent, ...], *, told_since: datetime | None = None) -> Self:
        """Keep what is known of its mails; of a link of the first edition, since when people are told."""
        return self._with({"mails": mails, "told_since": self.told_since or told_since})

    @property
    def is_over(self) -> bool:
        """Whether it has ended. What is released has not: nobody says that it is over."""
        return self.state in _ENDED

    @property
    def is_paused(self) -> bool:
        """Whether nobody could act on it when it was last looked at."""
        return bool(self.pauses) and self.pauses[-1].until is None

    def paused(self, now: datetime) -> Self:
        """Remember that nobody can act on it from now on."""
        return self._with({"pauses": (*self.pauses, Pause(since=now))[-KEPT_PAUSES:]})

    def resumed(self, now: datetime) -> Self:
        """Remember that somebody can act on it again."""
        return self._with({"pauses": (*self.pauses[:-1], self.pauses[-1].over(now))})

    def told(self) -> Self:
        """Owe the record nothing: it is told now."""
        return self._with({"is_untold": False})

    def on_record(self, evidence_hash: str) -> Self:
        """Remember up to which entry the evidence lies on the record."""
        return self._with({"evidence_hash": evidence_hash})

    def _to(self, name: str, changes: Mapping[str, Any]) -> Self:
        state = next_state(name, self.state)
        # Mails are owed once a round: an item that returns is told of again.
        begins_anew = self.is_over and state not in _ENDED
        return self._with({**changes, "state": state, "round": self.round + begins_anew})

    def _with(self, changes: Mapping[str, Any]) -> Self:
        # Not validated anew, and needs not: each value comes out of a model that was.
        return self.model_copy(update=dict(changes))
