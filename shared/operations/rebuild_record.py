"""What OpenText itself remembers of an origin: its evidence, its workflow, the attributes that tell of completions."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.errors import NeverError
from shared.evidence.document import read_whole
from shared.evidence.standing import Standing, standings
from shared.mapping.evaluation.needs import rules_for
from shared.mapping.language.rules import EvidenceSpec
from shared.mapping.language.scalars import ATTRIBUTE
from shared.models.evidence import Entry
from shared.models.evidence_files import file_name
from shared.models.keys import OriginKind, split_origin_key
from shared.models.origin import Needs, Origin
from shared.models.workflow import Activity, StepRef
from shared.reconciler.observe import read_origin
from shared.services import Services

_INTENT = "[bridge-"


@dataclass
class Record:
    """What was read of one origin."""

    origin: Origin | None
    """None: it can't be read."""
    entries: tuple[Entry, ...] = ()
    """Its history as it was last put on the record."""
    standings: dict[str, Standing] = field(default_factory=dict)
    """By item key, from the history."""
    lacking: Sequence[Entry] = ()
    """What of the history the tables lack: all of it, or what came since their backup."""
    left: list[str] = field(default_factory=list)
    """What could not be read or is not believed, and why."""


async def read_record(key: str, services: Services) -> Record:
    """
    Read an origin with its evidence.

    Raises:
        RetryLaterError: OpenText does not answer.
    """
    kind, _ = split_origin_key(key)
    try:
        record = Record(await read_origin(key, services, need=Needs(workspace=kind is not OriginKind.WORKSPACE)))
    except NeverError as error:
        return Record(None, left=[f"{key} can't be read in OpenText: {error}"])
    specs = [rule.evidence for rule in rules_for(services.mapping, kind)]
    for number, spec in enumerate(specs):
        # Each document holds the origin's whole history, whichever rule asks for it: one is enough.
        if spec is not None and spec.document and spec not in specs[:number] and not record.entries:
            await _read_history(key, spec, record, services)
    record.standings = standings(record.entries)
    return record


async def _read_history(key: str, spec: EvidenceSpec, record: Record, services: Services) -> None:
    """Read the document that lies on the record, if it is ours and the head there does not speak against it."""
    folder = _folder(spec, record.origin)
    if folder is None:
        return
    records = services.opentext.records
    try:
        node = await records.find_child(folder, file_name(key, "json"))
        if node is None:
            return
        entries = read_whole(await records.newest_content(node), key)
    except NeverError as error:
        record.left.append(f"{key}: its history on the record can't be read: {error}")
        return
    if not entries:
        record.left.append(f"{key}: the document {node} is no whole history of it, and is not restored")
    elif _is_denied(_attribute(spec.head_attribute, record.origin), key, entries):
        record.left.append(f"{key}: the head on the record is not that of the document {node}: it is not restored")
    else:
        record.entries = entries


def _folder(spec: EvidenceSpec, origin: Origin | None) -> int | None:
    if isinstance(spec.folder, int):
        return spec.folder
    if isinstance(spec.folder, str) and (value := _attribute(spec.folder.removeprefix(ATTRIBUTE), origin)):
        return int(value) if value.strip().isdecimal() else None
    return origin.workspace.node_id if origin is not None and origin.workspace is not None else None


def _attribute(name: str | None, origin: Origin | None) -> str:
    if name is None or origin is None or origin.workspace is None:
        return ""
    return str(origin.workspace.attributes.get(name) or "")


def _is_denied(anchor: str, key: str, entries: tuple[Entry, ...]) -> bool:
    """Tell whether the head that OpenText keeps of this very origin names an entry that does not stand there so."""
    whose, _, rest = anchor.partition(" ")
    number, _, digest = rest.split(" ")[0].partition(":")
    if whose != key or not number.isdecimal():
        return False
    known = {entry.sequence: entry.hash for entry in entries}
    # What lies before the first entry was purged: there is nothing left to hold the head against.
    return int(number) >= entries[0].sequence and known.get(int(number)) != digest


async def find_intent(step: StepRef, services: Services) -> str | None:
    """Find in the workflow's own history the intent by which the bridge advanced a step. None: it did not."""
    try:
        activities = await services.opentext.workflows.activities(step)
    except NeverError:
        return None
    return next((found for one in activities if (found := _intent_of(one)) is not None), None)


def _intent_of(activity: Activity) -> str | None:
    # The last one: the reviewer's own words stand before it, and may hold anything.
    start = activity.comment.rfind(_INTENT)
    return None if start < 0 else activity.comment[start + 1 :].partition("]")[0]


def is_workflow(key: str) -> bool:
    """Tell whether an origin is a workflow."""
    return split_origin_key(key)[0] is OriginKind.WORKFLOW
