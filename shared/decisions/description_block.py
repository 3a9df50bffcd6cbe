"""
The bridge's own block in a task's description: what OpenText says, between two marks.

People's text around it is theirs. The last line names the origin and the item: after the loss of
the tables a task is found again by it.
"""

import hashlib
import re
from dataclasses import dataclass

from shared.models.holds import HOLDS
from shared.models.link import Link, LinkState
from shared.models.wanted import WantedTask
from shared.models.words import ItemKind

TOP = "=== OpenText (kept by the bridge, edits here are overwritten) ==="
BOTTOM = "=== end ==="
NOTE = "Note: "
_BLOCK = re.compile(rf"{re.escape(TOP)}\s*?\n(.*?){re.escape(BOTTOM)}", re.DOTALL)
_KEY = re.compile(r"^ref: (\S+) (\S.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Parts:
    """A description taken apart."""

    before: str
    block: str
    """Without its marks; '' when there is none."""
    after: str


def split_description(description: str | None) -> Parts:
    """Take a description apart; Planner may have changed line ends and outer blanks."""
    text = (description or "").replace("\r\n", "\n").replace("\r", "\n")
    if (match := _BLOCK.search(text)) is None:
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


def render_block(origin: str, wanted: WantedTask, link: Link | None) -> str:
    """Write the block's text: notes for the person, what OpenText shows, and the reference line."""
    shown = [f"document {d.node_id}: version {d.version}" for d in wanted.documents if wanted.kind is ItemKind.STEP]
    lines = [*notes(link), *wanted.context, *shown, f"ref: {origin} {wanted.item_key}"]
    return "\n".join(line.replace(TOP, "").replace(BOTTOM, "") for line in lines)


def closing_block(origin: str, link: Link, reason: str) -> str:
    """Write the block of a task that OpenText ended."""
    return "\n".join([f"Closed by OpenText: {reason}", f"ref: {origin} {link.item}"])


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


def find_key(description: str | None) -> tuple[str, str] | None:
    """Find origin and item key in a description; None: it has no reference line."""
    match = _KEY.search(split_description(description).block)
    return None if match is None else (match[1], match[2].strip())


def digest(text: str) -> str:
    """Shorten a text to what a base can keep: its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()
