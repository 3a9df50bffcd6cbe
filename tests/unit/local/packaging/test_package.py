"""What is deployed: the app and what it needs, and nothing of its tests, stand-ins and tools."""

import zipfile
from fnmatch import fnmatch
from pathlib import PurePath

import pytest
from packaging.requirements import Requirement

from local.packaging.archive import write_zip
from local.packaging.contents import APP, ROOT, SITE, list_contents
from local.packaging.distributions import EnvironmentDiffersError, list_distributions
from local.packaging.pruning import LEFT_OUT, is_needed

GRAPH = PurePath("msgraph", "generated")
UNTRACKED = {"build", "node_modules"}


@pytest.fixture(scope="module")
def places():
    return [place.as_posix() for place in list_contents()]


def test_whoever_deploys_the_folder_deploys_the_same_app():
    """`.funcignore` names all that the package leaves out, and nothing that it holds."""
    patterns = (ROOT / ".funcignore").read_text().split()
    names = {path.name for path in ROOT.iterdir()} - UNTRACKED

    deployed = {name for name in names if not any(fnmatch(name, pattern) for pattern in patterns)}

    assert deployed == set(APP)


def test_no_test_stand_in_or_document_is_deployed(places):
    ours = {place.split("/")[0] for place in places} - {SITE.parts[0]}

    assert ours == set(APP)
    assert not [place for place in places if "__pycache__" in place or place.endswith(".pyc")]


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
    ],
)
def test_what_the_graph_clients_reach_stays(path):
    assert is_needed(PurePath(path))


@pytest.mark.parametrize(
    "path",
    [
        "msgraph/generated/models/planner_task.py",
        "msgraph/generated/users/item/messages/messages_request_builder.py",
        "msgraph/generated/drives/drives_request_builder.py",
        "msgraph/generated/kiota-dom-export.txt",
        "fontTools/misc/bezierTools.c",
        "yarl/_quoting_c.pyx",
    ],
)
def test_what_nobody_reaches_goes(path):
    assert not is_needed(PurePath(path))


def test_what_is_left_out_is_not_deployed(places):
    roots = {place.split("/")[3] for place in places if place.startswith(SITE.as_posix())}

    assert not roots & {*LEFT_OUT, "PIL"}
    assert {"azure", "httpx", "msgraph", "pydantic"} <= roots


def test_requirements_lead_to_what_they_need_in_turn():
    found = list_distributions((Requirement("httpx"),))

    assert {"httpx", "httpcore", "certifi", "idna"} <= set(found)
    assert "h2" not in found


def test_an_extra_leads_further():
    assert "h2" in list_distributions((Requirement("httpx[http2]"),))


@pytest.mark.parametrize("asked", ["httpx==0.1", "nobody-publishes-this"], ids=["other-version", "missing"])
def test_an_environment_that_differs_is_not_packaged(asked):
    with pytest.raises(EnvironmentDiffersError, match="make setup"):
        list_distributions((Requirement(asked),))


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
