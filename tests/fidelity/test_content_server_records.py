"""
Records management, where the module is there, and plain classifications.

Source: OpenText Records Management REST, v1/nodes/{id}/holds and rmclassifications.
"""

import pytest

from tests.fidelity.content_server_caller import Caller

NOT_MAPPED = (400, "The REST API URL could not be found in the mappings registry")


async def test_holds_are_applied_listed_and_removed():
    """OpenText facts 6, Holds: applied by style B."""
    caller = Caller()
    caller.server.add_hold(caller.workspace, "HOLD_10")
    (known,) = (await caller.get("v2/hold?holdname=HOLD_10")).results
    url = f"v1/nodes/{caller.document}/holds"
    await caller.call("POST", url, b={"hold_id": known["hold_id"]})
    (row,) = (await caller.get(url)).json["data"]

    assert (row["hold_name"], row["active"], row["applied_by"]) == ("HOLD_10", True, "bridge")
    assert (await caller.call("POST", url, form={"hold_id": known["hold_id"]})).status == 500
    assert (await caller.call("DELETE", f"{url}/{known['hold_id']}")).status == 200
    assert (await caller.get(url)).json["data"] == []


async def test_a_record_is_classified_and_changed_with_its_token():
    """OpenText facts 6, RM: the token is mandatory when a classification exists."""
    caller = Caller()
    url = f"v1/nodes/{caller.document}/rmclassifications"
    first = await caller.call("POST", url, b={"class_id": 41320})
    blind = await caller.call("POST", url, b={"class_id": 41321})
    token = (await caller.get(url)).json["rm_metadataToken"]
    changed = await caller.call("PUT", url, b={"rm_metadataToken": token, "file_status": "CLOSED"})
    stale = await caller.call("PUT", url, b={"rm_metadataToken": token, "file_status": "ACTIVE"})

    assert [reply.status for reply in (first, blind, changed, stale)] == [200, 409, 200, 409]
    (row,) = (await caller.get(url)).json["data"]
    assert (row["rmclassification_id"], row["file_status"], row["official"]) == (41320, "CLOSED", False)


async def test_finalised_records_take_no_change():
    """OpenText facts 6, RM: `PUT /v1/rmclassifications/finalizerecords`, style A."""
    caller = Caller()
    caller.server.make_record(caller.document, 41320)
    await caller.call("PUT", "v1/rmclassifications/finalizerecords", form={"ids": [caller.document]})
    url = f"v1/nodes/{caller.document}/rmclassifications"
    found = (await caller.get(url)).json
    assert found["data"][0]["official"] is True
    body = {"rm_metadataToken": found["rm_metadataToken"], "official": False}
    assert (await caller.call("PUT", url, b=body)).status == 400


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", "v1/nodes/{}/holds"),
        ("POST", "v1/nodes/{}/holds"),
        ("GET", "v1/nodes/{}/rmclassifications"),
        ("POST", "v1/nodes/{}/rmclassifications"),
        ("GET", "v2/hold?holdname=x{}"),
    ],
)
async def test_without_the_module_the_addresses_do_not_exist(method, url):
    """OpenText facts 6 and 7: 400 and the mappings registry = module missing."""
    caller = Caller()
    caller.server.switch(records=False)
    assert (await caller.call(method, url.format(caller.document))).error == NOT_MAPPED


async def test_plain_classifications_need_no_module():
    """OpenText facts 2, audit type 264: a classification applied."""
    caller = Caller()
    caller.server.switch(records=False)
    caller.server.classify(caller.document, "Legal documents")
    found = (await caller.get(f"v1/nodes/{caller.document}/classifications")).json["data"]
    assert [row["name"] for row in found] == ["Legal documents"]
    audit = await caller.get(f"v2/nodes/{caller.document}/audit?where_type=264")
    assert len(audit.results["data"]["audit"]) == 1
