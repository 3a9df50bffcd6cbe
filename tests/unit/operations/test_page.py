"""The operations page's shell: one document that holds nothing of anybody, and lets a browser load nothing else."""

import base64
import hashlib
import re
import tomllib

from shared.operations.page import HERE, SCRIPTS, render_page
from shared.release import RELEASE
from tests.repository import ROOT


def sources():
    policy = render_page().headers["Content-Security-Policy"]
    return dict(part.split(" ", 1) for part in policy.split("; "))


def inline(tag):
    return re.findall(rf"<{tag}>(.*?)</{tag}>", render_page().html, re.DOTALL)


def test_its_style_and_script_are_let_in_by_their_hashes_and_nothing_else_is():
    for tag, name in (("style", "style-src"), ("script", "script-src")):
        (text,) = inline(tag)
        assert sources()[name] == f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
    assert sources()["default-src"] == "'none'"
    assert sources()["connect-src"] == "'self'"
    assert "unsafe" not in render_page().headers["Content-Security-Policy"]


def test_nobody_can_put_it_into_a_frame_or_hear_where_it_leads():
    headers = render_page().headers

    assert sources()["frame-ancestors"] == "'none'"
    assert (headers["X-Frame-Options"], headers["Referrer-Policy"]) == ("DENY", "no-referrer")


def test_it_names_no_other_place_on_the_web():
    html = re.sub(r"http://www\.w3\.org/\S+", "", render_page().html)

    assert re.findall(r"(?:https?:)?//[a-z0-9][a-z0-9.-]+\.[a-z]+", html) == []


def test_its_script_makes_no_element_of_text():
    script = "".join((HERE / name).read_text("utf-8") for name in SCRIPTS)

    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "localStorage",
    ):
        assert way not in script


def test_every_file_beside_it_is_used():
    used = {"__init__.py", "page.html", "style.css", *SCRIPTS}

    assert {path.name for path in HERE.iterdir() if path.is_file()} == used


def test_the_release_that_it_shows_is_the_one_that_is_built():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"] == RELEASE
