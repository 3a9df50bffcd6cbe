"""
The board's page: one document, made of the files beside this one and of the operations page's own pieces.

It loads nothing else, and the browser runs its style and its script alone, by their hashes.
"""

from functools import cache
from pathlib import Path

from shared.operations import page as operations

HERE = Path(__file__).parent
SHARED = ("dom.js", "format.js")
"""Of the operations page."""
OWN = ("doors.js", "parts.js", "planner.js", "task.js", "opentext.js", "workflow.js", "side.js", "tour.js", "main.js")
"""In this order they are one script."""


@cache
def render_page() -> operations.Page:
    """Make the page. It is the same for everybody."""
    theirs = operations.HERE
    made = operations.make_page(
        HERE / "board.html",
        [theirs / operations.STYLE, HERE / "board.css"],
        [*(theirs / name for name in SHARED), *(HERE / name for name in OWN)],
    )
    # Beside what both pages need: the operations page is shown in a frame.
    policy = f"{made.headers['Content-Security-Policy']}; frame-src 'self'"
    return operations.Page(made.html, {**made.headers, "Content-Security-Policy": policy})
