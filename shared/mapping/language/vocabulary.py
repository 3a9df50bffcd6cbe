"""
The words that a mapping may use, and which of them are known where.

One table each for templates, dates and context lines: checks, documentation and schema read them.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pydantic_core import PydanticCustomError

Kind: TypeAlias = Literal["workspace", "step", "document", "missing_document"]
KINDS: frozenset[Kind] = frozenset({"workspace", "step", "document", "missing_document"})


@dataclass(frozen=True)
class Word:
    """A word, where it is known, and what it means."""

    meaning: str
    kinds: frozenset[Kind] = KINDS
    members: tuple[str, ...] = ()
    has_columns: bool = False
    """Its parts are what the record has."""


_STEP: frozenset[Kind] = frozenset({"step"})
_NODE: frozenset[Kind] = frozenset({"step", "document", "missing_document"})
_RECORD: frozenset[Kind] = frozenset({"workspace", "step", "document"})

_DATE = ("year", "month", "day", "weekday", "isoformat", "strftime")

CONTEXT: dict[str, Word] = {
    "workspace": Word(
        "The business workspace; of a workflow or document: the one that it lies in.",
        members=("id", "name", "type", "url", "created", "modified", "rm_status", "holds", "classifications"),
    ),
    "attributes": Word('By name: attributes["Contract.Value"]; the document\'s, then the workspace\'s. Empty: "".'),
    "document": Word(
        "The document: the first attached one of a workflow, the missing one of a missing_document rule.",
        _NODE,
        ("id", "name", "version", "url", "created", "modified", "reserved_by", "rm_status", "holds", "classifications"),
    ),
    "documents": Word("All attached documents, to loop over.", _STEP),
    "step": Word("The step.", _STEP, ("id", "name", "status", "started", "due", "performers", "group")),
    "workflow": Word(
        "The workflow.", _STEP, ("id", "name", "status", "initiated", "due", "initiator", "url", "next_steps")
    ),
    "now": Word("Date and time in the rule's zone.", members=(*_DATE, "hour", "minute")),
    "today": Word("Date in the rule's zone.", members=_DATE),
    "occurrence": Word("Date of the occurrence of a recurring task; otherwise empty.", members=_DATE),
    "row": Word(
        'The row of a task with `for_each`: row.Column, row["Two Words"]; of a value: row.value.',
        frozenset({"workspace"}),
        has_columns=True,
    ),
    "links": Word("Deep links into Smart UI.", members=("workspace", "document", "workflow")),
}
"""What a template knows."""

ITEM_MEMBERS = ("title", "due", "people", "plan", "outcome", "comment")
"""What `task` has, in templates of `escalate` and `notify`."""
CONTEXT["task"] = Word(
    "The task that is escalated or told of; in mails also the outcome that OpenText took, and the reviewer's comment.",
    frozenset(),
    ITEM_MEMBERS,
)

LOOP_NAMES = frozenset({"loop", "range", "dict", "namespace", "cycler", "joiner", "true", "false", "none"})
"""Jinja2's own names."""

ANCHORS: dict[str, Word] = {
    "created": Word(
        "Creation of the workspace or document.", frozenset({"workspace", "document", "missing_document", "step"})
    ),
    "modified": Word(
        "Last change of the workspace or document by anybody but the bridge.", frozenset({"workspace", "document"})
    ),
    "initiated": Word("Start of the workflow.", _STEP),
    "started": Word("Start of the step.", _STEP),
    "step_due": Word("Due date of the step, where the workflow map sets one.", _STEP),
    "workflow_due": Word("Due date of the workflow.", _STEP),
    "missing_due": Word("When the missing document is due.", frozenset({"missing_document"})),
    "appeared": Word("When the task was made."),
    "due": Word("The task's own due date (for `start` and `appears`)."),
    "raised": Word("The moment at which the escalation was raised (for `due` of a level)."),
}
"""What a date may be counted from, besides attribute:Category.Attribute and done:KEY, another task's completion."""
DONE = "done:"

LINES: dict[str, Word] = {
    "workspace": Word("Name of the workspace."),
    "version": Word("Version of each document.", frozenset({"step", "document"})),
    "disposition": Word("The outcomes that the step offers.", _STEP),
    "performers": Word("Who must act on the step.", _STEP),
    "next_step": Word("What comes after the step.", _STEP),
    "workflow_status": Word("Status of the workflow.", _STEP),
    "rm_status": Word("Records status.", _RECORD),
    "holds": Word("Active holds.", _RECORD),
    "classification": Word("Classifications.", _RECORD),
    "reserved": Word("Who reserved the document.", frozenset({"step", "document"})),
}
"""What `context` may list, besides attribute:Category.Attribute."""


@dataclass(frozen=True)
class Surroundings:
    """What the rest of the file says: handed to the models' validators while a file is read."""

    kind: str | None = None
    """`on` of the rule that is being read."""
    plans: frozenset[str] = frozenset()
    calendars: frozenset[str] = frozenset({"default"})
    logins: frozenset[str] = frozenset()
    """Logins with an override."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Name the known word that was probably meant; "" when none is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def refuse(message: str) -> PydanticCustomError:
    """Make the error of a value that is not allowed; the message is for people."""
    return PydanticCustomError("mapping", "{text}", {"text": message})
