"""
Business workspaces, their types, roles and members.

Source: OpenText Business Workspaces REST, v2/businessworkspaces.
"""

from datetime import timedelta

import pytest

from tests.fidelity.content_server_caller import START, Caller


def names(reply):
    return [row["data"]["properties"]["name"] for row in reply.results]


async def test_one_workspace_comes_with_its_type_and_dates_without_a_zone():
    """OpenText facts 3 and 4i.4: the object, not a list."""
    caller = Caller(zone="Europe/Berlin")
    data = (await caller.get(f"v2/businessworkspaces/{caller.workspace}")).results["data"]
    found = data["properties"]
    assert (found["name"], found["type"], found["wksp_type_name"]) == ("ACME", 848, "Contract")
    assert (found["wnf_wksp_type_id"], found["create_date"]) == (caller.kind, "2026-03-02T10:00:00")
    assert set(data) == {"properties"}


async def test_sections_come_when_asked_for():
    """OpenText facts 3: repeated `fields=`."""
    caller = Caller()
    fields = "fields=properties{id}&fields=categories&fields=workspace_references"
    results = (await caller.get(f"v2/businessworkspaces/{caller.workspace}?{fields}")).results
    assert results["data"]["properties"] == {"id": caller.workspace}
    assert results["data"]["categories"][str(caller.category)][f"{caller.category}_2"] == "EMEA"
    assert results["data"]["workspace_references"] == []
    assert "metadata" not in results


async def test_a_folder_is_no_workspace():
    """OpenText facts 7."""
    caller = Caller()
    folder = caller.server.add_folder(2000, "Files")
    assert (await caller.get(f"v2/businessworkspaces/{folder}")).status == 400


async def test_a_list_without_expanded_view_holds_only_what_was_opened_lately():
    """OpenText facts 3: false or absent returns the recently accessed ones, of the caller alone."""
    caller = Caller()
    url = "v2/businessworkspaces?where_workspace_type_name=Contract"
    assert names(await caller.get(url)) == []
    await caller.get(f"v2/businessworkspaces/{caller.workspace}")
    assert names(await caller.get(url)) == ["ACME"]
    assert names(await caller.get(url, by="liz")) == []
    assert names(await caller.get(f"{url}&expanded_view=true", by="liz")) == ["ACME"]


async def test_the_type_name_is_a_beginning():
    """OpenText facts 3: `where_workspace_type_name` behaves as "starts with"; the id is exact."""
    caller = Caller()
    caller.server.add_workspace_type("Contract Package")
    caller.server.create_workspace("Contract Package", "Package")
    url = "v2/businessworkspaces?expanded_view=true"
    assert names(await caller.get(f"{url}&where_workspace_type_name=Contract")) == ["ACME", "Package"]
    assert names(await caller.get(f"{url}&where_workspace_type_id={caller.kind}")) == ["ACME"]


@pytest.mark.parametrize(
    ("where", "found"),
    [("contains_CM", ["ACME"]), ("startswith_AC", ["ACME"]), ("ACME", ["ACME"]), ("CM", []), ("contains_X", [])],
)
async def test_names_are_compared_as_the_prefix_says(where, found):
    """OpenText facts 3: `where_name=contains_X`; without a prefix names are equal."""
    assert names(await Caller().get(f"v2/businessworkspaces?expanded_view=true&where_name={where}")) == found


async def test_pages_stand_at_the_top_and_the_end_shows_by_a_missing_next():
    """OpenText facts 0 and 3: top-level `paging`, no `paging.actions.next` at the end."""
    caller = Caller()
    for number in range(4):
        caller.server.create_workspace("Contract", f"W{number}", created=START - timedelta(days=number))
    url = "v2/businessworkspaces?expanded_view=true&sort=desc_create_date&limit=2&page="
    pages = [await caller.get(f"{url}{number}") for number in (1, 2, 3)]

    assert [names(page) for page in pages] == [["W0", "ACME"], ["W1", "W2"], ["W3"]]
    assert ["next" in page.json["paging"].get("actions", {}) for page in pages] == [True, True, False]
    assert "collection" not in pages[0].json


