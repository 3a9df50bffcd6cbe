"""Draw the states of a link from the table of transitions: `python -m tests.diagram` writes it into the documents."""

import re
from collections.abc import Iterator

from shared.models.link_states import TRANSITIONS
from tests.repository import ROOT

DOCUMENT = ROOT / "docs" / "architecture.md"
_BLOCK = re.compile(r"(?<=<!-- link states: made by python -m tests\.diagram -->\n)```mermaid\n.*?```", re.DOTALL)


def drawn() -> str:
    """Return the diagram."""
    return "\n".join(["```mermaid", "stateDiagram-v2", *_arrows(), "```"])


def shown() -> str:
    """Return the diagram as the document has it."""
    found = _BLOCK.search(DOCUMENT.read_text())
    return found[0] if found is not None else ""


def _arrows() -> Iterator[str]:
    for name, way in TRANSITIONS.items():
        for before in sorted(way.before, key=lambda state: state or ""):
            yield f"    {before or '[*]'} --> {way.after}: {name} ({way.when})"


if __name__ == "__main__":
    DOCUMENT.write_text(_BLOCK.sub(lambda _: drawn(), DOCUMENT.read_text()))
