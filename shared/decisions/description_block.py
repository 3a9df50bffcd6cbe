"""
The bridge's own block in a task's description: what OpenText says, between two marks.

People's text around it is theirs. The last line names the bridge, the origin and the item: after the loss of
the tables a task is found again by it. What stands above it comes from records, so from anybody: it is one line a
value, and can't form a mark.
"""

import hashlib
import re
from dataclasses import dataclass

from shared.models.holds import HOLDS
from shared.models.link import Link, LinkState
from shared.models.planner import PlannerDetails
from shared.models.planner_writes import DetailsPatch
from shared.models.wanted import WantedTask
from shared.models.words import ItemKind

TOP = "=== OpenText (kept by the bridge, edits here are overwritten) ==="
BOTTOM = "=== end ==="
NOTE = "Note: "
_BLOCK = re.compile(rf"{re.escape(TOP)}\s*?\n(.*?){re.escape(BOTTOM)}", re.DOTALL)
_REFERENCE = re.compile(r"ref: (?:(\S+) )?((?:workspace|workflow|document)-\d+) (\S.*)")
"""The first edition named no bridge."""
_FENCE = "==="


@dataclass(frozen=True)
class Reference:
    """Whose task it is."""

    bridge: str
    """Empty: the first edition made it."""
    origin: str
    item: str


@dataclass(frozen=True)
class Parts:
    """A description taken apart."""

    before: str
    block: str
    """Without its marks; '' when there is none."""
    after: str


def is_anothers(description: str | None, bridge: str) -> bool:
    """Tell whether a task's reference line names another bridge: of two on one plan each knows its own."""
    reference = find_reference(description)
    return reference is not None and bool(bridge) and reference.bridge not in ("", bridge)


def split_description(description: str | None) -> Parts:
    """Take a description apart; Planner may have changed line ends and outer blanks."""
    text = (description or "").replace("\r\n", "\n").replace("\r", "\n")
    # People copy blocks along with their text: one that ends in a reference is a whole one.
    blocks = list(_BLOCK.finditer(text))
    match = next((block for block in blocks if _reference(block[1]) is not None), blocks[0] if blocks else None)
    if match is None:
        return Parts(before=text, block="", after="")
    return Parts(before=text[: match.start()], block=match[1].strip("\n"), after=text[match.end() :])


def with_block(description: str | None, block: str) -> str:
    """Return the description with the block replaced, or appended where there was none."""
    parts = split_description(description)
    marked = f"{TOP}\n{block}\n{BOTTOM}"
    if parts.block or parts.after:
        return f"{parts.before}{marked}{parts.after}"
    before = parts.before.rstrip()
    return f"{before}\n\n{marked}" if before else marked


def signature(bridge: str, origin: str) -> str:
    """Name a bridge and an origin, as reference lines do."""
    return f"{bridge} {origin}" if bridge else origin


def render_block(signed: str, wanted: WantedTask, link: Link | None) -> str:
    """Write the block's text: notes for the person, what OpenText shows, and the reference line."""
    lines = [*notes(link), *wanted.context, *version_lines(wanted), f"ref: {signed} {wanted.item_key}"]
    return "\n".join(map(_plain, lines))


def version_lines(wanted: WantedTask) -> list[str]:
    """Return the lines that show a step's reviewer what is decided."""
    if wanted.kind is not ItemKind.STEP:
        return []
    return [f"document {document.node_id}: version {document.version}" for document in wanted.documents]


def closing_note(
    signed: str, link: Link, reason: str, details: PlannerDetails | None
) -> tuple[DetailsPatch | None, dict[str, str]]:
    """
    Write why a task ended into its block.

    Returns:
        The change, None where it says so already or was not read; and what that asks of the block: what the bridge
        wrote is nobody's edit, should the item be wanted again.
    """
    if details is None:
        return None, {}
    block = "\n".join(map(_plain, [f"Closed by OpenText: {reason}", f"ref: {signed} {link.item}"]))
    text = with_block(details.description, block)
    return (None, {}) if text == details.description else (DetailsPatch(description=text), {"context": digest(block)})


def _plain(value: str) -> str:
    """Return a value as one line in which no mark can be read, however often it is read again."""
    line = " ".join(value.split())
    # Again and again: of five signs the last one of the new text and the two that are left form a mark anew.
    while _FENCE in line:
        line = line.replace(_FENCE, "= = =")
    return line


def notes(link: Link | None) -> list[str]:
    """Tell the person why a completion did not count, or what a decision waits for; nothing once that is settled."""
    if link is None or link.state is LinkState.COMPLETED:
        return []
    waits = HOLDS[link.hold] if link.hold is not None else None
    said = [link.note, waits.sentence if waits is not None and waits.is_told else ""]
    return [f"{NOTE}{text}" for text in said if text]


def note_lines(block: str) -> list[str]:
    """Return the notes that a block shows."""
    return [line for line in block.split("\n") if line.startswith(NOTE)]


def noted_block(block: str, note: str) -> str:
    """Return a block as it stands, with this note in place of those that it has."""
    kept = [line for line in block.split("\n") if not line.startswith(NOTE)]
    return "\n".join([f"{NOTE}{note}", *kept])


def find_reference(description: str | None) -> Reference | None:
    """Find whose task it is, where we put it: in the last line of the block. None: it does not say."""
    return _reference(split_description(description).block)


def _reference(block: str) -> Reference | None:
    lines = [line.strip() for line in block.split("\n") if line.strip()]
    match = _REFERENCE.fullmatch(lines[-1]) if lines else None
    return None if match is None else Reference(match[1] or "", match[2], match[3].strip())


def digest(text: str) -> str:
    """Shorten a text to what a base can keep: its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()
