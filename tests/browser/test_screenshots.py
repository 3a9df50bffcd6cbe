"""
Pictures of the operations page, as the documents show it.

They are drawn at each run, into build/screenshots; `make screenshots` draws them into docs/images, to be looked at.
"""

import os
from pathlib import Path

import pytest

from tests.repository import ROOT

FOLDER = Path(os.environ.get("SCREENSHOTS") or ROOT / "build" / "screenshots")
WIDE, NARROW = {"width": 1440}, {"width": 360}
DARK = {"dark": True}
PICTURES = {
    "operations-quiet-light": ("rest", "now", WIDE),
    "operations-quiet-dark": ("rest", "now", WIDE | DARK),
    "operations-trouble-light": ("trouble", "now", WIDE),
    "operations-trouble-dark": ("trouble", "now", WIDE | DARK),
    "operations-trouble-narrow": ("trouble", "now", NARROW),
    "operations-held-light": ("trouble", "held?cause=sign_in", WIDE),
    "operations-letters-light": ("trouble", "letters", WIDE),
    "operations-life-light": ("life", "", WIDE),
    "operations-life-dark": ("life", "", WIDE | DARK),
    "operations-life-narrow": ("life", "", NARROW),
}
SMALLEST = 15_000
"""Bytes: a picture of an empty page has fewer."""


@pytest.fixture
def bridges(rest, trouble, life):
    """Every scene, with the view that it is about."""
    bridge, origin = life
    return {"rest": (rest, ""), "trouble": (trouble, ""), "life": (bridge, f"origin/{origin}")}


@pytest.fixture(scope="module")
def folder():
    """Make the folder of the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return FOLDER


@pytest.mark.parametrize("name", PICTURES)
async def test_the_page_can_be_drawn(opened, bridges, folder, name):
    scene, view, how = PICTURES[name]
    bridge, own_view = bridges[scene]
    shown = await (await opened(bridge, **how)).open(view or own_view)

    picture = await shown.page.screenshot(path=folder / f"{name}.png", full_page=True)

    assert len(picture) > SMALLEST
    assert shown.wrong == []
