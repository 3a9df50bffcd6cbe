"""
The board's page: one document, made of the files beside this one and of the operations page's own pieces.

It loads nothing else, and the browser runs its style and its script alone, by their hashes.
"""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shared.operations import page as operations

HERE = Path(__file__).parent
SHARED = ("dom.js", "format.js")
"""Of the operations page."""
OWN = ("doors.js", "parts.js", "planner.js", "task.js", "opentext.js", "workflow.js", "side.js", "tour.js", "main.js")
"""In this order they are one script."""


@cache
def render_page() -> operations.Page:
    """Make the page. It is the same for everybody."""
    style = operations.read_style() + _read(HERE, "board.css")
    parts = [_read(operations.HERE, name) for name in SHARED] + [_read(HERE, name) for name in OWN]
    body = "\n".join(parts)
    script = f'"use strict";\n(() => {{\n{body}\n}})();\n'
    found = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    # Our own files, and no text of anybody's: they may stand as they are.
    html = found.get_template("board.html").render(style=Markup(style), script=Markup(script))  # noqa: S704
    headers = operations.headers_of(style, script)
    # Beside what both pages need: the operations page is shown in a frame.
    headers["Content-Security-Policy"] += "; frame-src 'self'"
    return operations.Page(html, headers)


def _read(folder: Path, name: str) -> str:
    return (folder / name).read_text("utf-8")
