"""
Pictures of pages, as the documents show them.

They are drawn at each run, into build/screenshots; `make screenshots` draws them into docs/images, to be looked at.
"""

import asyncio
import os
from pathlib import Path

from tests.repository import ROOT

FOLDER = Path(os.environ.get("SCREENSHOTS") or ROOT / "build" / "screenshots")
SMALLEST = 15_000
"""Bytes: a picture of an empty page has fewer."""


async def draw(page, name, *, full_page=True):
    """Draw a page, and make sure that there is something to be seen on it."""
    await asyncio.to_thread(FOLDER.mkdir, parents=True, exist_ok=True)
    picture = await page.screenshot(path=FOLDER / f"{name}.png", full_page=full_page)
    assert len(picture) > SMALLEST
