"""What the mapping asks for: the tasks that should exist, now. Pure data."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import Field

from shared.models.base import Frozen, Stored
from shared.models.deciders import Decider
from shared.models.holds import HoldCause
from shared.models.notify import Notify
from shared.models.opentext import AttributeValue, DocumentVersion
from shared.models.words import ItemKind
from shared.models.workflow import StepRef


class Owner(StrEnum):
    """Whose value stands when both sides changed a field apart."""

    OPENTEXT = "opentext"
    PLANNER = "planner"
    BOTH = "both"


class WhenDeleted(StrEnum):
    """What becomes of an item whose task a person deleted."""

    RECREATE = "recreate"
    HOLD = "hold"
    WITHDRAW = "withdraw"


class PlanTarget(Frozen):
    """Where a task belongs: a plan by id, by title in a group, or one made for the workspace."""

    plan_id: str | None = Field(default=None, description="None: found by title in the group.")
    title: str | None = Field(default=None, description="None: the id says it all.")
    group_id: str | None = Field(default=None, description="Owner of the plan.")
    make: bool = Field(default=False, description="Make the plan when the group has none of that title.")
    buckets: tuple[str, ...] = Field(default=(), description="Buckets a plan that we make gets, in order.")
    labels: tuple[str, ...] = Field(default=(), description="Labels a plan that we make gets, in order.")
    key: str | None = Field(
        default=None,
        description="Names the making of a workspace's own plan, whatever its title becomes. None: the title does.",
    )


class PersonDecision(Frozen):
    """Why somebody is, or is not, assigned: part of the preview and of the history."""

    asked: str = Field(description="The rule's words, e.g. role:Legal.")
    person: str = Field(default="", description="OpenText login or e-mail, or the Entra address; '' for nobody.")
    entra_id: str | None = Field(default=None, description="None: nobody could be assigned.")
    outcome: str = Field(
        description="assigned, override, fallback, outside, guest, disabled, unknown, nobody or over_limit."
    )

    def left_out(self) -> "PersonDecision":
        """Return the decision over somebody for whom Planner has no room in the task."""
        return self.model_copy(update={"entra_id": None, "outcome": "over_limit"})


class WantedChecklistItem(Frozen):
    """A line of the checklist; its key survives renaming."""

    key: str
    title: str


class CommentRule(StrEnum):
    """Whether an outcome is sent on with the reviewer's own words."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Outcome(Frozen):
    """A checklist line whose tick chooses a disposition."""

    disposition: str = Field(description="custom_action of the step; case-sensitive.")
    title: str
    comment: CommentRule = Field(
        default=CommentRule.NONE,
        description="Whether what the reviewer wrote outside our block goes with it, and whether it must.",
    )


class Reassign(StrEnum):
    """Whose reassignment in Planner moves a workflow step."""

    PERFORMER = "performer"
    NOBODY = "nobody"


class UnknownPerformer(StrEnum):
    """What becomes of a step whose performers the directory does not have."""

    HOLD = "hold"
    TASK = "task"
    """A plain task whose completion moves nothing: it is decided in OpenText."""


class WantedReference(Frozen):
    """A link shown in the task."""

    url: str = Field(description="Plain URL, not encoded.")
    alias: str


class EvidencePolicy(Stored):
    """What goes back on the record."""

    folder_id: int | None = Field(default=None, description="None: the workspace itself.")
    document: bool = True
    lock: bool = False
    rm_class: int | None = None
    head_attribute: str | None = None
    attributes: dict[str, str] = Field(
        default_factory=dict, description="url, status, responsible, completed_at → attribute."
    )
    retention_years: int = 10


