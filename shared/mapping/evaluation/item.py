"""One item: a task of a rule, filled in for one scene."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, TypeVar

from shared.errors import NeverError
from shared.mapping.evaluation.choosing import chosen
from shared.mapping.evaluation.context_lines import DEFAULT_REFERENCES, context_lines, gaps_of, references
from shared.mapping.evaluation.dates import Anchors, resolve
from shared.mapping.evaluation.people import Assigned, People
from shared.mapping.evaluation.plans import target
from shared.mapping.evaluation.scope import Scene
from shared.mapping.evaluation.verdict import NotKnownError
from shared.mapping.language.choices import By
from shared.mapping.language.limits import CHECKLIST
from shared.mapping.language.rules import BaseRule, EvidenceSpec, StepRule
from shared.mapping.language.rules import Mapping as Rules
from shared.mapping.language.scalars import ATTRIBUTE, Assign, Who
from shared.mapping.language.tasks import PRIORITIES, NotifySpec, TaskSpec
from shared.models.deciders import Decider
from shared.models.holds import HoldCause
from shared.models.item_memory import ItemMemory
from shared.models.opentext import DocumentVersion
from shared.models.text import cut
from shared.models.wanted import (
    EvidencePolicy,
    Notify,
    Outcome,
    PlanTarget,
    Reassign,
    Unknown,
    UnknownPerformer,
    WantedChecklistItem,
    WantedReference,
    WantedTask,
)
from shared.models.words import ActAs

T = TypeVar("T")
U = TypeVar("U")
_PERFORMER = Assign(all=(Who(kind="performer"),))


@dataclass
class Item:
    """A task being filled in. What can't be is noted in `holds`: the item is then held and says why."""

    mapping: Rules
    rule: BaseRule
    spec: TaskSpec
    scene: Scene
    people: People
    key: str
    act_as: ActAs
    memory: Mapping[str, ItemMemory] = field(default_factory=dict)
    """By item key: what is remembered of this origin's items."""
    holds: list[str] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    """What it asks for and nobody told."""
    is_unread: bool = False
    """Something attached could not be read just now: nobody need change the rule or the record."""
    nobody: list[str] = field(default_factory=list)
    """Why there is nobody who can do it, where that is so: others have to hear of it."""

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
        shown = self._shown() if is_shown else {"title": self.key}
        return WantedTask(
            item_key=self.key,
            plan=plan,
            start=self._start(due),
            due=due,
            assignees=assigned.ids,
            people=assigned.decisions,
            documents=self._documents(),
            deciders=self._deciders(),
            waits_on=waits_on,
            evidence=self._evidence(),
            **written,
            **shown,
            **self._why_held(),
        )

    def _why_held(self) -> dict[str, Any]:
        if not self.holds:
            return {}
        is_unknown = self.is_unread or any(one.blocks for one in self.unknown)
        cause = HoldCause.NOT_KNOWN if is_unknown else HoldCause.MAPPING
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
            "moves_step": self._moves_step,
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
        return self.attempt(lambda: chosen(value, self.scene), otherwise) if isinstance(value, By) else value

    def _shown(self) -> dict[str, Any]:
        """Fill in what people read."""
        spec, words = self.spec, self.scene.words
        title = self.attempt(lambda: " ".join(spec.title.render(words).split()), None)
        if title == "":
            self.holds.append("the title is empty")
        checklist = self._checklist()
        if (lines := len(checklist) + len(self._outcomes)) > CHECKLIST:
            self.holds.append(f"{lines} checklist lines: Planner takes {CHECKLIST}")
        self.unknown += [gap.of(self.rule.id, self.rule.id, blocks=False) for gap in gaps_of(self._lines, self.scene)]
        return {
            "title": cut(title or self.key, self.mapping.limits.title),
            "description": self.attempt(lambda: spec.description.render(words), ""),
            "context": self._context(),
            "checklist": checklist,
            "outcomes": self._outcomes,
            "references": self._references(),
        }

    def _context(self) -> tuple[str, ...]:
        lines = context_lines(self._lines, self.scene, tuple(one.title for one in self._outcomes))
        if isinstance(self.rule, StepRule) and not self._moves_step:
            return ("This step is decided in OpenText: completing the task here decides nothing.", *lines)
        return lines

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
        if spec is None or self.made_at is not None:
            return None
        return self.attempt(lambda: resolve(spec, self.scene, Anchors(due=due)), None)

    def attempt(self, compute: Callable[[], T], otherwise: U) -> T | U:
        """Compute something; what can't be computed holds the item and says why."""
        try:
            return compute()
        except NotKnownError as error:
            self.unknown.append(error.gap.of(self.rule.id, self.key))
            self.holds.append(f"not known: {error}")
        except NeverError as error:
            self.holds.append(str(error))
        return otherwise

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

    def words(self, task: WantedTask) -> dict[str, Any]:
        """Return the context of templates about this task."""
        people = tuple(one.person for one in task.people if one.entra_id is not None)
        plan = task.plan.title or task.plan.plan_id
        return {
            **self.scene.words,
            "task": SimpleNamespace(title=task.title, due=task.due, people=people, plan=plan),
        }

    def assigned(self, plan: PlanTarget) -> Assigned:
        """Decide who gets it; a policy may hold the item."""
        assigned = self.attempt(lambda: self.people.assign(self.assign, plan.group_id), Assigned())
        if assigned.held is not None:
            self._lack_people(assigned.held)
        return assigned

    def _lack_people(self, why: str) -> None:
        self.holds.append(why)
        self.nobody.append(why)

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

    @property
    def _lines(self) -> tuple[str, ...]:
        return self.spec.context if self.spec.context is not None else self.rule.context

    @property
    def _outcomes(self) -> tuple[Outcome, ...]:
        return self.rule.choices if isinstance(self.rule, StepRule) and self._moves_step else ()

    def _checklist(self) -> tuple[WantedChecklistItem, ...]:
        length = self.mapping.limits.checklist_title
        lines = [
            (line.key, self.attempt(lambda line=line: line.title.render(self.scene.words), ""))  # type: ignore[misc] # bound now
            for line in self.spec.checklist
        ]
        return tuple(WantedChecklistItem(key=key, title=cut(title, length)) for key, title in lines if title)

    def _references(self) -> tuple[WantedReference, ...]:
        specs = self.spec.references
        chosen = specs if specs is not None else DEFAULT_REFERENCES[self.rule.on]
        return self.attempt(lambda: references(chosen, self.scene, self.mapping.limits.alias), ())

    def _documents(self) -> tuple[DocumentVersion, ...]:
        workflow = self.scene.workflow
        if isinstance(self.rule, StepRule) and workflow is not None:
            # A decision is bound to everything attached: what can't be read can't be decided on.
            self.is_unread = bool(workflow.unread_documents)
            self.holds += [f"what is attached can't be read: {why}" for why in workflow.unread_documents]
            return workflow.versions
        bound = {document.bound.node_id: document.bound for document in self.scene.documents}
        return tuple(bound[node] for node in sorted(bound))

    def _deciders(self) -> tuple[Decider, ...]:
        if not isinstance(self.rule, StepRule):
            return ()
        words = self.rule.approvers
        service = self.act_as is ActAs.SERVICE
        deciders = self.attempt(lambda: self.people.approvers(words) if service else self.people.deciders(), ())
        if not deciders and service:
            self._lack_people("the rule's approvers are nobody: no completion could count")
        elif not deciders and self._moves_step:
            # A task for somebody else, the fallback say, could never be completed so that it counts.
            performers = self.scene.step.performers if self.scene.step is not None else ()
            logins = ", ".join(one.login or one.name for one in performers)
            self._lack_people(f"no performer of this step is found in Entra ID: {logins or 'nobody performs it'}")
        return self._told_apart(deciders) if self.rule.four_eyes and self._moves_step else deciders

    def _told_apart(self, deciders: tuple[Decider, ...]) -> tuple[Decider, ...]:
        """Mark who started the workflow; where that is not known, nobody may decide with four eyes."""
        initiator = self.people.initiator()
        if initiator is None:
            self._lack_people("four eyes decide, and who started the workflow is not found in Entra ID")
        return tuple(one.told_apart(initiator) for one in deciders)

    @property
    def _moves_step(self) -> bool:
        """Tell whether completing the task may complete the step."""
        if self.act_as == "none":
            return False
        is_plain = self.people.spec.unknown_performer is UnknownPerformer.TASK
        return self.act_as is ActAs.SERVICE or not is_plain or bool(self.people.deciders())

    def _evidence(self) -> EvidencePolicy | None:
        spec = self.rule.evidence
        if spec is None:
            return None
        return EvidencePolicy(
            folder_id=self._folder(spec),
            document=spec.document,
            lock=spec.lock,
            rm_class=spec.rm_class,
            head_attribute=spec.head_attribute,
            attributes=dict(spec.attributes.items()),
            retention_years=spec.retention_years,
        )

    def _folder(self, spec: EvidenceSpec) -> int | None:
        """Return the folder's node id; None: the workspace itself, also where the attribute is empty."""
        if not isinstance(spec.folder, str):
            return spec.folder
        name = spec.folder.removeprefix(ATTRIBUTE)
        value = self.attempt(lambda: self.scene.values.read(name).value, None)
        if value is None:
            return None
        if not re.fullmatch("[0-9]{1,15}", str(value).strip()):
            self.holds.append(f"{name} holds no node id: {str(value)[:40]!r}")
            return None
        return int(str(value).strip())
