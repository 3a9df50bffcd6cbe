"""Names: known before anything is made, the same however things are spelled, and other in another place."""

import re

import pytest

from tests.unit.infra.bicep import FILES, properties, read, text
from tests.unit.infra.evaluate import Template
from tests.unit.infra.guards import GOOD


def names(**given):
    return Template(**GOOD | given)["names"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"environmentName": "prod"}, {"environmentName": "PROD"}, id="case"),
        pytest.param({"location": "westeurope"}, {"location": "West Europe"}, id="spelling of the region"),
        pytest.param({"location": "westeurope"}, {"location": "WestEurope"}, id="its case"),
        pytest.param({}, {"resourceGroupName": "RG-BRIDGE-PROD"}, id="the group by its own name"),
    ],
)
def test_another_spelling_is_the_same_set_of_resources(one, other):
    first, second = names(**one), names(**other)

    assert first | {"group": ""} == second | {"group": ""}
    assert first["group"].lower() == second["group"].lower()


@pytest.mark.parametrize(
    "other", [{"resourceGroupName": "rg-other"}, {"location": "northeurope"}, {"environmentName": "test"}], ids=str
)
def test_another_group_region_or_environment_is_another_set(other):
    one, two = names(), names(**other)

    assert [kind for kind in one if kind not in ("group", "packages") and one[kind] == two[kind]] == []


def test_what_is_deployed_keeps_its_names():
    kept = names(nameSuffix="k3rtqx7abcdef")

    assert kept["storage"] == "stbridgek3rtqx7abcdef"
    assert kept["vault"] == "kv-k3rtqx7abcdef"
    assert kept["site"] == "func-bridge-k3rtqx7abcdef"


@pytest.mark.parametrize("suffix", ["", "abc", "abcdefghijklmnop"])
def test_names_are_as_long_as_azure_allows(suffix):
    made = names(nameSuffix=suffix)

    assert re.fullmatch(r"[a-z0-9]{3,24}", made["storage"])
    assert re.fullmatch(r"[a-z][a-z0-9-]{1,22}[a-z0-9]", made["vault"])
    assert len(made["site"]) <= 32


def test_no_module_is_given_a_name_that_is_only_known_later():
    """Otherwise what-if guesses. The one exception has its reason beside it."""
    late = [
        (name, key)
        for name, module in read("main.bicep")["modules"].items()
        for key, value in properties(properties(module.expression)["params"]).items()
        if re.search(r"name|principal", key, re.IGNORECASE) and "outputs" in text(value)
    ]

    assert late == [("roles", "principalId")]


def test_modules_have_no_names_of_their_own():
    assert [name for name, one in read("main.bicep")["modules"].items() if "name" in properties(one.expression)] == []


def test_a_group_that_was_there_keeps_its_tags():
    group = read("main.bicep")["resources"]["group"]

    assert group.condition == "(empty(resourceGroupName))"
    assert {text(properties(one.expression)["scope"]) for one in read("main.bicep")["modules"].values()} == {
        "resourceGroup(names.group)"
    }


def test_what_order_hung_on_a_name_is_put_in_order_again():
    after = {
        name: sorted(text(one) for one in properties(module.expression)["dependsOn"].named_children)
        for name, module in read("main.bicep")["modules"].items()
        if "dependsOn" in properties(module.expression)
    }

    assert after == {
        "identity": ["group"],
        "monitoring": ["group"],
        "network": ["group"],
        "roles": ["monitoring", "storage", "vault"],
        "site": ["roles", "storageEndpoints", "vaultEndpoint"],
        "settings": ["vault"],
        "workbook": ["monitoring"],
        "alerts": ["monitoring"],
    }


@pytest.mark.parametrize("file", FILES)
def test_tags_have_one_type(file):
    tags = [one for name, one in read(file)["params"].items() if name == "tags"]

    assert [text(one.node).split("=")[0].strip() for one in tags] == ["param tags resourceTags"] * len(tags)
