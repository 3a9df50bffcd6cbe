"""What is deployed: the app and what it needs, and nothing of its tests, stand-ins and tools."""

import re
import zipfile
from fnmatch import fnmatch
from pathlib import PurePath

import pytest

from local.packaging.archive import write_zip
from local.packaging.contents import APP, FUNCIGNORE, LEFT_OUT, list_app
from local.packaging.places import ROOT
from local.packaging.pruning import is_needed
from shared.operations.page import SCRIPTS

UNTRACKED = {"build", "node_modules"}


def test_whoever_deploys_the_folder_deploys_the_same_app():
    """`.funcignore` names all that the package leaves out, and nothing that it holds."""
    patterns = (ROOT / ".funcignore").read_text().split()
    names = {path.name for path in ROOT.iterdir()} - UNTRACKED

    deployed = {name for name in names if not any(fnmatch(name, pattern) for pattern in patterns)}

    assert deployed == set(APP)


def test_the_operations_page_is_deployed_whole():
    deployed = {path.name for place, path in list_app() if place.parent == PurePath("shared/operations/page")}

    assert {"__init__.py", "page.html", "style.css", *SCRIPTS} == deployed


def test_nothing_of_the_board_is_deployed():
    """Neither its files nor a word of it in the app's own."""
    app = dict(list_app())

    assert not [place for place in app if "local" in place.parts or "board" in place.stem]
    told = [place for place, path in app.items() if re.search(rb"local[./]board|a board to play", path.read_bytes())]
    assert told == []


def test_what_asks_the_real_systems_by_writing_is_not_deployed():
    """By neither way; and nothing that is deployed imports it."""
    app = dict(list_app())

    assert not [place for place in app if "conformance" in place.parts]
    assert set(LEFT_OUT) <= set((ROOT / ".funcignore").read_text().split())
    importing = [place for place, path in app.items() if b"shared.conformance" in path.read_bytes()]
    assert importing == []


def test_azd_is_told_in_the_package_itself_that_bytecode_is_deployed():
    """It looks in the folder that azure.yaml names, and leaves `__pycache__` out where it finds nothing."""
    rules = [line for line in FUNCIGNORE.splitlines() if not line.startswith("#")]

    assert rules == [".funcignore", "!__pycache__/"]
    assert "project: build/package\n" in (ROOT / "azure.yaml").read_text()


@pytest.mark.parametrize(
    "path",
    [
        "msgraph/graph_service_client.py",
        "msgraph/generated/base_graph_service_client.py",
        "msgraph/generated/planner/tasks/item/details/details_request_builder.py",
        "msgraph/generated/subscriptions/subscriptions_request_builder.py",
        "msgraph/generated/users/item/user_item_request_builder.py",
        "msgraph/generated/users/item/manager/manager_request_builder.py",
        "msgraph/generated/users/item/send_mail/send_mail_request_builder.py",
        "msgraph/generated/groups/item/planner/plans/plans_request_builder.py",
        "msgraph/generated/groups/item/transitive_members/transitive_members_request_builder.py",
        "msgraph_core/models/page_result.py",
        "multidict/_multidict.cpython-313-x86_64-linux-gnu.so",
        "_cffi_backend.cpython-313-x86_64-linux-gnu.so",
        "fontpkg_open_sans/files/OpenSans[wdth,wght].ttf",
        "holidays/countries/germany.py",
    ],
)
def test_what_is_reached_stays(path):
    assert is_needed(PurePath(path))


@pytest.mark.parametrize(
    "path",
    [
        "msgraph/generated/models/planner_task.py",
        "msgraph/generated/users/item/messages/messages_request_builder.py",
        "msgraph/generated/drives/drives_request_builder.py",
        "msgraph/generated/kiota-dom-export.txt",
        "fontTools/misc/bezierTools.c",
        "multidict/_testcapi.cpython-313-x86_64-linux-gnu.so",
        "yarl/_quoting_c.pyx",
        "holidays/locale/de/LC_MESSAGES/DE.mo",
        "cffi/recompiler.py",
        "fontpkg_open_sans/files/OpenSans-Italic[wdth,wght].ttf",
    ],
)
def test_what_nobody_reaches_goes(path):
    assert not is_needed(PurePath(path))


def test_the_same_files_make_the_same_zip(tmp_path):
    folder = tmp_path / "folder"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "c.py").write_text("1")
    (folder / "a.json").write_text("{}")

    size = write_zip(tmp_path / "1.zip", folder)
    (folder / "a.json").touch()
    write_zip(tmp_path / "2.zip", folder)

    assert size == 3
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert archive.namelist() == ["a.json", "b/c.py"]
