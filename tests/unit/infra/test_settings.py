"""What the template sets is what the app and its host read, name by name."""

import re

import pytest

from shared.settings import ALL, HintSettings, Settings, SubscriptionSettings, read_settings
from tests.repository import ROOT
from tests.unit.infra.bicep import at, properties, read, text
from tests.unit.infra.infra_files import app_settings, parameter_values, parameters, variables

LOCAL = {"AzureWebJobsStorage", "CLOCK_FILE"}
"""A connection string is for Azurite, a moved clock for demos: neither has a place in Azure."""
HOST = {
    "AzureWebJobsStorage__credential": "the host's identity for storage",
    "AzureWebJobsStorage__blobServiceUri": "the host's locks and keys",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "where telemetry goes",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "as whom it is sent: local authentication is off",
    "PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY": "the worker sends its own",
    "OTEL_TRACES_SAMPLER": "read by azure-monitor-opentelemetry",
    "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "read by azure-monitor-opentelemetry",
    "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "larger bodies are refused before they fill the memory",
    "AzureWebJobsDisableHomepage": "the root shows no page",
}
FORBIDDEN = re.compile(
    r"FUNCTIONS_(WORKER|EXTENSION)|WEBSITE_|SCM_|ENABLE_ORYX_BUILD|TZ$|AzureWebJobsStorage$|APPINSIGHTS_"
)
SECRETS = {"OPENTEXT_PASSWORD", "OTDS_CLIENT_SECRET", "OPENTEXT_WEBHOOK_SECRETS", "GRAPH_CLIENT_STATE"}


def read_by_code():
    return {str(field.alias) for model in ALL for field in model.model_fields.values()}


def schedules():
    return set(re.findall(r'schedule="%(\w+)%"', (ROOT / "functions/timers.py").read_text()))


def test_every_setting_that_is_read_is_set_and_every_one_that_is_set_is_read():
    assert set(app_settings()) == (read_by_code() - LOCAL) | schedules() | set(HOST)


def test_nothing_is_set_that_flex_consumption_refuses():
    assert [name for name in app_settings() if FORBIDDEN.match(name)] == []


def secrets():
    """Return the secrets that the vault is given: name → properties."""
    made = [one for one in read("app/vault.bicep")["resources"].values() if "vaults/secrets@" in one.type]
    return {text(at(one.expression, "name")).strip("'"): at(one.expression, "properties") for one in made}


def test_secrets_are_references_to_the_vault_and_each_is_there():
    referred = {name: re.findall(r"\$\{inVault\}([a-z-]+)\)", value) for name, value in app_settings().items()}

    assert {name for name, found in referred.items() if found} == SECRETS
    assert {found for names in referred.values() for found in names} == set(secrets())


def test_every_stored_secret_says_what_it_is():
    """Checkov's rule on this can't see resources under a condition."""
    assert [name for name, stored in secrets().items() if "contentType" not in properties(stored)] == []


def test_the_templates_defaults_are_settings_that_the_app_accepts():
    """Parameters are named after the settings; a default that the app refuses would be found in Azure only."""
    named = variables()
    defaults = {named[name]: value for name, value in parameters().items() if value}
    given = {name: defaults[name] for name in read_by_code() & set(defaults)}
    needed = {
        "OPENTEXT_BASE_URL": "https://ecm.contoso.example/cs/cs",
        "OTDS_BASE_URL": "https://otds.contoso.example/otdsws",
        "OTDS_CLIENT_ID": "bridge",
        "OTDS_CLIENT_SECRET": "an-invented-otds-secret",
        "OPENTEXT_WEBHOOK_SECRETS": "an-invented-webhook-secret",
        "GRAPH_CLIENT_STATE": "an-invented-client-state",
        "PUBLIC_BASE_URL": "https://bridge.contoso.example",
    }

    assert {"OPENTEXT_AUTH", "OPENTEXT_CONCURRENCY", "SETTLE_SECONDS"} <= set(given)
    for model in (Settings, SubscriptionSettings, HintSettings):
        read_settings(model, {**given, **needed})


@pytest.mark.parametrize(("name", "value"), parameter_values().items(), ids=lambda value: None)
def test_azd_gives_each_parameter_the_default_of_the_template(name, value):
    default = parameters()[name]
    # azd leaves an object out that is not set; a default of its own would end at its first brace.
    expected = "" if default is None or default == "{}" else f"={default}"

    assert re.fullmatch(r"\$\{[A-Z_]+" + re.escape(expected) + r"\}", value), name


def test_azd_can_set_every_parameter():
    assert set(parameters()) == set(parameter_values())


BOUNDS = {"minValue": "ge", "maxValue": "le"}


@pytest.mark.parametrize(
    "name", ["opentextConcurrency", "opentextDiscoverySeconds", "settleSeconds", "outcomeGraceSeconds"]
)
def test_the_template_allows_no_number_that_the_app_refuses(name):
    (field,) = [one for model in ALL for one in model.model_fields.values() if one.alias == variables()[name]]
    limits = {key: getattr(one, key) for one in field.metadata for key in ("ge", "le") if hasattr(one, key)}
    decorated = {mine: int(read("main.bicep")["params"][name].decorator(theirs)[0]) for theirs, mine in BOUNDS.items()}

    assert decorated["ge"] >= limits["ge"]
    assert decorated["le"] <= limits.get("le", decorated["le"])
