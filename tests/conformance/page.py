"""`python -m tests.conformance.page`: write docs/conformance.md's list of beliefs anew, from the data."""

from collections.abc import Iterator

from local.marked import put_between
from shared.conformance.beliefs import Belief, Needs, read_beliefs
from shared.conformance.page import TITLES
from tests.repository import ROOT

PAGE = ROOT / "docs" / "conformance.md"
START, END = "<!-- beliefs: made by python -m tests.conformance.page -->", "<!-- end of beliefs -->"
ASKED = {
    Needs.NOTHING: "reading alone",
    Needs.PLAN: "writing in the sandbox plan",
    Needs.WORKSPACE: "writing in the sandbox workspace",
    Needs.WORKFLOW: "running workflows of the sandbox map",
}


def listing() -> str:
    """Write every belief."""
    return "\n".join(["", *_lines(), ""])


def _lines() -> Iterator[str]:
    beliefs = read_beliefs()
    for system, title in TITLES.items():
        yield f"\n### {title}\n"
        for belief in (one for one in beliefs if one.system is system):
            yield from _told(belief)


def _told(belief: Belief) -> Iterator[str]:
    yield f"- **`{belief.id}`** {belief.statement}"
    yield f"  Asked by {ASKED[belief.needs]}. Source: {belief.source}."
    yield f"  Rests on it: {', '.join(f'`{one}`' for one in belief.depends)}. Where it differs: {belief.differs}"


def main() -> None:
    """Put the list into the page."""
    put_between(PAGE, START, END, listing(), what="the list of beliefs")


if __name__ == "__main__":
    main()
