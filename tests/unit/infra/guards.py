"""What trips each guard of main.bicep, and the table of them in docs/deploy.md. Run it to see the table."""

import sys
from typing import Any

from tests.unit.infra.evaluate import Refused, Template
from tests.unit.infra.infra_files import variables

PERSON = "2c6d6f0e-7f0a-4d4b-9a3c-0d8f7d5f6a11"
GOOD = {
    "environmentName": "bridge-prod",
    "location": "westeurope",
    "opentextBaseUrl": "https://ecm.contoso.com/cs/cs",
    "otdsBaseUrl": "https://otds.contoso.com/otdsws",
    "otdsClientId": "bridge",
    "opentextWebhookSecrets": "an-invented-webhook-secret",
    "graphClientState": "an-invented-client-state",
}
"""As little as the template asks for."""
PASSWORD = {"opentextAuth": "password", "opentextUsername": "bridge"}
TRIPPING: list[dict[str, Any]] = [
    {"environmentName": "prod."},
    {"environmentName": "my env"},
    {"resourceGroupName": "my group"},
    {"nameSuffix": "Old_Suffix"},
    {"opentextBaseUrl": "http://ecm.contoso.com/cs/cs"},
    {"otdsBaseUrl": "otds.contoso.com"},
    {"publicBaseUrl": "bridge.contoso.com"},
    {"graphBaseUrl": "http://graph.microsoft.com"},
    {"opentextAuth": "password"},
    {"otdsBaseUrl": ""},
    {"otdsClientId": ""},
    PASSWORD | {"opentextActAs": "performer", "otdsClientId": ""},
    {"opentextDiscoveryReport": "open steps"},
    {"writeBackSchedule": "*/5 * * * *"},
    {"alwaysReadyHttp": 3, "maximumInstanceCount": 2},
    {"zoneRedundant": True, "storageSku": "Standard_LRS"},
    {"zoneRedundant": True, "storageSku": "Standard_GRS"},
    PASSWORD | {"useVirtualNetwork": False},
    {"useVirtualNetwork": False, "opentextActAs": "performer", "otdsImpersonation": "ticket-for-user"},
    {"useVirtualNetwork": False, "storagePrivateEndpoints": True},
    {"useVirtualNetwork": False, "vaultPrivateEndpoint": True},
    {"addressPrefix": "10.30.0.0/26"},
    {"addressPrefix": "10.30.0.0/24", "appSubnetPrefix": "10.20.0.0/26"},
    {"appSubnetPrefix": "10.20.0.0/25"},
    {"operatorPrincipalId": "operators@contoso.com"},
]


def said(**given):
    """Return what the template says to these parameters, or None."""
    try:
        return Template(**GOOD | given)["names"] and None
    except Refused as refusal:
        return str(refusal)


def table():
    """Return the table in docs/deploy.md, made from the template."""
    rows = ["| this | is answered by |", "|---|---|"]
    for given in TRIPPING:
        settings = ", ".join(f"`{variables()[name]}={_shown(value)}`" for name, value in given.items())
        rows.append(f"| {settings} | {said(**given)} |")
    return "\n".join(rows) + "\n"


def _shown(value):
    return str(value).lower() if isinstance(value, bool) else value


if __name__ == "__main__":
    sys.stdout.write(table())
