"""Bytecode that is deployed is used, and where it is not, the import trace says so."""

import os
import shutil

import pytest

from local.packaging.bytecode import KEEPS_SOURCES, compile_modules
from local.packaging.places import ROOT, SITE
from local.packaging.target import is_target
from local.packaging.tracing import list_modules, trace_imports

pytestmark = pytest.mark.skipif(not is_target(), reason="bytecode of the target's Python is of use to that alone")


@pytest.fixture
def app(tmp_path):
    (tmp_path / "alpha.py").write_text("import beta\n")
    (tmp_path / "beta.py").write_text("answer = 42\n")
    compile_modules(tmp_path)
    return tmp_path


def test_unpacking_changes_the_times_of_files_and_bytecode_is_used_all_the_same(app):
    for file in app.glob("*.py"):
        os.utime(file, (1, 1))

    assert trace_imports(app, ("alpha",)) == (2, [])


def test_without_bytecode_each_module_is_compiled_again_and_named(app):
    shutil.rmtree(app / "__pycache__")

    assert trace_imports(app, ("alpha",)).compiled == [str(app / "alpha.py"), str(app / "beta.py")]


def test_a_library_without_its_sources_is_imported_from_bytecode_alone(tmp_path):
    library = tmp_path / SITE / "gamma"
    library.mkdir(parents=True)
    (library / "__init__.py").write_text("answer = 42\n")
    (tmp_path / "alpha.py").write_text("import gamma\n")

    compile_modules(tmp_path)

    assert sorted(path.name for path in tmp_path.rglob("*.py")) == ["alpha.py"]
    assert trace_imports(tmp_path, ("alpha",)) == (2, [])


@pytest.mark.parametrize("name", KEEPS_SOURCES)
def test_a_library_that_needs_its_sources_keeps_them(tmp_path, name):
    source = tmp_path / SITE / name.removesuffix("__init__.py") / "__init__.py"
    source.parent.mkdir(parents=True)
    source.write_text("answer = 42\n")

    compile_modules(tmp_path)

    module = ".".join(source.parent.relative_to(tmp_path / SITE).parts)
    assert source.exists()
    assert not trace_imports(tmp_path, (module,)).compiled


def test_a_module_that_is_no_python_is_named(tmp_path):
    (tmp_path / "alpha.py").write_text("def\n")

    with pytest.raises(RuntimeError, match=r"alpha\.py"):
        compile_modules(tmp_path)


def test_every_module_of_ours_is_traced():
    assert {"function_app", "functions", "functions.queues", "shared.reconciler.reconcile"} <= set(list_modules(ROOT))
