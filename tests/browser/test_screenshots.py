"""Pictures of the operations page, as the documents show it."""

import pytest

from tests.browser.pictures import draw

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


@pytest.fixture
def bridges(rest, trouble, life):
    """Every scene, with the view that it is about."""
    bridge, origin = life
    return {"rest": (rest, ""), "trouble": (trouble, ""), "life": (bridge, f"origin/{origin}")}


@pytest.mark.parametrize("name", PICTURES)
async def test_the_page_can_be_drawn(opened, bridges, name):
    scene, view, how = PICTURES[name]
    bridge, own_view = bridges[scene]
    shown = await (await opened(bridge, **how)).open(view or own_view)

    await draw(shown.page, name)

    assert shown.wrong == []
