"""What people do at the simulated server itself, and what its clients then see."""

import pytest

from local.simulators.content_server import NotTheirsError
from tests.fidelity.content_server_caller import APPROVER, COUNTERSIGN, Caller


async def test_renamed_moved_on_and_deleted_nodes_are_seen_so():
    """OpenText facts 2 and 7: a deleted node is told in the words of a hidden one; its shortcut stays."""
    caller = Caller()
    folder = caller.server.workflow(caller.approval()).folder
    caller.server.rename("liz", caller.document, "Signed.docx")
    named = (await caller.get(f"v2/nodes/{caller.document}")).results["data"]["properties"]["name"]
    freed = caller.server.find_child(caller.workspace, "Contract.docx")
    caller.server.delete(caller.document)
    (link,) = (await caller.get(f"v2/nodes/{folder}/nodes")).results

    assert (named, freed) == ("Signed.docx", None)
    assert (await caller.get(f"v2/nodes/{caller.document}")).status == 400
    assert link["data"]["properties"]["original_id"] == caller.document


async def test_a_folder_is_made_renamed_and_deleted_with_what_stands_in_it():
    """OpenText facts 0 and 2: create and update by style B; a taken name is 500."""
    caller = Caller()
    given = {"type": 0, "parent_id": caller.workspace, "name": "Files"}
    folder = (await caller.call("POST", "v2/nodes", b=given)).results["data"]["properties"]["id"]
    inside = caller.server.add_document(folder, "Annex.docx")
    taken = await caller.call("PUT", f"v2/nodes/{folder}", b={"name": "contract.docx"})
    unnamed = await caller.call("POST", "v2/nodes", b={"type": 0, "parent_id": folder})
    deleted = await caller.call("DELETE", f"v2/nodes/{folder}")

    assert (taken.status, unnamed.status, deleted.status) == (500, 400, 200)
    assert [(await caller.get(f"v2/nodes/{number}")).status for number in (folder, inside)] == [400, 400]


async def test_a_node_whose_categories_are_refused_is_not_made():
    """OpenText facts 6, upload: categories come with the node, or nothing does."""
    caller = Caller()
    given = {"type": 0, "parent_id": caller.workspace, "name": "Files"}
    wrong = {"roles": {"categories": {f"{caller.category}_3": "many"}}}
    unknown = {"roles": {"categories": {"99_2": "x"}}}
    assert [(await caller.call("POST", "v2/nodes", b={**given, **more})).status for more in (wrong, unknown)] == [
        400
    ] * 2
    assert (await caller.call("POST", "v2/nodes", b=given)).status == 200


async def test_a_category_is_read_alone_and_taken_away():
    """OpenText facts 2, Categories: `GET` and `DELETE .../categories/{id}/`."""
    caller = Caller()
    url = f"v2/nodes/{caller.workspace}/categories/{caller.category}/"
    found = (await caller.get(f"{url}?metadata")).results
    removed = await caller.call("DELETE", url)

    assert found["data"]["categories"][f"{caller.category}_2"] == "EMEA"
    assert found["metadata"]["categories"][f"{caller.category}_2"]["name"] == "Region"
    assert (removed.status, (await caller.get(url)).status) == (200, 400)
    assert caller.server.attribute(caller.workspace, "Contract.Region") is None


async def test_attributes_are_set_by_name_in_sets_too():
    """OpenText facts 2, Categories."""
    caller = Caller()
    caller.server.set_attribute("liz", caller.document, "Contract.Parties[2].Emails", ["a@x.com"])
    (row,) = (await caller.get(f"v2/nodes/{caller.document}/categories")).results
    assert row["data"]["categories"][f"{caller.category}_6_2_8"] == ["a@x.com"]
    with pytest.raises(KeyError):
        caller.server.set_attribute("liz", caller.document, "Contract.Nothing", "x")


async def test_what_was_held_or_reserved_can_be_changed_once_released():
    """OpenText facts 6."""
    caller = Caller()
    url = f"v2/nodes/{caller.document}"
    caller.server.add_hold(caller.document, "HOLD_10")
    caller.server.reserve("liz", caller.document)
    caller.server.release_hold(caller.document, "HOLD_10")
    held = await caller.call("PUT", url, b={"description": "x"})
    caller.server.unreserve(caller.document)
    free = await caller.call("PUT", url, b={"description": "x"})
    assert (held.status, free.status) == (400, 200)


async def test_roles_and_groups_lose_members():
    """OpenText facts 3, Roles."""
    caller = Caller()
    caller.server.remove_role_member(caller.workspace, "Manager", "nina")
    caller.server.leave("Legal", "deke")
    rows = (await caller.get(f"v2/businessworkspaces/{caller.workspace}/members")).results
    members = (await caller.get(f"v2/members/{caller.legal}/members")).results

    assert rows[0]["data"]["members"] == []
    assert [row["data"]["properties"]["name"] for row in members] == ["liz"]


async def test_whoever_is_made_manager_sees_the_workflow():
    """OpenText facts 4i.3."""
    caller = Caller()
    process = caller.approval()
    caller.server.add_manager(process, "nina")
    assert len((await caller.get("v2/workflows/status?Kind=Managed", by="nina")).results) == 1


async def test_a_step_can_be_handed_to_a_group():
    """OpenText facts 4f: then it must be accepted again."""
    caller = Caller()
    process = caller.approval("nina")
    caller.server.delegate("nina", process, APPROVER, "Legal")
    form = (await caller.form(process, APPROVER, by="liz")).json["data"]
    caller.server.complete_step("liz", process, APPROVER, "Approve")

    assert form["member_accept"] is True
    assert [row.action for row in caller.server.workflow(process).activities][-3:] == [
        "forward",
        "accept",
        "disposition",
    ]


async def test_a_stopped_workflow_stays_stopped():
    """OpenText facts 4g: and no step of it waits for anybody."""
    caller = Caller()
    process = caller.approval()
    assert [caller.server.stop_workflow(process) for _ in range(2)] == [True, False]
    with pytest.raises(NotTheirsError):
        caller.server.delegate("liz", process, APPROVER, "nina")
    with pytest.raises(NotTheirsError):
        caller.server.complete_step("deke", process, COUNTERSIGN)


async def test_documents_in_process_are_none():
    """OpenText facts 3, completeness feeds."""
    caller = Caller()
    found = (await caller.get(f"v2/businessworkspaces/{caller.workspace}/inprocessdocuments")).results
    assert found == {"data": [], "total_count": 0}


async def test_addresses_outside_are_answered_by_the_web_server():
    """OpenText facts, base URL: the complete address must be right; HTML otherwise."""
    reply = await Caller().raw("GET", "v1/ping", base="/otcs/cs.exe/api/")
    assert (reply.status, reply.headers["content-type"]) == (404, "text/html")
