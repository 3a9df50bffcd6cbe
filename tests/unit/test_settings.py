"""Settings: each problem names its variable and what is allowed, and shows no secret."""

import json

import pytest

from shared.errors import SettingsError
from shared.settings import (
    ALL,
    HintSettings,
    NotificationSettings,
    Settings,
    StorageSettings,
    SubscriptionSettings,
    problems_of,
    read_settings,
)
from tests.repository import ROOT

GOOD = {
    "OPENTEXT_BASE_URL": "https://ecm.contoso.example/cs/cs",
    "OPENTEXT_USERNAME": "bridge",
    "OPENTEXT_PASSWORD": "not told",
    "OPENTEXT_WEBHOOK_SECRETS": "an-invented-webhook-secret",
    "GRAPH_CLIENT_STATE": "an-invented-client-state",
    "PUBLIC_BASE_URL": "https://bridge.contoso.example/",
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
    "WRITE_BACK_SCHEDULE": "*/15 * * * * *",
    "ESCALATION_SCHEDULE": "*/30 * * * * *",
    "SUBSCRIPTION_SCHEDULE": "0 */5 * * * *",
}


def problems(model, environment):
    with pytest.raises(SettingsError) as caught:
        read_settings(model, environment)
    return {problem.field: problem.message for problem in caught.value.problems}


def found_in(environment):
    """Name what is wrong with any part's settings."""
    return {problem.field: problem.message for problem in problems_of(environment)}


def test_good_settings_have_defaults_for_the_rest():
    settings = read_settings(Settings, GOOD)

    assert settings.graph_base_url == "https://graph.microsoft.com"
    assert read_settings(SubscriptionSettings, GOOD).public_base_url == "https://bridge.contoso.example"
    assert (settings.settle_seconds, settings.outcome_grace_seconds) == (120, 60)
    assert settings.mapping_file == "mapping.yaml"
    assert settings.notify_from is None


def test_without_any_variable_each_missing_one_is_named():
    found = found_in({"AzureWebJobsStorage": "UseDevelopmentStorage=true"})

    secrets = ["OPENTEXT_WEBHOOK_SECRETS", "GRAPH_CLIENT_STATE"]
    schedules = ["WRITE_BACK_SCHEDULE", "ESCALATION_SCHEDULE", "SUBSCRIPTION_SCHEDULE"]
    assert found == dict.fromkeys([*secrets, "PUBLIC_BASE_URL", *schedules, "OPENTEXT_BASE_URL"], "is not set")


def test_an_empty_variable_counts_as_absent():
    assert found_in({**GOOD, "PUBLIC_BASE_URL": ""}) == {"PUBLIC_BASE_URL": "is not set"}


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("OPENTEXT_BASE_URL", "http://ecm.contoso.example/cs", "https://"),
        ("GRAPH_BASE_URL", "graph.microsoft.com", "https://"),
        ("OPENTEXT_AUTH", "ntlm", "'password' or 'otds'"),
        ("OPENTEXT_ACT_AS", "anybody", "'performer', 'service' or 'none'"),
        ("OPENTEXT_TIMEZONE", "Mars/Olympus", "Europe/Berlin"),
        ("OPENTEXT_CONCURRENCY", "0", "greater than or equal to 1"),
        ("SETTLE_SECONDS", "ten", "integer"),
        ("GATE_MAX_SECONDS", "0", "greater than or equal to 1"),
        ("WRITE_BACK_SCHEDULE", "*/15 * * * *", "six fields"),
        ("WRITE_BACK_SCHEDULE", "every minute", "six fields"),
        ("ESCALATION_SCHEDULE", "60 * * * * *", "six fields"),
        ("ESCALATION_SCHEDULE", "*/0 * * * * *", "six fields"),
        ("SUBSCRIPTION_SCHEDULE", "0 0 0 1 Foo *", "six fields"),
        ("OPENTEXT_WEBHOOK_SECRETS", "short", "16 characters"),
        ("OPENTEXT_WEBHOOK_SECRETS", f"{'a' * 16},{'b' * 16},{'c' * 16}", "two by comma"),
        ("OPENTEXT_WEBHOOK_SECRETS", " , ", "one secret"),
        ("GRAPH_CLIENT_STATE", "short", "16 to 128"),
        ("GRAPH_CLIENT_STATE", "x" * 129, "16 to 128"),
    ],
)
def test_a_malformed_variable_is_named_with_what_is_allowed(name, value, allowed):
    found = found_in({**GOOD, name: value})

    assert list(found) == [name]
    assert allowed in found[name]


