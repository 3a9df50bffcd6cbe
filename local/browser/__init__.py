"""
A real Chromium for tests, where the machine has none: an executable, its libraries and a font from the npm registry.

It is built for x86-64 Linux, and needs nothing of the system. Elsewhere an installed Chrome serves, or there is none.
"""

import platform
import sys
from dataclasses import dataclass, field
from pathlib import Path

from local.browser.installing import FOLDER, install

ARGUMENTS = (
    "--no-sandbox",  # it is refused to root, and only our own pages are opened
    "--disable-gpu",
    "--disable-background-networking",  # else it looks hosts up as it starts
    "--no-first-run",
    "--font-render-hinting=none",
    "--enable-font-subpixel-positioning",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
)


@dataclass(frozen=True)
class Chromium:
    """How Playwright launches it."""

    executable: Path
    environment: dict[str, str] = field(default_factory=dict)


def why_none(system: str = sys.platform, machine: str = platform.machine()) -> str:
    """Say why the Chromium of the npm registry can't run on a machine, which is this one. Empty: it can."""
    if system == "linux" and machine in ("x86_64", "AMD64"):
        return ""
    return f"that Chromium is built for x86-64 Linux, and this is {system} {machine}"


def find_chromium(folder: Path = FOLDER) -> Chromium:
    """
    Install it unless it is there.

    Raises:
        RuntimeError: it can't be installed; says why.
    """
    install(folder)
    # Its own fonts alone: what a page looks like does not depend on the machine.
    environment = {"LD_LIBRARY_PATH": str(folder / "lib"), "FONTCONFIG_FILE": str(folder / "fonts.conf")}
    return Chromium(folder / "chromium", environment)
