"""What can't work is refused before anything is made; what is let through, the app accepts."""

from itertools import product

import pytest

from shared.errors import SettingsError
from shared.settings import Settings, read_settings
from tests.repository import ROOT
from tests.unit.infra.bicep import properties, read, text
from tests.unit.infra.evaluate import Refused, Template
from tests.unit.infra.guards import GOOD, PASSWORD, PERSON, TRIPPING, said, table
from tests.unit.infra.infra_files import app_settings, variables

AUTHS = ["password", "otds"]
ACTORS = ["performer", "service", "none"]
IMPERSONATIONS = ["token-exchange", "ticket-for-user", "proxy"]


def guards():
    return [properties(one) for one in read("main.bicep")["variables"]["guards"].expression.named_children]


@pytest.mark.parametrize("given", TRIPPING, ids=lambda given: " ".join(f"{k}={v}" for k, v in given.items()))
def test_what_cannot_work_is_refused_with_the_setting_and_the_cure(given):
    answer = said(**given)

    assert answer is not None
    assert ";" in answer or "e.g." in answer
    assert any(variables()[name] in answer for name in given)


def test_every_guard_is_tripped_by_an_input_of_its_own():
    template = Template(**GOOD)
    tripped = [
        {number for number, guard in enumerate(guards()) if Template(**GOOD | given).value(guard["when"], {})}
        for given in TRIPPING
    ]

    assert not any(template.value(guard["when"], {}) for guard in guards())
    assert [len(numbers) for numbers in tripped] == [1] * len(TRIPPING)
    assert set().union(*tripped) == set(range(len(guards())))


def test_no_text_ends_in_a_full_stop():
    """Resource Manager adds one."""
    assert [text(guard["say"]) for guard in guards() if text(guard["say"]).rstrip("'").endswith(".")] == []


def test_all_reasons_are_told_at_once():
    answer = said(environmentName="prod.", zoneRedundant=True, storageSku="Standard_LRS", addressPrefix="10.0.0.0/28")

    assert [name in answer for name in ("AZURE_ENV_NAME", "STORAGE_SKU", "ADDRESS_PREFIX")] == [True, True, True]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"environmentName": "P_r-o.d(1)"},
        {"resourceGroupName": "RG.Bridge_(test)-1"},
        {"nameSuffix": "abcdefghijkl2"},
        {"addressPrefix": "10.30.0.0/16"},
        {"addressPrefix": "10.30.0.128/25"},
        {"addressPrefix": "10.1.0.0/26", "appSubnetPrefix": "10.1.0.0/27", "endpointsSubnetPrefix": "10.1.0.32/28"},
        {"zoneRedundant": True},
        {"zoneRedundant": True, "storageSku": "Standard_GZRS"},
        PASSWORD | {"otdsBaseUrl": "", "otdsClientId": ""},
        PASSWORD | {"opentextActAs": "performer", "otdsImpersonation": "proxy", "otdsBaseUrl": "", "otdsClientId": ""},
        {"useVirtualNetwork": False},
        {"useVirtualNetwork": False, "opentextActAs": "performer"},
        {"storagePrivateEndpoints": True, "vaultPrivateEndpoint": True},
        {"operatorPrincipalId": PERSON},
        {"alwaysReadyHttp": 2, "maximumInstanceCount": 2},
        {"graphBaseUrl": "https://graph.microsoft.us", "publicBaseUrl": "https://bridge.contoso.com"},
    ],
    ids=lambda given: " ".join(f"{k}={v}" for k, v in given.items()) or "defaults",
)
def test_what_can_work_is_let_through(given):
    assert said(**given) is None


def settings_of(template):
    """Return what the app is given, secrets in the place of their references."""
    named = {name: str(template[parameter]) for parameter, name in variables().items() if name in app_settings()}
    secrets = {
        "OPENTEXT_PASSWORD": "an-invented-password",
        "OTDS_CLIENT_SECRET": "an-invented-secret" if template["otdsClientId"] else "",
        "PUBLIC_BASE_URL": "https://bridge.contoso.example",
        "GRAPH_BASE_URL": "https://graph.microsoft.com",
    }
    return named | secrets


def test_what_the_template_lets_through_the_app_accepts():
    """Over every way to sign in and to act, with and without what it needs."""
    refusals = 0
    for auth, actor, how, url, client, user in product(
        AUTHS, ACTORS, IMPERSONATIONS, ["", GOOD["otdsBaseUrl"], "no url"], ["", "bridge"], ["", "bridge"]
    ):
        given = {
            "opentextAuth": auth,
            "opentextActAs": actor,
            "otdsImpersonation": how,
            "otdsBaseUrl": url,
            "otdsClientId": client,
            "opentextUsername": user,
        }
        if said(**given):
            refusals += 1
            continue
        read_settings(Settings, settings_of(Template(**GOOD | given)))
    assert refusals > 0


@pytest.mark.parametrize("given", [{"opentextDiscoveryReport": "open steps"}, {"otdsBaseUrl": "otds.contoso.com"}])
def test_what_the_app_would_refuse_never_gets_that_far(given):
    with pytest.raises(SettingsError):
        read_settings(Settings, settings_of(Template(**GOOD | given)))
    assert said(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"environmentName": ""},
        {"environmentName": "x" * 21},
        {"settleSeconds": 59},
        {"settleSeconds": 3601},
        {"opentextDiscoverySeconds": 86401},
        {"alertLagSeconds": 86401},
        {"outcomeGraceSeconds": 86401},
        {"opentextAuth": "ntlm"},
        {"nameSuffix": "x" * 17},
    ],
    ids=str,
)
def test_numbers_and_words_have_bounds(given):
    with pytest.raises(Refused):
        Template(**GOOD | given)


def test_the_table_of_guards_in_the_docs_is_made_from_the_template():
    """To renew it: python -m tests.unit.infra.guards."""
    assert table() in (ROOT / "docs/deploy.md").read_text()