@pytest.mark.parametrize(
    ("auth", "needed"),
    [
        ("password", ["OPENTEXT_USERNAME", "OPENTEXT_PASSWORD"]),
        ("otds", ["OTDS_BASE_URL", "OTDS_CLIENT_ID", "OTDS_CLIENT_SECRET"]),
    ],
)
def test_each_way_to_sign_in_names_what_else_it_needs(auth, needed):
    short = {name: value for name, value in GOOD.items() if name not in needed}

    (message,) = problems(Settings, {**short, "OPENTEXT_AUTH": auth}).values()

    assert all(name in message for name in needed)


def test_two_secrets_may_be_live_while_they_are_rotated():
    secrets = read_settings(HintSettings, {"OPENTEXT_WEBHOOK_SECRETS": f"{'a' * 16}, {'b' * 16}"}).webhook_secrets

    assert [secret.get_secret_value() for secret in secrets] == ["a" * 16, "b" * 16]


def test_a_notification_needs_its_client_state_alone():
    assert read_settings(NotificationSettings, {"GRAPH_CLIENT_STATE": "x" * 128}).graph_client_state is not None


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"AzureWebJobsStorage": "UseDevelopmentStorage=true"}, id="connection-string"),
        pytest.param(
            {
                "AzureWebJobsStorage__tableServiceUri": "https://account.table.core.windows.net",
                "AzureWebJobsStorage__queueServiceUri": "https://account.queue.core.windows.net",
            },
            id="identity",
        ),
    ],
)
def test_storage_is_reached_by_connection_string_or_by_identity(environment):
    read_settings(StorageSettings, environment)


def test_storage_by_identity_needs_both_services():
    (message,) = problems(StorageSettings, {"AzureWebJobsStorage__tableServiceUri": "https://a.example"}).values()

    assert "__queueServiceUri" in message


def test_no_secret_is_in_the_error_or_in_what_caused_it():
    """The cause is printed with a traceback."""
    with pytest.raises(SettingsError) as caught:
        read_settings(NotificationSettings, {**GOOD, "GRAPH_CLIENT_STATE": "too-short-hush"})

    assert "hush" not in f"{caught.value} {caught.value.__cause__}"


def test_settings_do_not_show_their_secrets():
    shown = repr(read_settings(Settings, GOOD))

    assert "not told" not in shown
    assert "an-invented" not in shown


def test_the_example_settings_are_good_settings():
    values = json.loads((ROOT / "local.settings.example.json").read_text("utf-8"))["Values"]

    assert found_in(values) == {}


def test_a_key_vault_reference_that_did_not_resolve_is_no_secret():
    """Azure leaves the reference itself in the variable."""
    reference = "@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/webhook)"

    assert found_in({**GOOD, "OPENTEXT_WEBHOOK_SECRETS": reference}) == {
        "OPENTEXT_WEBHOOK_SECRETS": "is a Key Vault reference that did not resolve"
    }


@pytest.mark.parametrize("name", [*GOOD, "GATE_MAX_SECONDS", "OTDS_CLIENT_SECRET", "NOTIFY_FROM"])
def test_a_setting_that_did_not_resolve_stops_only_the_part_that_needs_it(name):
    """Hints are taken while OpenText's password is being mended, and looks go on without the webhook's secret."""
    broken = {**GOOD, name: "@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/x)"}
    stopped = [part for part in ALL if not _reads(part, broken)]

    assert stopped == [part for part in ALL if name in {field.alias for field in part.model_fields.values()}]


def _reads(part, environment):
    try:
        read_settings(part, environment)
    except SettingsError:
        return False
    return True


@pytest.mark.parametrize(
    "schedule",
    ["*/15 * * * * *", "0 */5 * * * *", "0 0,30 8-18 * * Mon-Fri", "0 0 0 1 Jan *", "30 5-59/10 * * * 1,3,5"],
)
def test_a_schedule_is_what_the_host_takes(schedule):
    assert found_in({**GOOD, "WRITE_BACK_SCHEDULE": schedule}) == {}


@pytest.mark.parametrize("name", ["WRITE_BACK_SCHEDULE", "ESCALATION_SCHEDULE", "SUBSCRIPTION_SCHEDULE"])
def test_a_timer_without_its_schedule_is_named(name):
    """The host switches that timer off, alone, and says nothing of it."""
    assert found_in({**GOOD, name: ""}) == {name: "is not set"}
