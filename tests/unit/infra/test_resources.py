"""The template makes what the code uses, lets the app do what it has to, and nothing more."""

import re

import pytest

from shared.observability.metrics import BY_NAME, PREFIX
from shared.store import queues, tables
from tests.repository import ROOT
from tests.unit.infra.bicep import FILES, INFRA, at, properties, read, text
from tests.unit.infra.infra_files import QUERIES

ROLES = {
    "storageBlobDataOwner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "storageQueueDataContributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
    "storageTableDataContributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
    "monitoringMetricsPublisher": "3913510d-42f4-4e42-8a64-420c390055eb",
    "keyVaultSecretsUser": "4633458b-17de-408a-b874-0445c86b69e6",
    "keyVaultSecretsOfficer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
}
"""Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles."""


def listed(file, variable):
    return [text(one).strip("'") for one in read(file)["variables"][variable].expression.named_children]


def of(file, resource, path):
    return text(at(read(file)["resources"][resource].expression, path))


def alerts():
    """Return the fields of each rule in alerts.bicep, as they are written."""
    rules = read("app/alerts.bicep")["variables"]["rules"].expression.named_children
    return [{name: text(value).strip("'") for name, value in properties(rule).items()} for rule in rules]


def query_file(alert):
    return re.findall(r"queries/([a-z-]+)\.kql", alert["query"])[0]


def test_the_tables_of_the_code_are_made():
    assert listed("app/storage.bicep", "tableNames") == list(tables.NAMES)


def test_the_queues_of_the_code_are_made_with_the_ones_for_poison():
    used, made = [queues.ORIGINS, queues.PLANS], listed("app/storage.bicep", "queueNames")

    assert made == used + [f"{name}-poison" for name in used]
    triggers = (ROOT / "functions/queues.py").read_text() + (ROOT / "functions/poison.py").read_text()
    assert sorted(re.findall(r'queue_name="([a-z-]+)"', triggers)) == sorted(made)


def test_each_role_is_given_to_whom_it_is_meant_for_on_one_resource():
    declared = read("app/roles.bicep")
    ids = {
        name: text(value).strip("'") for name, value in properties(declared["variables"]["roles"].expression).items()
    }
    given = {}
    for name, resource in declared["resources"].items():
        if not resource.is_existing:
            body = resource.expression
            role = text(at(body, "properties.roleDefinitionId"))
            given[name] = (
                text(at(body, "properties.principalId")),
                text(at(body, "scope")),
                *re.findall(r"roles\.(\w+)", role),
            )

    assert ids == ROLES
    assert given == {
        "state": ("principalId", "account"),
        "secrets": ("principalId", "vault", "keyVaultSecretsUser"),
        "telemetry": ("principalId", "insights", "monitoringMetricsPublisher"),
        "operator": ("operatorPrincipalId", "account"),
        "rotation": ("operatorPrincipalId", "vault", "keyVaultSecretsOfficer"),
    }
    assert listed("app/roles.bicep", "onStorage") == [f"roles.{name}" for name in list(ROLES)[:3]]
    assert listed("app/roles.bicep", "forOperator") == [f"roles.{name}" for name in list(ROLES)[1:3]]


@pytest.mark.parametrize(
    ("file", "resource", "path", "promise"),
    [
        ("app/storage.bicep", "account", "properties.allowSharedKeyAccess", "false"),
        ("app/storage.bicep", "account", "properties.allowBlobPublicAccess", "false"),
        ("app/storage.bicep", "account", "properties.minimumTlsVersion", "'TLS1_2'"),
        ("app/storage.bicep", "account", "properties.publicNetworkAccess", "isPrivate ? 'Disabled' : 'Enabled'"),
        ("app/monitoring.bicep", "insights", "properties.DisableLocalAuth", "true"),
        ("app/monitoring.bicep", "workspace", "properties.features.disableLocalAuth", "true"),
        ("app/vault.bicep", "vault", "properties.enableRbacAuthorization", "true"),
        ("app/vault.bicep", "vault", "properties.enablePurgeProtection", "true"),
        ("app/vault.bicep", "vault", "properties.publicNetworkAccess", "isPrivate ? 'Disabled' : 'Enabled'"),
        ("app/site.bicep", "site", "properties.httpsOnly", "true"),
        ("app/site.bicep", "site", "properties.clientAffinityEnabled", "false"),
        ("app/site.bicep", "site", "properties.keyVaultReferenceIdentity", "identity.id"),
        ("app/site.bicep", "site", "properties.functionAppConfig.runtime.version", "'3.13'"),
        ("app/site.bicep", "noFtpPassword", "properties.allow", "false"),
        ("app/site.bicep", "noScmPassword", "properties.allow", "false"),
    ],
    ids=lambda value: value,
)
def test_what_the_security_of_the_whole_rests_on_is_there(file, resource, path, promise):
    assert of(file, resource, path) == promise


def test_azd_finds_the_app_by_its_tag():
    assert of("app/site.bicep", "site", "tags") == "union(tags, { 'azd-service-name': 'api' })"


def test_the_app_leaves_through_one_address_and_not_to_the_machines_beside_it():
    network = read("app/network.bicep")["resources"]
    app, _ = at(network["network"].expression, "properties.subnets").named_children
    inbound, outbound = at(network["closed"].expression, "properties.securityRules").named_children

    assert text(at(app, "properties.natGateway.id")) == "gateway.id"
    assert text(at(inbound, "properties.sourceAddressPrefix")) == "'Internet'"
    told = {name: text(value).strip("'") for name, value in properties(at(outbound, "properties")).items()}
    assert (told["direction"], told["access"]) == ("Outbound", "Deny")
    assert (told["sourceAddressPrefix"], told["destinationPortRanges"]) == ("VirtualNetwork", "['22', '3389']")


@pytest.mark.parametrize("file", ["app/storage.bicep", "app/vault.bicep", "app/site.bicep"])
def test_what_happens_to_it_is_logged(file):
    types = [one.type for one in read(file)["resources"].values()]

    assert any(name.startswith("Microsoft.Insights/diagnosticSettings@") for name in types)


def test_each_alert_measures_a_column_of_its_query_and_each_query_has_an_alert():
    assert {query_file(alert) for alert in alerts()} == {file.stem for file in QUERIES.glob("*.kql")}
    for alert in alerts():
        *_, last = (QUERIES / f"{alert['name']}.kql").read_text().strip().splitlines()
        assert re.search(rf"\b{alert['column']} =", last), alert["name"]


def test_what_has_to_be_known_at_once_is_alerted():
    assert [alert["name"] for alert in alerts()] == [
        "dead-letters",
        "lag",
        "subscription-lapsed",
        "system-away",
        "sign-in-refused",
        "permission-missing",
        "held-for-an-hour",
        "brake",
        "troubles",
        "host-failures",
        "no-sweep",
    ]


def test_every_metric_is_on_the_workbook():
    workbook = (INFRA / "app/workbook.json").read_text()

    assert [name for name in BY_NAME if f"'{PREFIX}{name}'" not in workbook] == []


def test_every_module_is_used():
    used = {one.type for one in read("main.bicep")["modules"].values()}

    assert {"main.bicep", "app/types.bicep", *used} == set(FILES)
