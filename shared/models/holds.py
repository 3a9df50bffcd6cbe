"""Why an item can't go on, and why a completion does not count: the words, with what each means to people."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.models.words import Word


class HoldCause(Word):
    """Why an item can't go on now."""

    MAPPING = "mapping"
    NOT_KNOWN = "not_known"
    PERFORMER_UNKNOWN = "performer_unknown"
    REFUSED = "refused"
    AMBIGUOUS = "ambiguous"
    DELETED = "deleted"
    ACTIVITIES = "activities"
    TARGET = "target"
    CAPACITY = "capacity"
    RECORD = "record"
    EVIDENCE = "evidence"
    BRAKE = "brake"
    UNREADABLE = "unreadable"
    UNAVAILABLE = "unavailable"
    ITEM_FAILED = "item_failed"
    SUSPENDED = "suspended"
    FORM = "form"
    OUTCOMES = "outcomes"
    UNBINDABLE = "unbindable"
    SIGN_IN = "sign_in"
    NOT_ADVANCED = "not_advanced"
    SERVICE_MODE = "service_mode"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class HoldFacts:
    """What one cause means, and the way back."""

    sentence: str
    """What people read."""
    heals: str
    """The command, or the act, that lets it go on."""
    is_told: bool = False
    """The person whose decision waits for it reads the sentence in the task."""
    outside: bool = False
    """Nobody need change the rule: it is retried from 15 s on, and counts as open for the resync."""


REPLAY = "manage.py replay --held --cause"
HOLDS: Mapping[HoldCause, HoldFacts] = {
    # Not tried again by time: a change of the record, or of the rule, brings a look by itself.
    HoldCause.MAPPING: HoldFacts(
        "The rule says that it is not to be made now.", "a value on the record, or the rule, changes"
    ),
    HoldCause.NOT_KNOWN: HoldFacts(
        "A value that the rule asks for could not be read.",
        "give the bridge permission, or mend the name in the rule",
        outside=True,
    ),
    HoldCause.PERFORMER_UNKNOWN: HoldFacts(
        "Who performs the step was not found in Microsoft Entra.",
        "mend the person's e-mail, or add people.overrides",
        outside=True,
    ),
    HoldCause.REFUSED: HoldFacts("Planner refused a change.", f"{REPLAY} refused, once it can be taken", outside=True),
    HoldCause.AMBIGUOUS: HoldFacts(
        "A task may have been made already, and nobody can tell which it is.",
        "delete or complete the loose task that the plan shows",
        outside=True,
    ),
    # A person's doing, which only a person's word takes back.
    HoldCause.DELETED: HoldFacts("A person deleted the task, and the rule leaves it at that.", f"{REPLAY} deleted"),
    HoldCause.ACTIVITIES: HoldFacts(
        "What became of the decision in OpenText can't be read yet.",
        "give the bridge permission to read the workflow",
        is_told=True,
        outside=True,
    ),
    HoldCause.TARGET: HoldFacts(
        "Its plan or bucket can't be used.", "make the plan, or let the bridge read its group", outside=True
    ),
    HoldCause.CAPACITY: HoldFacts("Its plan has no room.", "delete or archive tasks of the plan", outside=True),
    HoldCause.RECORD: HoldFacts(
        "The record could not be told.", "let the bridge write to the record, or lift its hold", outside=True
    ),
    HoldCause.EVIDENCE: HoldFacts(
        "The evidence could not be put on the record.", "let the bridge write to the folder", outside=True
    ),
    # A person has to look first: tried again by itself, it would be no brake.
    HoldCause.BRAKE: HoldFacts("Too many items of its rule would have ended at once.", "manage.py brake release RULE"),
    HoldCause.UNREADABLE: HoldFacts("Its task can't be read.", "let the bridge read the plan", outside=True),
    HoldCause.UNAVAILABLE: HoldFacts("What is asked of it gets no answer.", "it passes by itself", outside=True),
    HoldCause.ITEM_FAILED: HoldFacts(
        "Something unforeseen in its own data stopped it.", f"{REPLAY} item_failed", outside=True
    ),
    HoldCause.SUSPENDED: HoldFacts(
        "The workflow is suspended: the decision is kept, and sent when it goes on.",
        "the workflow is resumed in OpenText",
        is_told=True,
        outside=True,
    ),
    HoldCause.FORM: HoldFacts("The step must be completed in OpenText.", "somebody completes it in OpenText"),
    HoldCause.OUTCOMES: HoldFacts(
        "The rule's outcomes are not those that the step offers.", "mend the rule's outcomes", outside=True
    ),
    HoldCause.UNBINDABLE: HoldFacts(
        "What is to be approved can't be bound to versions.", "attach fewer documents", outside=True
    ),
    HoldCause.SIGN_IN: HoldFacts(
        "OpenText does not let the bridge act for you: the decision is kept, and sent when it does.",
        "allow the impersonation in OTDS",
        is_told=True,
        outside=True,
    ),
    HoldCause.NOT_ADVANCED: HoldFacts(
        "OpenText took the decision, but the step stays where it was: please look at the workflow there.",
        "look at the workflow in OpenText",
        is_told=True,
        outside=True,
    ),
    HoldCause.SERVICE_MODE: HoldFacts(
        "This step is not the bridge's to complete: please decide it in OpenText.",
        "assign it, or set OPENTEXT_ACT_AS",
        is_told=True,
        outside=True,
    ),
    HoldCause.UNKNOWN: HoldFacts("Written by a newer release.", "deploy the newer release again"),
}


