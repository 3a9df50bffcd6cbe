"""
The operations page: one document, made of the files beside this one, that loads nothing else.

Its style sheet and its script stand in it, and the browser takes these two alone, by their hashes.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

HERE = Path(__file__).parent
STYLE = "style.css"
SCRIPTS = ("dom.js", "format.js", "doors.js", "parts.js", "now.js", "held.js", "origin.js", "letters.js", "main.js")
"""In this order they are one script."""


@dataclass(frozen=True)
class Page:
    """The page's shell: nothing of anybody is in it."""

    html: str
    headers: Mapping[str, str]


@cache
def render_page() -> Page:
    """Make the page. It is the same for everybody."""
    return make_page(HERE / "page.html", [HERE / STYLE], [HERE / name for name in SCRIPTS])


def make_page(template: Path, styles: Sequence[Path], scripts: Sequence[Path]) -> Page:
    """
    Make one document of its pieces: style and script stand in it, and it loads nothing else.

    Args:
        template: has a place for `style` and one for `script`.
        styles, scripts: files, in the order in which they are one.
    """
    style, body = "".join(map(_read, styles)), "\n".join(map(_read, scripts))
    script = f'"use strict";\n(() => {{\n{body}\n}})();\n'
    found = Environment(
        loader=FileSystemLoader(template.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Our own files, and no text of anybody's: they may stand as they are.
    html = found.get_template(template.name).render(style=Markup(style), script=Markup(script))  # noqa: S704
    return Page(html, _headers_of(style, script))


def _headers_of(style: str, script: str) -> dict[str, str]:
    """Return the headers that let a browser do what the page does, and nothing more."""
    policy = {
        "default-src": "'none'",
        "style-src": _hash_of(style),
        "script-src": _hash_of(script),
        "connect-src": "'self'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        # For browsers that don't know `frame-ancestors`.
        "X-Frame-Options": "DENY",
        "Cache-Control": "no-cache",
    }


def _hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _read(file: Path) -> str:
    return file.read_text("utf-8")
