"""Who says what after how many minutes: the table of docs/operations.md."""

import re
from collections.abc import Mapping
from typing import Any

from local.marked import put_between
from tests.outages.doors import DOORS
from tests.outages.scenarios import SCENARIOS
from tests.repository import ROOT

DOCUMENT = ROOT / "docs/operations.md"
BEGIN, END = "<!-- outages: made by python -m tests.outages --write -->\n", "\n<!-- end -->"


def table(played: Mapping[str, Any]) -> str:
    """Write the table of what was played, by the names of the scenarios."""
    head = ["what goes wrong", *(f"`{door}`" if door != "page" else door for door in DOORS), "alerts"]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for one in SCENARIOS:
        if one.is_listed:
            said = played[one.name]
            cells = [one.says, *(_cell(said["said"].get(door)) for door in DOORS), _alerts(said["fired"])]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def write_table(played: Mapping[str, Any]) -> None:
    """Put it into its document."""
    put_between(DOCUMENT, BEGIN, END, f"\n{table(played)}\n", what="the table of outages")


def _cell(said: list[Any] | None) -> str:
    """Write what a door first said, and by when. None: nothing was to be seen there."""
    if said is None:
        return "nothing: the rest goes on"
    minute, text = said
    return f"{minute} min: {_readable(text)}"


def _readable(text: str) -> str:
    """Put names for the ids of this world."""
    return re.sub(r"plan [\w-]{20,}", "plan ...", re.sub(r"workspace-\d+", "workspace-...", text))


def _alerts(fired: Mapping[str, int]) -> str:
    return ", ".join(f"{minute} min: `{name}`" for name, minute in sorted(fired.items())) or "none"
