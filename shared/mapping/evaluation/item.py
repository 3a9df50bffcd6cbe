"""One item: a task of a rule, filled in for one scene."""

from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from shared.errors import NeverError
from shared.mapping.evaluation.choosing import chosen
from shared.mapping.evaluation.dates import Anchors, resolve
from shared.mapping.evaluation.filling import Filling
from shared.mapping.evaluation.item_decision import deciders, documents, started_by
from shared.mapping.evaluation.item_evidence import evidence
from shared.mapping.evaluation.item_texts import texts
from shared.mapping.evaluation.people import Assigned
from shared.mapping.evaluation.plans import target
from shared.mapping.language.choices import By
from shared.mapping.language.rules import StepRule
from shared.mapping.language.scalars import Assign, Who
from shared.mapping.language.task_parts import PRIORITIES, NotifySpec
from shared.models.holds import HoldCause
from shared.models.notify import Notify
from shared.models.wanted import PlanTarget, Reassign, WantedTask
from shared.models.words import ActAs

_PERFORMER = Assign(all=(Who(kind="performer"),))


@dataclass
class Item(Filling):
    """A task of a rule, filled in for one scene."""

    def build(
        self, *, waits_on: tuple[str, ...], waits_for: tuple[str, ...], due: date | None, is_shown: bool = True
    ) -> WantedTask:
        """
        Fill in everything.

        Args:
            waits_on: keys of items that are not completed yet.
            waits_for: the same as people know them.
            due: as `due_date` gave it.
            is_shown: False: nobody will read it, it is only about whom to ask for.
        """
        if waits_for:
            self.holds.append(f"waits for: {', '.join(waits_for)}")
        plan = self._plan()
        assigned = self.assigned(plan)
        written = self._written()
        shown = texts(self) if is_shown else {"title": self.key}
        return WantedTask(
            item_key=self.key,
            plan=plan,
            start=self._start(due),
            due=due,
            assignees=assigned.ids,
            people=assigned.decisions,
            documents=documents(self),
            deciders=deciders(self),
            started_by=started_by(self),
            waits_on=waits_on,
            evidence=evidence(self),
            **written,
            **shown,
            **self._why_held(),
        )

    def _why_held(self) -> dict[str, Any]:
        if not self.holds:
            return {}
        is_unknown = self.is_unread or any(one.blocks for one in self.unknown)
        unfound = HoldCause.PERFORMER_UNKNOWN if self.is_unfound else HoldCause.MAPPING
        cause = HoldCause.NOT_KNOWN if is_unknown else unfound
        return {"held": "; ".join(dict.fromkeys(self.holds)), "held_by": cause}

    def stub(self) -> WantedTask:
        """Return the least that can be said of an item that can't be filled in: it is held."""
        return WantedTask(item_key=self.key, plan=PlanTarget(), title=self.key, **self._why_held(), **self._written())

    def _written(self) -> dict[str, Any]:
        """Collect what stands in the rule as it is."""
        spec, rule = self.spec, self.rule
        priority = self._chosen(spec.priority, None)
        return {
            "rule_id": rule.id,
            "rule_hash": self.mapping.rule_hashes[rule.id],
            "kind": "task" if rule.on == "workspace" else rule.on,
            "bucket": self._chosen(spec.bucket, None),
            "labels": self._chosen(spec.labels, ()),
            "priority": PRIORITIES[priority] if priority is not None else None,
            "step": self.scene.step.ref if self.scene.step is not None else None,
            "moves_step": self.moves_step,
            "four_eyes": isinstance(rule, StepRule) and rule.four_eyes,
            "reassign": rule.reassign if isinstance(rule, StepRule) else Reassign.PERFORMER,
            "unknown_performer": self.mapping.people.unknown_performer,
            "owners": dict(spec.owners),
            "when_deleted": spec.when_deleted,
            "reopen_when_moved": spec.due is not None and spec.due.when_done == "reopen",
            "on_complete": dict(spec.on_complete.set),
            "progress_attribute": spec.progress,
        }

    def _chosen(self, value: Any, otherwise: Any) -> Any:  # noqa: ANN401 - whatever the field holds
        """Return a value, or the one that the record chooses."""
        return self.attempt(lambda: chosen(value, self.scene), otherwise) if isinstance(value, By) else value

    def due_date(self) -> date | None:
        """Compute the due date; None: there is none."""
        due = self.spec.due
        if due is None:
            return None
        if self.scene.occurrence is not None:
            return self.scene.occurrence
        day = self.attempt(lambda: resolve(due, self.scene, Anchors(appeared=self.made_at)), None)
        if day is None and due.if_missing == "hold":
            self.holds.append(f"waits for a date: {due.from_}")
        return day

    @property
    def made_at(self) -> datetime | None:
        """When its task was made; None: it has none yet."""
        known = self.memory.get(self.key)
        return known.made_at if known is not None else None

    def appears(self, due: date | None) -> date | None:
        """Say from which day on the task shows up; None: it does already, or nobody can say."""
        spec = self.spec.appears
        # A task that stands does not go away again because its day moved.
        if spec is None or self.made_at is not None:
            return None
        return self.attempt(lambda: resolve(spec, self.scene, Anchors(due=due)), None)

    def mails(
        self, specs: tuple[NotifySpec, ...], words: dict[str, Any], *, late_since: datetime | None
    ) -> tuple[Notify, ...]:
        """
        Render the mails of a rule or task; those that nobody would get are left out.

        Args:
            specs: what is asked for.
            words: the context of their templates.
            late_since: when the item became overdue.
        """
        made = [self._mail(spec, words, late_since if spec.on == "overdue" else None) for spec in specs]
        return tuple(mail for mail in made if mail.to)

    def words(self, task: WantedTask, *, outcome: str = "", comment: str = "") -> dict[str, Any]:
        """Return the context of templates about this task; of a mail, what stands for what is decided by then."""
        people = tuple(one.person for one in task.people if one.entra_id is not None)
        plan = task.plan.title or task.plan.plan_id
        return {
            **self.scene.words,
            "task": SimpleNamespace(
                title=task.title, due=task.due, people=people, plan=plan, outcome=outcome, comment=comment
            ),
        }

    def assigned(self, plan: PlanTarget) -> Assigned:
        """Decide who gets it; a policy may hold the item."""
        assigned = self.attempt(lambda: self.people.assign(self.assign, plan.group_id), Assigned())
        if assigned.held is not None:
            self.lack_people(assigned.held)
        return assigned

    @property
    def assign(self) -> Assign:
        """Whom the rule assigns; a step without a word goes to whoever may complete it."""
        if self.spec.assign is not None:
            return self.spec.assign
        if not isinstance(self.rule, StepRule):
            return Assign()
        return self.rule.approvers if self.act_as is ActAs.SERVICE else _PERFORMER

    def _mail(self, spec: NotifySpec, words: dict[str, Any], since: datetime | None) -> Notify:
        """Write a mail; one that can't be written says why and is not sent, and nothing else waits for it."""
        subject, body, failed = "", "", ""
        try:
            subject, body = " ".join(spec.subject.render(words).split()), spec.body.render(words)
        except NeverError as error:
            failed = str(error)
        if not failed and not subject:
            failed = "its subject is empty"
        to = self.attempt(lambda: self.people.addresses(spec.to), ())
        return Notify(
            on=spec.on,
            key=spec.key or "",
            to=to,
            subject=subject,
            body=body,
            since=since,
            failed=failed,
            digest=spec.digest or "",
            zone=self.scene.calendar.zone.key if spec.digest else "",
        )

    def _plan(self) -> PlanTarget:
        choice = self.spec.plan or self.rule.plan
        if choice is None:  # refused when a file is read; a mapping made by hand says so here
            self.holds.append("the rule names no plan")
            return PlanTarget()
        return self.attempt(lambda: target(choice, self.mapping, self.scene), PlanTarget())

    def _start(self, due: date | None) -> date | None:
        spec = self.spec.start
        if spec is None:
            return None
        start = self.attempt(lambda: resolve(spec, self.scene, Anchors(due=due, appeared=self.made_at)), None)
        # Graph refuses a start after the due date.
        return min(start, due) if start is not None and due is not None else start