async def test_hidden_workspaces_are_not_listed():
    """OpenText facts 7."""
    caller = Caller()
    caller.server.hide(caller.workspace)
    assert names(await caller.get("v2/businessworkspaces?expanded_view=true")) == []


async def test_members_come_by_role_the_leader_first_and_without_email():
    """OpenText facts 3, Roles: id, name, name_formatted, type; groups have type 1."""
    caller = Caller()
    reply = await caller.get(f"v2/businessworkspaces/{caller.workspace}/members")
    found = [row["data"] for row in reply.results]

    assert [(row["properties"]["name"], row["properties"]["leader"]) for row in found] == [
        ("Manager", True),
        ("Legal", False),
    ]
    assert found[0]["members"] == [
        {"id": caller.user("nina"), "name": "nina", "name_formatted": "Nina Kaur", "type": 0, "type_name": "User"}
    ]
    assert [(row["id"], row["type"]) for row in found[1]["members"]] == [(caller.legal, 1)]


async def test_a_role_shows_ten_members_unless_more_are_asked_for():
    """OpenText facts 3, Roles: `limit_members`."""
    caller = Caller()
    for number in range(12):
        caller.server.add_user(f"user{number}")
        caller.server.add_role_member(caller.workspace, "Manager", f"user{number}")
    url = f"v2/businessworkspaces/{caller.workspace}/members"
    shown = [
        len((await caller.get(f"{url}{more}")).results[0]["data"]["members"]) for more in ("", "?limit_members=50")
    ]
    assert shown == [10, 13]


async def test_roles_list_and_take_members():
    """OpenText facts 3, Roles: add by style A, `id`."""
    caller = Caller()
    url = f"v2/businessworkspaces/{caller.workspace}/roles"
    manager = (await caller.get(url)).results[0]["data"]["properties"]
    form = {"id": caller.user("liz")}
    first = await caller.call("POST", f"{url}/{manager['id']}/members", form=form)
    again = await caller.call("POST", f"{url}/{manager['id']}/members", form=form)

    assert (manager["name"], first.status, again.status) == ("Manager", 200, 400)
    assert names(await caller.get(f"{url}/{manager['id']}/members")) == ["nina", "liz"]
    assert (await caller.call("POST", f"{url}/{manager['id']}/members", b=form)).status == 500


async def test_missing_documents_are_listed_until_they_are_there():
    """OpenText facts 3, completeness feeds: `results.data[]` and `total_count`."""
    caller = Caller()
    missing = caller.server.add_missing(caller.workspace, "Insurance certificate")
    url = f"v2/businessworkspaces/{caller.workspace}/missingdocuments"
    found = (await caller.get(url)).results
    caller.server.supply_missing(caller.workspace, missing)

    assert ([row["name"] for row in found["data"]], found["total_count"]) == (["Insurance certificate"], 1)
    assert (await caller.get(url)).results == {"data": [], "total_count": 0}


async def test_a_workspace_is_created_by_style_b():
    """OpenText facts 3, Create: template, type, categories, business object."""
    caller = Caller()
    (kind,) = (await caller.get("v2/businessworkspacetypes?expand_templates=true")).results
    row = kind["data"]["properties"]
    given = {"template_id": str(row["templates"][0]["id"]), "wksp_type_id": str(row["wksp_type_id"]), "name": "New"}
    roles = {"categories": {f"{caller.category}_2": "DACH"}}
    body = {**given, "roles": roles, "bo_id": "7", "bo_type": "LFA1"}
    made = await caller.call("POST", "v2/businessworkspaces", b=body)
    found = await caller.get(f"v2/businessworkspaces/{made.results['id']}?fields=workspace_references")

    assert set(made.results) == {"id", "sub_folder_id", "direct_open"}
    assert caller.server.attribute(made.results["id"], "Contract.Region") == "DACH"
    assert found.results["data"]["workspace_references"][0]["business_object_id"] == "7"
    assert (await caller.call("POST", "v2/businessworkspaces", form=given)).status == 500
