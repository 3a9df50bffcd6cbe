"""
Nodes, their children, versions and audit.

Source: OTCS REST, v2/nodes.
"""

import json

import pytest

from tests.fidelity.content_server_caller import Caller

UNSEEN = "Sorry, the item you requested could not be accessed. Either it does not exist or you do not have permission"
NOT_MAPPED = "The REST API URL could not be found in the mappings registry"
EVIDENCE = {"type": "144", "name": "evidence.json"}


async def uploaded(caller, content=b"{}", **more):
    body = {"body": json.dumps({**EVIDENCE, "parent_id": str(caller.workspace), **more})}
    return await caller.upload("v2/nodes", body, content)


async def test_a_node_comes_with_the_sections_that_were_asked_for():
    """OpenText facts 2: results.data.properties; dates with Z; the newest version as an object."""
    caller = Caller(zone="Europe/Berlin")
    caller.server.add_version(caller.document, b"second")
    url = f"v2/nodes/{caller.document}?fields=properties{{id,name,create_date}}&fields=versions.element(0)"
    data = (await caller.get(url)).results["data"]

    assert data["properties"] == {"id": caller.document, "name": "Contract.docx", "create_date": "2026-03-02T09:00:00Z"}
    assert (data["versions"]["version_number"], data["versions"]["file_size"]) == (2, 6)


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("v2/nodes/{}", 400),
        ("v2/nodes/{}/categories", 500),
        ("v2/nodes/{}/nodes", 500),
        ("v2/nodes/{}/content", 500),
        ("v2/nodes/{}/versions", 400),
        ("v2/nodes/{}/audit", 400),
        ("v2/businessworkspaces/{}", 400),
        ("v1/nodes/{}/holds", 400),
    ],
)
async def test_absent_and_forbidden_look_alike_and_irregular(url, status):
    """OpenText facts 7: the same words for both, and a status of the endpoint's own."""
    caller = Caller()
    absent = await caller.get(url.format(99))
    caller.server.hide(caller.workspace)
    hidden = await caller.get(url.format(caller.workspace))

    assert (absent.status, hidden.status) == (status, status)
    assert absent.error[1].replace("99", "") == hidden.error[1].replace(str(caller.workspace), "")
    assert absent.error[1] == "Could not get a node for 99" or absent.error[1].startswith(UNSEEN)


async def test_permissions_come_back_and_can_be_taken_from_one_alone():
    """OpenText facts 7: no permission is no absence."""
    caller = Caller()
    caller.server.hide(caller.document, "liz")
    url = f"v2/nodes/{caller.document}"
    assert [(await caller.get(url, by=login)).status for login in ("liz", "deke", "Bridge")] == [400, 200, 200]
    caller.server.unhide(caller.document)
    assert (await caller.get(url, by="liz")).status == 200


async def test_an_address_that_is_not_installed_says_so():
    """OpenText facts 1 and 7: 400 and the mappings registry."""
    caller = Caller()
    assert (await caller.get("v2/nothing")).error == (400, NOT_MAPPED)
    assert (await caller.call("PATCH", f"v2/nodes/{caller.document}")).error == (400, NOT_MAPPED)
    assert (await caller.get("v2/nodes/many")).status == 400


async def test_children_are_filtered_sorted_and_paged():
    """OpenText facts 2: `where_type`, `where_name`, `sort`, `limit`, `page`; collection.paging."""
    caller = Caller()
    folder = caller.server.add_folder(caller.workspace, "Files")
    for number in range(5):
        caller.server.add_document(folder, f"doc {number}")
    caller.server.add_folder(folder, "doc folder")
    reply = await caller.get(f"v2/nodes/{folder}/nodes?where_type=144&where_name=DOC&sort=desc_name&limit=2&page=2")

    assert [row["data"]["properties"]["name"] for row in reply.results] == ["doc 2", "doc 1"]
    paging = reply.json["collection"]["paging"]
    assert [paging[name] for name in ("limit", "page", "page_total", "range_min", "range_max", "total_count")] == [
        2, 2, 3, 3, 4, 5,
    ]  # fmt: skip


async def test_a_batch_reads_what_may_be_seen():
    """OpenText facts 2, batch: style A, ids repeated."""
    caller = Caller()
    other = caller.server.add_document(caller.workspace, "Hidden.docx")
    caller.server.hide(other)
    reply = await caller.call("POST", "v2/nodes/list", form={"ids": [caller.document, other, 99]})
    assert [row["data"]["properties"]["id"] for row in reply.results] == [caller.document]


@pytest.mark.parametrize(
    "ids",
    [pytest.param([], id="none"), pytest.param(list(range(251)), id="251"), pytest.param(["many"], id="no-number")],
)
async def test_a_batch_has_limits(ids):
    """OpenText facts 2, batch: 250 at most."""
    assert (await Caller().call("POST", "v2/nodes/list", form={"ids": ids})).status == 400


async def test_ancestors_lead_from_the_top_to_the_node():
    """OpenText facts 2: `GET /v1/nodes/{id}/ancestors`."""
    caller = Caller()
    found = (await caller.get(f"v1/nodes/{caller.document}/ancestors")).json["ancestors"]
    assert [row["id"] for row in found] == [2000, caller.workspace, caller.document]


async def test_an_upload_makes_a_document_with_its_first_version():
    """OpenText facts 6, upload: style C, body and file."""
    caller = Caller()
    reply = await uploaded(caller, b"proof", description="evidence")
    made = reply.results["data"]["properties"]
    content = await caller.get(f"v2/nodes/{made['id']}/content")

    assert (made["name"], made["type"], made["mime_type"]) == ("evidence.json", 144, "application/json")
    assert content.body == b"proof"