class WantedTask(Frozen):
    """One item: a task that should exist, with everything that the task should say."""

    item_key: str
    rule_id: str
    rule_hash: str = Field(description="SHA-256 of the rule as read: tells a changed mapping from a changed origin.")
    kind: ItemKind
    title: str
    plan: PlanTarget
    bucket: str | None = Field(default=None, description="Name. None: the plan's first.")
    labels: tuple[str, ...] = Field(default=(), description="Names of the plan's categories.")
    priority: int | None = Field(
        default=None, description="1 urgent, 3 important, 5 medium, 9 low; None: Planner's default."
    )
    start: date | None = Field(default=None, description="Local date in the rule's zone.")
    due: date | None = Field(default=None, description="Local date in the rule's zone.")
    assignees: tuple[str, ...] = Field(default=(), description="Entra user ids, sorted.")
    people: tuple[PersonDecision, ...] = ()
    description: str = Field(default="", description="Seed of people's part; written at creation only.")
    context: tuple[str, ...] = Field(default=(), description="Lines of the bridge's own block.")
    checklist: tuple[WantedChecklistItem, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    references: tuple[WantedReference, ...] = ()
    step: StepRef | None = Field(default=None, description="Set for kind step: what completion advances.")
    level: str = Field(default="", description="Key of the level; set for kind escalation.")
    documents: tuple[DocumentVersion, ...] = Field(default=(), description="Sorted: what an approval is bound to.")
    deciders: tuple[Decider, ...] = Field(
        default=(), description="Who may decide the step, by Entra id: performers and delegates, or approvers."
    )
    moves_step: bool = Field(
        default=True, description="Completing it completes the step. False: the step is decided in OpenText."
    )
    elsewhere: str = Field(
        default="", description="Why the step itself must be completed in OpenText. Empty: it need not."
    )
    four_eyes: bool = Field(default=False, description="Who started the workflow may not complete the step.")
    started_by: str | None = Field(
        default=None, description="Who did, by Entra id. None: four eyes do not decide, or it is not known."
    )
    reassign: Reassign = Field(default=Reassign.PERFORMER, description="Whose reassignment in Planner moves the step.")
    unknown_performer: UnknownPerformer = Field(
        default=UnknownPerformer.HOLD, description="What to do while no performer is found in the directory."
    )
    owners: dict[str, Owner] = Field(default_factory=dict, description="Differences from the default owners, by field.")
    waits_on: tuple[str, ...] = Field(default=(), description="Item keys that must be completed before this appears.")
    held: str | None = Field(default=None, description="Why it is not to be made now; None: make it.")
    held_by: HoldCause = Field(default=HoldCause.MAPPING, description="The cause, where `held` names a reason.")
    is_paused: bool = Field(default=False, description="Somebody else is waited for: nobody is urged, no time counts.")
    when_deleted: WhenDeleted = WhenDeleted.RECREATE
    reopen_when_moved: bool = Field(
        default=False, description="A completed milestone whose date moves is opened again."
    )
    on_complete: dict[str, AttributeValue] = Field(default_factory=dict, description="Attributes set when completed.")
    progress_attribute: str | None = Field(default=None, description="Attribute that shows the percent.")
    notify: tuple[Notify, ...] = ()
    evidence: EvidencePolicy | None = None

    def decided_elsewhere(self, why: str) -> "WantedTask":
        """Return the task of a step that Planner can't decide: it says so, and offers no outcomes."""
        context = (why, *(line for line in self.context if line != why))
        return self.model_copy(update={"moves_step": False, "elsewhere": why, "outcomes": (), "context": context})

    def held_for(self, cause: HoldCause, reason: str) -> "WantedTask":
        """Return the item, not to be made now."""
        return self.model_copy(update={"held": reason, "held_by": cause})

    def showing(self, due: date | None) -> "WantedTask":
        """Return the item with the due date that its task shows."""
        return self if due == self.due else self.model_copy(update={"due": due})

    def starting_by(self, due: date | None) -> "WantedTask":
        """Return the item with a start that Planner takes: it refuses one after the due date."""
        if self.start is None or due is None or self.start <= due:
            return self
        return self.model_copy(update={"start": due})

    def waiting_for_others(self) -> "WantedTask":
        """Return the same task of an item that nobody can act on now."""
        return self.model_copy(update={"is_paused": True})

    def told(self, context: tuple[str, ...], notify: tuple[Notify, ...]) -> "WantedTask":
        """Return the same task with other lines in its block and other mails."""
        return self.model_copy(update={"context": context, "notify": notify})

    def decider(self, entra_id: str | None) -> Decider | None:
        """Find who a person is to this step; None: nobody whose decision counts."""
        return next((one for one in self.deciders if one.entra_id == entra_id), None)


class NameKind(StrEnum):
    """What a name of the mapping names."""

    ATTRIBUTE = "attribute"
    ROLE = "role"
    WORKSPACE_TYPE = "workspace type"
    WORKSPACE = "workspace"
    TEMPLATE = "template"
    MAP = "workflow map"
    WORKFLOW = "workflow"
    STEP = "step"
    CLASSIFICATION = "classification"
    DOCUMENTS = "missing documents"
    DATE = "date"
    FOLDER = "folder"
    PERSON = "person"
    PLAN = "plan"
    GROUP = "group"
    BUCKET = "bucket"
    LABEL = "label"
    LOGIN = "login"
    NODE = "node"
    CALENDAR = "calendar"
    RULE = "rule"


class Unknown(Frozen):
    """
    Something that a rule asks about and the origin does not tell: neither yes nor no.

    Whatever it covers is neither made nor ended.
    """

    rule_id: str
    covers: str = Field(description="Key of the items that are undecided, or what their keys begin with.")
    what: NameKind
    name: str = Field(description="As the mapping writes it.")
    why: str = Field(description="A sentence for people.")
    nearest: str | None = Field(default=None, description="The existing name that is most like it.")
    renamed_to: str | None = Field(default=None, description="What the remembered id is called now.")
    blocks: bool = Field(default=True, description="False: only shown, e.g. in a context line; the items are decided.")

    def is_about(self, item: str) -> bool:
        """Tell whether an item stays undecided."""
        return self.blocks and covers(self.covers, item)


class Refused(Frozen):
    """A rule, or a task of it, whose condition says no: with the value that was read."""

    covers: str = Field(description="Key of the items that are not wanted, or what their keys begin with.")
    said: str = Field(description="E.g. Contract.Region is APAC.")


def covers(prefix: str, item: str) -> bool:
    """Tell whether an item is one, or one of those whose keys begin so."""
    # Up to a bar: the rule `legal` must not cover the items of the rule `legal-review`.
    return item == prefix or item.startswith(f"{prefix}|")


class Wanted(Frozen):
    """Everything that one origin asks for, now."""

    tasks: tuple[WantedTask, ...] = Field(default=(), description="By item key.")
    unknown: tuple[Unknown, ...] = Field(default=(), description="What could not be answered, rule by rule.")
    refused: tuple[Refused, ...] = Field(default=(), description="What a value that was read says no to.")
    look_again: datetime | None = Field(
        default=None, description="UTC: when time alone changes the answer. None: never."
    )
    mapping_hash: str = ""
    is_certain: bool = Field(
        default=True, description="The directory had an answer to every question. Else who is not in it was unknown."
    )

    def is_undecided(self, item: str) -> bool:
        """Tell whether it is not known if an item is wanted: it is neither made nor ended."""
        return any(one.is_about(item) for one in self.unknown)

    def why_not(self, item: str) -> str:
        """Say which value that was read says no to an item; "" where none does."""
        return next((one.said for one in self.refused if covers(one.covers, item)), "")

    def with_tasks(self, tasks: tuple[WantedTask, ...]) -> "Wanted":
        """Return the same with other tasks."""
        return self.model_copy(update={"tasks": tasks})
