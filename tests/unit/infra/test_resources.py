"""The template makes what the code uses, lets the app do what it has to, and nothing more."""

import re

import pytest

from shared.observability.metrics import BY_NAME, PREFIX
from shared.store import queues, tables
from tests.repository import ROOT
from tests.unit.infra.infra_files import INFRA, QUERIES, bicep

ROLES = {
    "storageBlobDataOwner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "storageQueueDataContributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
    "storageTableDataContributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
    "monitoringMetricsPublisher": "3913510d-42f4-4e42-8a64-420c390055eb",
    "keyVaultSecretsUser": "4633458b-17de-408a-b874-0445c86b69e6",
}
"""Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles."""


def names(variable):
    (found,) = re.findall(rf"var {variable} = \[(.*)\]", bicep("app/storage.bicep"))
    return re.findall(r"'([^']+)'", found)


def alerts():
    keys = ("name", "query", "column", "operator")
    return [
        dict(zip(keys, found, strict=True))
        for found in re.findall(
            r"name: '([a-z-]+)'\n.*?loadTextContent\('([^']+)'\)\n\s+column: '(\w+)'\n\s+operator: '(\w+)'",
            bicep("app/alerts.bicep"),
            re.DOTALL,
        )
    ]


def test_the_tables_of_the_code_are_made():
    assert names("tableNames") == list(tables.NAMES)


def test_the_queues_of_the_code_are_made_with_the_ones_for_poison():
    used = [queues.ORIGINS, queues.PLANS]

    assert names("queueNames") == used + [f"{name}-poison" for name in used]
    triggers = (ROOT / "functions/queues.py").read_text() + (ROOT / "functions/poison.py").read_text()
    assert sorted(re.findall(r'queue_name="([a-z-]+)"', triggers)) == sorted(names("queueNames"))


def test_the_app_has_five_roles_and_the_operator_two_of_them():
    text = bicep("app/roles.bicep")

    assert dict(re.findall(r"(\w+): '([0-9a-f-]{36})'", text)) == ROLES
    assigned = re.findall(r"resource \w+ 'Microsoft.Authorization/roleAssignments@[\d-]+' = ", text)
    assert len(assigned) == 4, "three on storage in one loop, the vault, telemetry, the operator's loop"
    assert re.findall(r"var forOperator = empty\(operatorPrincipalId\) \? \[\] : \[(.*)\]", text) == [
        "roles.storageQueueDataContributor, roles.storageTableDataContributor"
    ]


@pytest.mark.parametrize(
    ("module", "promise"),
    [
        ("app/storage.bicep", "allowSharedKeyAccess: false"),
        ("app/storage.bicep", "allowBlobPublicAccess: false"),
        ("app/storage.bicep", "minimumTlsVersion: 'TLS1_2'"),
        ("app/monitoring.bicep", "DisableLocalAuth: true"),
        ("app/monitoring.bicep", "disableLocalAuth: true"),
        ("app/vault.bicep", "enableRbacAuthorization: true"),
        ("app/vault.bicep", "enablePurgeProtection: true"),
        ("app/site.bicep", "httpsOnly: true"),
        ("app/site.bicep", "keyVaultReferenceIdentity: identityId"),
        ("app/site.bicep", "runtime: { name: 'python', version: '3.13' }"),
        ("app/site.bicep", "'azd-service-name': 'api'"),
        ("app/network.bicep", "natGateway: { id: gateway.id }"),
    ],
)
def test_what_the_security_of_the_whole_rests_on_is_there(module, promise):
    assert promise in bicep(module)


def test_publishing_by_password_is_off_everywhere():
    text = bicep("app/site.bicep")

    assert re.findall(r"name: '(ftp|scm)'\n  properties: \{ allow: (\w+) \}", text) == [
        ("ftp", "false"),
        ("scm", "false"),
    ]


def test_doing_without_one_address_is_refused_unless_bearers_are_used_throughout():
    text = bicep("main.bicep")

    assert "opentextAuth == 'otds' && (opentextActAs != 'performer' || otdsImpersonation == 'token-exchange')" in text
    assert text.count("fail('") == 2


@pytest.mark.parametrize("resource", ["storage", "vault", "site"])
def test_what_happens_to_it_is_logged(resource):
    assert "Microsoft.Insights/diagnosticSettings" in bicep(f"app/{resource}.bicep")


def test_each_alert_measures_a_column_of_its_query_and_each_query_has_an_alert():
    assert {alert["query"] for alert in alerts()} == {f"../queries/{file.name}" for file in QUERIES.glob("*.kql")}
    for alert in alerts():
        *_, last = (QUERIES / f"{alert['name']}.kql").read_text().strip().splitlines()
        assert re.search(rf"\b{alert['column']} =", last), alert["name"]


def test_what_has_to_be_known_at_once_is_alerted():
    assert [alert["name"] for alert in alerts()] == [
        "dead-letters",
        "lag",
        "subscription-lapsed",
        "opentext-sign-in",
        "no-sweep",
    ]


def test_every_metric_is_on_the_workbook():
    workbook = (INFRA / "app/workbook.json").read_text()

    assert [name for name in BY_NAME if f"'{PREFIX}{name}'" not in workbook] == []


def test_every_module_is_used():
    used = set(re.findall(r"module \w+ '(app/[\w-]+\.bicep)'", bicep("main.bicep")))

    assert used == {f"app/{file.name}" for file in (INFRA / "app").glob("*.bicep")}
