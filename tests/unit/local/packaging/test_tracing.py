"""Bytecode that is deployed is used, and where it is not, the import trace says so."""

import os
import shutil

import pytest

from local.packaging.bytecode import compile_files
from local.packaging.target import is_target
from local.packaging.tracing import trace_imports

pytestmark = pytest.mark.skipif(not is_target(), reason="bytecode of the target's Python is of use to that alone")


@pytest.fixture
def app(tmp_path):
    (tmp_path / "alpha.py").write_text("import beta\n")
    (tmp_path / "beta.py").write_text("answer = 42\n")
    compile_files(tmp_path, sorted(map(str, tmp_path.glob("*.py"))))
    return tmp_path


def test_unpacking_changes_the_times_of_files_and_bytecode_is_used_all_the_same(app):
    for file in app.glob("*.py"):
        os.utime(file, (1, 1))

    assert trace_imports(app, ("alpha",)) == (2, [])


def test_without_bytecode_each_module_is_compiled_again_and_named(app):
    shutil.rmtree(app / "__pycache__")

    assert trace_imports(app, ("alpha",)).compiled == [str(app / "alpha.py"), str(app / "beta.py")]
