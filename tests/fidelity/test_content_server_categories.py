"""
Category values by ids that differ from server to server.

Source: OTCS REST, v2/nodes/{id}/categories.
"""

import json

import pytest

from local.simulators.content_server import ContentServer
from tests.fidelity.content_server_caller import Caller, Clock


class Values(Caller):
    """Calls at the workspace's one category."""

    @property
    def url(self) -> str:
        return f"v2/nodes/{self.workspace}/categories"

    def key(self, rest: str) -> str:
        return f"{self.category}_{rest}"

    async def put(self, **values):
        form = {self.key(name.removeprefix("_")): value for name, value in values.items()}
        return await self.call("PUT", f"{self.url}/{self.category}/", form=form)

    async def values(self):
        (row,) = (await self.get(self.url)).results
        return {key.partition("_")[2]: value for key, value in row["data"]["categories"].items()}

    async def token(self):
        reply = await self.get(f"v2/nodes/{self.workspace}?state")
        return reply.results["state"]["categories"][self.key("1")]["metadata_token"]


async def test_names_stand_in_the_metadata_and_ids_start_at_two():
    """OpenText facts 2, Categories: configure by name, resolve through metadata."""
    caller = Values()
    (row,) = (await caller.get(f"{caller.url}?metadata")).results
    named = {
        key.removeprefix(str(caller.category)): entry["name"] for key, entry in row["metadata"]["categories"].items()
    }

    assert row["metadata_order"] == {"categories": [str(caller.category)]}
    assert named == {
        "": "Contract", "_2": "Region", "_3": "Value", "_4": "End Date", "_5": "Tags",
        "_6": "Parties", "_6_x_7": "Name", "_6_x_8": "Emails",
    }  # fmt: skip
    assert "metadata" not in (await caller.get(caller.url)).results[0]


async def test_ids_differ_from_server_to_server():
    """OpenText facts 2, Categories: per-system ids."""
    ids = [ContentServer(now=Clock(), seed=seed).add_category("Contract", ["Region"]) for seed in (1, 2)]
    assert ids[0] != ids[1]


async def test_a_new_category_is_empty_and_has_the_first_row_of_its_sets():
    """OpenText facts 2, Categories: rows start at 1; null or empty is none."""
    values = await Values().values()
    assert values == {"2": "EMEA", "3": None, "4": None, "5": [], "6_1_7": "", "6_1_8": []}


async def test_put_changes_the_named_keys_alone():
    """OpenText facts 2, Categories: style A; repeated keys are multi-values."""
    caller = Values()
    reply = await caller.put(_3="12", _4="2026-12-31", _5=["a", "b"])
    values = await caller.values()

    assert reply.status == 200
    assert values == {"2": "EMEA", "3": 12, "4": "2026-12-31T00:00:00", "5": ["a", "b"], "6_1_7": "", "6_1_8": []}


async def test_a_further_row_of_a_set_is_opened_by_writing_it():
    """OpenText facts 2, Categories: `{cat}_{set}_{row}_{attr}`; an emptied row goes, later ones move up."""
    caller = Values()
    await caller.put(_6_1_7="Anna", _6_3_7="Cleo", _6_3_8=["c@x.com", "cleo@x.com"])
    values = await caller.values()
    assert [values[f"6_{row}_7"] for row in (1, 2, 3)] == ["Anna", "", "Cleo"]

    await caller.put(_6_2="")
    values = await caller.values()
    assert (values["6_2_7"], values["6_2_8"], "6_3_7" in values) == ("Cleo", ["c@x.com", "cleo@x.com"], False)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("9", id="no-attribute"),
        pytest.param("6_9_7", id="no-such-row"),
        pytest.param("6_x_7", id="x"),
        pytest.param("6_1_2", id="not-in-set"),
    ],
)
async def test_a_key_that_means_nothing_is_refused(key):
    """OpenText facts 2, Categories."""
    caller = Values()
    before = await caller.values()
    assert (await caller.put(**{"_2": "DACH", f"_{key}": "x"})).status == 400
    assert await caller.values() == before


async def test_a_put_holds_keys_of_its_own_category_only():
    """OpenText facts 2, Categories: only that category's keys."""
    caller = Values()
    other = caller.server.add_category("Other", ["Note"])
    form = {caller.key("2"): "DACH", f"{other}_2": "x"}
    reply = await caller.call("PUT", f"{caller.url}/{caller.category}/", form=form)
    assert reply.status == 400
    assert f"non-matching attribute ('{other}_2')" in reply.error[1]


@pytest.mark.parametrize(("key", "value"), [("_3", "many"), ("_4", "31.12.2026"), ("_2", ["a", "b"])])
async def test_values_have_types(key, value):
    """OpenText facts 2 and 7: integers, ISO dates, one value where one is due."""
    assert (await Values().put(**{key: value})).status == 400


async def test_a_json_body_is_not_seen():
    """OpenText facts 0, style A."""
    caller = Values()
    headers = {"otcsticket": await caller.sign_in("bridge"), "content-type": "application/json"}
    url = f"{caller.url}/{caller.category}/"
    reply = await caller.raw("PUT", url, headers=headers, body=json.dumps({caller.key("2"): "x"}).encode())
    assert reply.error == (400, "Parameters are required for PUT, POST, and PATCH methods")


async def test_a_metadata_token_guards_against_an_edit_in_between():
    """OpenText facts 2, Categories: 409; the answer brings the next token."""
    caller = Values()
    token = json.dumps({"metadata_token": await caller.token()})
    caller.server.set_attribute("liz", caller.workspace, "Contract.Region", "DACH")
    stale = await caller.put(_1=token, _2="APAC")
    fresh = await caller.put(_1=json.dumps({"metadata_token": await caller.token()}), _2="APAC")

    assert stale.error == (409, "Could not update metadata (edit conflict).")
    next_token = fresh.results["state"]["categories"][caller.key("1")]["metadata_token"]
    assert next_token == await caller.token()


async def test_without_a_token_the_last_writer_wins():
    """OpenText facts 2, Categories: the token is optional."""
    caller = Values()
    caller.server.set_attribute("liz", caller.workspace, "Contract.Region", "DACH")
    assert (await caller.put(_2="APAC")).status == 200
    assert caller.server.attribute(caller.workspace, "Contract.Region") == "APAC"


async def test_categories_of_a_node_come_as_lists_those_of_a_workspace_by_id():
    """OpenText facts 0 and 2: objects here, lists there; readers must be tolerant (public clients handle both)."""
    caller = Values()
    number = str(caller.category)
    node = (await caller.get(f"v2/nodes/{caller.workspace}?fields=categories&metadata")).results
    workspace = (await caller.get(f"v2/businessworkspaces/{caller.workspace}?fields=categories&metadata")).results

    assert node["data"]["categories"] == [workspace["data"]["categories"][number]]
    assert node["metadata"]["categories"] == [workspace["metadata"]["categories"][number]]
    assert workspace["metadata"]["categories"][number][f"{number}_2"]["name"] == "Region"
