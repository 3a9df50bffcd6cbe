"""Put Chromium where `local.browser` finds it: `.tools/browser`, from the lockfile beside this file."""

import shutil
import subprocess
import tarfile
from pathlib import Path

from local.node import Node, install_packages

HERE = Path(__file__).parent
FOLDER = HERE.parent.parent / ".tools" / "browser"
PACKED = Path("node_modules", "@sparticuz", "chromium", "bin")
_UNPACK_SECONDS = 120
_UNPACK = """
const fs = require("fs"), zlib = require("zlib"), [from, to] = process.argv.slice(1);
fs.writeFileSync(to, zlib.brotliDecompressSync(fs.readFileSync(from)));
"""
"""Python has no Brotli of its own; node does."""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


def install(folder: Path = FOLDER) -> None:
    """
    Install it unless this version of the lockfile is installed already.

    Raises:
        RuntimeError: no node that runs, npm failed, or what it brought can't be unpacked.
    """
    install_packages(HERE, folder, _unpack)


def _unpack(node: Node, folder: Path) -> None:
    for name in ("chromium", "al2023.tar", "fonts.tar"):
        command = [node.node, "-e", _UNPACK, str(folder / PACKED / f"{name}.br"), str(folder / name)]
        done = subprocess.run(  # noqa: S603 - our own command line
            command, capture_output=True, text=True, check=False, timeout=_UNPACK_SECONDS
        )
        if done.returncode != 0:
            message = f"{name} of @sparticuz/chromium could not be unpacked: {done.stderr[-1000:]}"
            raise RuntimeError(message)
    (folder / "chromium").chmod(0o755)
    for name in ("al2023.tar", "fonts.tar"):
        with tarfile.open(folder / name) as archive:
            archive.extractall(folder, filter="data")
        (folder / name).unlink()
    fonts = FONTS.format(fonts=folder.resolve() / "fonts", cache=folder.resolve() / "fonts-cache")
    (folder / "fonts.conf").write_text(fonts)
    # What was packed is needed no more, and is 66 MB.
    shutil.rmtree(folder / "node_modules")