async def test_an_upload_without_its_parts_is_refused():
    """OpenText facts 0: body and file must both be there; JSON is not the supported route."""
    caller = Caller()
    assert (await uploaded(caller, None)).status == 500
    assert (await caller.upload("v2/nodes", {}, b"x")).status == 500
    ticket = {"otcsticket": await caller.sign_in("bridge"), "content-type": "application/json"}
    given = json.dumps({**EVIDENCE, "parent_id": caller.workspace}).encode()
    assert (await caller.raw("POST", "v2/nodes", headers=ticket, body=given)).status == 500


async def test_a_body_that_is_no_json_is_400():
    """OpenText facts 0, style B."""
    assert (await Caller().call("POST", "v2/nodes", form={"body": "{"})).status == 400


async def test_versions_count_up_and_keep_their_content():
    """OpenText facts 2 and 6: add version by multipart."""
    caller = Caller()
    url = f"v2/nodes/{caller.document}/versions"
    await caller.upload(url, {"description": "signed"}, b"second")
    found = [row["data"]["versions"] for row in (await caller.get(url)).results]

    assert [(row["version_number"], row["description"]) for row in found] == [(1, ""), (2, "signed")]
    assert (await caller.get(f"{url}/1/content")).body == b"first"
    assert (await caller.get(f"v2/nodes/{caller.document}/content")).body == b"second"
    assert (await caller.get(f"{url}/9/content")).status == 500
    assert (await caller.upload(f"v2/nodes/{caller.workspace}/versions", {}, b"x")).status == 400


async def test_a_locked_version_can_not_be_deleted():
    """OpenText facts 6: `POST .../versions/{n}/lock`."""
    caller = Caller()
    url = f"v2/nodes/{caller.document}/versions"
    await caller.upload(url, {}, b"second")
    assert (await caller.call("POST", f"{url}/2/lock")).results["data"]["versions"]["locked"] is True
    assert [(await caller.call("DELETE", f"{url}/{number}")).status for number in (1, 2)] == [200, 400]


async def test_audit_is_read_by_day_type_and_user_and_never_written():
    """OpenText facts 2, audit: type 10 for attributes; no endpoint to write."""
    caller = Caller()
    caller.server.set_attribute("liz", caller.workspace, "Contract.Region", "DACH")
    caller.clock.forward(days=2)
    caller.server.set_attribute("deke", caller.workspace, "Contract.Region", "APAC")
    url = f"v2/nodes/{caller.workspace}/audit"
    newest, *_ = (await caller.get(f"{url}?where_type=10")).results["data"]["audit"]
    since = (await caller.get(f"{url}?where_audit_date_start=2026-03-04")).results["data"]["audit"]
    hers = (await caller.get(f"{url}?where_user_id={caller.user('liz')}")).results["data"]["audit"]

    assert (newest["audit_name"], newest["audit_date"]) == ("Attribute Value Changed", "2026-03-04T09:00:00Z")
    assert ([row["user_id"] for row in since], len(hers)) == ([caller.user("deke")], 1)
    assert (await caller.call("POST", url, b={})).error == (400, NOT_MAPPED)


@pytest.mark.parametrize("change", ["hold", "reserve", "finalise"])
async def test_held_reserved_and_finalised_nodes_refuse_updates(change):
    """OpenText facts 6: non-retryable, as JSON; reading goes on."""
    caller = Caller()
    server = caller.server
    if change == "hold":
        server.add_hold(caller.document, "HOLD_10")
    elif change == "reserve":
        server.reserve("liz", caller.document)
    else:
        server.make_record(caller.document, 41320)
        await caller.call("PUT", "v1/rmclassifications/finalizerecords", form={"ids": caller.document})
    url = f"v2/nodes/{caller.document}"
    category = await caller.call("POST", f"{url}/categories", form={"category_id": caller.category})
    version = await caller.upload(f"{url}/versions", {}, b"second")

    assert [(reply.status, bool(reply.error[1])) for reply in (category, version)] == [(400, True)] * 2
    assert (await caller.get(url)).status == 200


async def test_whoever_reserved_a_node_may_change_it():
    """OpenText facts 6."""
    caller = Caller()
    caller.server.reserve("liz", caller.document)
    reply = await caller.call("PUT", f"v2/nodes/{caller.document}", b={"name": "New.docx"}, by="liz")
    assert reply.results["data"]["properties"]["name"] == "New.docx"
    assert reply.results["data"]["properties"]["reserved_user_id"] == caller.user("liz")


async def test_an_older_server_has_no_list_of_nodes():
    """OpenText facts 1 and 7: what is not installed is "not in the mappings registry"."""
    caller = Caller()
    caller.server.switch(node_list=False)
    reply = await caller.call("POST", "v2/nodes/list", form={"ids": str(caller.document)})

    assert reply.error == (400, "The REST API URL could not be found in the mappings registry")


async def test_a_date_attribute_takes_what_stands_for_no_date():
    """Databases and people write 1899-12-30 or 9999-12-31: the server keeps and sends them."""
    caller = Caller()
    caller.server.set_attribute("nina", caller.workspace, "Contract.End Date", "9999-12-31")
    row = (await caller.get(f"v2/nodes/{caller.workspace}?fields=categories")).results

    assert "9999-12-31T00:00:00" in row["data"]["categories"][0].values()
