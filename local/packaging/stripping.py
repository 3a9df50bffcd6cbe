"""Take the symbols out of compiled modules: nobody debugs them in Azure, and they are a sixth of the package."""

import platform
import shutil
import subprocess
from pathlib import Path

_TOOLS = ("x86_64-linux-gnu-strip", "llvm-strip")
"""That know the target's files whatever machine they run on."""


def strip_modules(folder: Path) -> bool:
    """Strip every compiled module below a folder; False: this machine has no tool for it, and they stay as they are."""
    own = ("strip",) if platform.machine() == "x86_64" and platform.system() == "Linux" else ()
    tool = next((found for name in (*_TOOLS, *own) if (found := shutil.which(name))), None)
    if tool is None:
        return False
    modules = sorted(str(path) for path in folder.rglob("*.so"))
    # Undefined and exported names stay: they are what the loader goes by.
    subprocess.run([tool, "--strip-unneeded", *modules], check=True)  # noqa: S603 - ours
    return True
