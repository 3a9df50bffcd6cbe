"""The package is for Azure's Python and platform, whatever builds it; what can't be had for these is refused."""

import hashlib
import zipfile

import pytest

from local.packaging.bytecode import compile_modules
from local.packaging.distributions import UnresolvedError, install
from local.packaging.places import ROOT
from local.packaging.target import PYTHON, NoInterpreterError, find_interpreter

OF_ANOTHER = "py3-none-macosx_11_0_arm64"


def publish(folder, name, tag, python=">=3.9"):
    """Publish a distribution in a folder; return the line that asks for it."""
    file = folder / f"{name}-1.0-{tag}.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(file, "w") as wheel:
        wheel.writestr(f"{name}.py", "")
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Python: {python}\n"
        )
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: {tag}\n")
        wheel.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"


def has_target():
    try:
        return bool(find_interpreter())
    except NoInterpreterError:
        return False


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder that is all that pip knows."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return tmp_path


def test_wheels_of_the_target_are_taken_whatever_runs_here(shelf):
    wanted = publish(shelf, "alpha", "cp313-cp313-manylinux_2_28_x86_64") + publish(shelf, "beta", "py3-none-any")

    install(wanted, shelf / "site")

    assert {path.name for path in (shelf / "site").glob("*.py")} == {"alpha.py", "beta.py"}


def test_the_python_that_runs_here_is_not_the_one_that_is_asked_for(shelf):
    """The lock was resolved for the target; pip holds what it installs against its own interpreter."""
    install(publish(shelf, "alpha", "py3-none-any", python="<3"), shelf / "site")

    assert (shelf / "site" / "alpha.py").exists()


@pytest.mark.parametrize("tag", [OF_ANOTHER, "cp312-cp312-manylinux_2_28_x86_64", "cp313-cp313-manylinux_2_39_x86_64"])
def test_what_has_no_wheel_for_the_target_is_refused_by_name(shelf, tag):
    wanted = publish(shelf, "alpha", "py3-none-any") + publish(shelf, "gamma", tag)

    with pytest.raises(UnresolvedError, match=r"gamma==1.0 has no wheel for Python 3\.13 on Linux x86-64.*make lock"):
        install(wanted, shelf / "site")


def test_a_file_that_is_not_the_one_of_the_lock_is_refused_by_name(shelf):
    wanted = publish(shelf, "alpha", "py3-none-any").replace("sha256:", "sha256:0000")[:-5] + "\n"

    with pytest.raises(UnresolvedError, match="alpha"):
        install(wanted, shelf / "site")


def test_without_the_targets_python_the_package_is_refused_with_the_cure():
    """Bytecode of another version is passed over by Python, silently."""
    with pytest.raises(NoInterpreterError, match=r"no Python 3\.99 .* `uv python install 3\.99`.* workflow `deploy`"):
        find_interpreter("3.99")


def test_the_template_asks_for_the_python_that_the_package_is_for():
    assert f"name: 'python', version: '{PYTHON}'" in (ROOT / "infra" / "app" / "site.bicep").read_text()


@pytest.mark.skipif(not has_target(), reason="a machine without the target's Python can't build: see above")
def test_bytecode_says_that_nobody_need_look_at_the_source(tmp_path):
    """Unpacking leaves other times than those that are compared else."""
    (tmp_path / "alpha.py").write_text("answer = 42\n")

    compile_modules(tmp_path)

    made = tmp_path / "__pycache__" / "alpha.cpython-313.pyc"
    # PEP 552: bit 0 says that a hash stands there, bit 1 (not set) that the source is to be looked at.
    assert int.from_bytes(made.read_bytes()[4:8], "little") == 1