class RefusalReason(Word):
    """Why a completion, or a reassignment, does not count."""

    WRONG_PERSON = "wrong_person"
    NEW_VERSION = "new_version"
    NOT_SHOWN = "not_shown"
    NO_OUTCOME = "no_outcome"
    MANY_OUTCOMES = "many_outcomes"
    STALE_TICK = "stale_tick"
    FOREIGN_TICK = "foreign_tick"
    CHANGED_LINES = "changed_lines"
    CHANGED_VERSIONS = "changed_versions"
    NO_COMMENT = "no_comment"
    FOUR_EYES = "four_eyes"
    DETAILS_GONE = "details_gone"
    REASSIGNED = "reassigned"
    STEP_GONE = "step_gone"
    RELEASED = "released"
    FORM = "form"
    SIGN_IN = "sign_in"
    SERVICE_MODE = "service_mode"
    OPENTEXT = "opentext"
    UNKNOWN = "unknown"


REFUSALS: Mapping[RefusalReason, str] = {
    RefusalReason.WRONG_PERSON: "Completed by somebody who is not a performer of this step. It was opened again.",
    RefusalReason.NEW_VERSION: "The documents changed since this task showed them. Look at the new version first.",
    RefusalReason.NOT_SHOWN: (
        "It was completed before the task showed what is to be decided. Look at it, then decide again."
    ),
    RefusalReason.NO_OUTCOME: "No outcome is ticked. Tick exactly one of: {outcomes}, then complete again.",
    RefusalReason.MANY_OUTCOMES: "More than one outcome is ticked. Tick exactly one of: {outcomes}.",
    RefusalReason.STALE_TICK: "The outcome was ticked for an earlier state of this task. Tick it again.",
    RefusalReason.FOREIGN_TICK: "The outcome was ticked by somebody who is not a performer. Tick it again.",
    RefusalReason.CHANGED_LINES: "The outcome lines had been changed; they read as before again. Tick one again.",
    RefusalReason.CHANGED_VERSIONS: (
        "The versions that stand here had been changed; they read as before again. Look at them, then decide again."
    ),
    RefusalReason.NO_COMMENT: "This outcome needs a comment: write it above the bridge's block, then complete again.",
    RefusalReason.FOUR_EYES: "Who started the workflow may not decide this step.",
    RefusalReason.DETAILS_GONE: "What was ticked could not be read. Tick the outcome and complete again.",
    RefusalReason.REASSIGNED: "Who performs this step is set in OpenText: the assignment was put back.",
    RefusalReason.STEP_GONE: "OpenText had ended the step by the time this completion could count.",
    RefusalReason.RELEASED: "The mapping asked for this task no more when it was completed.",
    RefusalReason.FORM: "This step must be completed in OpenText.",
    RefusalReason.SIGN_IN: "OpenText does not let the bridge act for you. Complete the step in OpenText.",
    RefusalReason.SERVICE_MODE: "This step is not the bridge's to complete. Complete it in OpenText.",
    RefusalReason.OPENTEXT: "OpenText refused it.",
    RefusalReason.UNKNOWN: "It did not count.",
}
"""The note that people read in the task; `{outcomes}` are the outcomes' titles."""
