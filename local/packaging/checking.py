"""
Run the function app's tests from the unpacked zip.

The interpreter of the check finds the packages of the zip, and the tools that tests need; nothing that was left out.
"""

import platform
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.utils import canonicalize_name

from local.packaging.distributions import list_files
from local.packaging.lock import read_lock
from local.packaging.places import ROOT, SITE
from local.packaging.target import NAME, is_target
from local.packaging.tracing import list_modules, trace_imports

TESTS = (
    "tests/unit/evidence/test_pdf.py",
    "tests/unit/clients/graph/test_batch.py",
    "tests/unit/clients/graph/test_bodies.py",
    "tests/unit/clients/graph/test_connection.py",
    "tests/unit/clients/graph/test_directory.py",
    "tests/unit/clients/graph/test_notices.py",
    "tests/unit/clients/graph/test_planner.py",
    "tests/unit/mapping/evaluation",
    "tests/integration/test_graph_clients.py",
    "tests/integration/test_function_app.py",
    "tests/integration/test_webhook_proof.py",
    "tests/integration/test_bridge.py",
    "tests/integration/test_no_secret_in_exports.py",
)
"""Calls to Graph, every function, the story of the demo, the evidence without Pillow, calendars, exported telemetry."""
_BESIDE = ("evidence_verify.py", "local", "local.settings.example.json", "tests", "pyproject.toml")
"""What the tests need and is not deployed."""
_FOR_TESTS = {"rich", "markdown-it-py", "mdurl", "pygments"}
"""Left out of the package, but the demo tells its story with it."""


def why_unchecked() -> str:
    """Say why this interpreter can't run what was built. Empty: it can."""
    if is_target():
        return ""
    return f"it is for {NAME}, and this is Python {platform.python_version()} on {sys.platform} {platform.machine()}"


def check_zip(file: Path, folder: Path) -> int:
    """
    Unpack a package into a folder, which is emptied first, and run the tests there.

    Returns:
        pytest's exit code: 0 when all passed; 1 also when bytecode is missing or passed over.
    """
    shutil.rmtree(folder, ignore_errors=True)
    app = folder / "app"
    with zipfile.ZipFile(file) as archive:
        archive.extractall(app)
    trace = trace_imports(app, list_modules(app))
    print(f"import trace: {trace.modules} modules of the package, {len(trace.compiled)} without bytecode", flush=True)
    if trace.compiled:
        print("\n".join(trace.compiled))
        return 1
    _put_tests_beside(app)
    python = _make_environment(folder / "environment", [app / SITE, _link_tools(folder / "tools")])
    command = [str(python), "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS]
    return subprocess.run(command, cwd=app, check=False).returncode  # noqa: S603 - ours


def _put_tests_beside(app: Path) -> None:
    for name in _BESIDE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, app / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, app / name)
    # Azurite, as it was installed.
    (app / ".tools").symlink_to(ROOT / ".tools", target_is_directory=True)


def _make_environment(folder: Path, places: list[Path]) -> Path:
    """Make a virtual environment that has these places and no packages of its own; return its interpreter."""
    venv.create(folder, with_pip=False, symlinks=True)
    site = sysconfig.get_path("purelib", "venv", {"base": str(folder)})
    (Path(site) / "package.pth").write_text("".join(f"{place}\n" for place in places))
    return folder / "bin" / "python"


def _link_tools(folder: Path) -> Path:
    """Make a folder with links to what is installed here and not deployed."""
    folder.mkdir(parents=True)
    for found in _tools():
        for name in {path.parts[0] for path in list_files(found)}:
            source = Path(str(found.locate_file(name)))
            if source.exists() and not (folder / name).exists():
                (folder / name).symlink_to(source)
    return folder


def _tools() -> Iterator[Distribution]:
    hidden = read_lock().keys() - _FOR_TESTS
    return (found for found in distributions() if canonicalize_name(found.name) not in hidden)
