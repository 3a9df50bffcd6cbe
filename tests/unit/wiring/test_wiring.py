"""Wiring: storage alone first, everything once, and again when something was mended."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from shared import wiring
from shared.errors import MappingError, SettingsError, UnavailableError
from shared.wiring import Wiring
from shared.wiring.rules import ROOT, load_rules

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
STORAGE = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}
DOORS = {"OPENTEXT_WEBHOOK_SECRETS": "an-invented-webhook-secret", "GRAPH_CLIENT_STATE": "an-invented-client-state"}
REST = {
    "OPENTEXT_BASE_URL": "http://127.0.0.1:8081/cs/cs",
    "OPENTEXT_USERNAME": "bridge",
    "OPENTEXT_PASSWORD": "an-invented-password",
    "GRAPH_BASE_URL": "http://127.0.0.1:8082",
    "PUBLIC_BASE_URL": "http://127.0.0.1:7071",
    "WRITE_BACK_SCHEDULE": "*/15 * * * * *",
    "ESCALATION_SCHEDULE": "*/30 * * * * *",
    "SUBSCRIPTION_SCHEDULE": "0 */5 * * * *",
}
ALL = {**STORAGE, **DOORS, **REST}


class Ticks:
    """Monotonic seconds that move when they are told to."""

    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def ticks():
    return Ticks()


@pytest.fixture
async def wire(ticks):
    """Make wirings that are closed at the end."""
    made = []

    def make(environment):
        made.append(Wiring(environment, clock=lambda: NOW, ticks=ticks))
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def test_everything_is_made_once(wire):
    wired = wire({**ALL, "NOTIFY_FROM": "bridge@contoso.example"})

    services = wired.services()

    assert services is wired.services()
    assert services.queues is wired.storage().queues
    assert services.owner == wired.storage().owner
    assert services.now() == NOW
    assert services.mapping_hash == load_rules("mapping.yaml").hash
    assert services.mail is not None


async def test_a_lease_with_an_end_of_its_own_is_told_to_be_gone(wire, caplog):
    wire({**ALL, "LEASE_SECONDS": "45"}).services()

    assert "LEASE_SECONDS is set and does nothing" in caplog.text


async def test_nobody_is_told_by_mail_without_a_sender(wire):
    assert wire(ALL).services().mail is None


async def test_two_workers_have_two_names(wire):
    """Leases are told apart by them."""
    assert wire(ALL).storage().owner != wire(ALL).storage().owner


async def test_storage_works_while_the_rest_is_being_mended(wire):
    wired = wire(STORAGE)

    assert wired.storage().now() == NOW
    with pytest.raises(SettingsError, match="OPENTEXT_BASE_URL: is not set"):
        wired.services()


async def test_doors_need_their_own_secret_and_storage_alone(wire):
    wired = wire({**STORAGE, **DOORS})

    assert wired.intake().queues is wired.storage().queues
    assert wired.notifications().plans is wired.storage().plans


@pytest.mark.parametrize("part", ["storage", "services", "intake", "notifications"])
async def test_nothing_starts_without_storage(wire, part):
    with pytest.raises(SettingsError, match="AzureWebJobsStorage"):
        getattr(wire({**DOORS, **REST}), part)()


@pytest.mark.parametrize("text", ["hush-hush", "AccountKey=hush-hush"])
async def test_a_connection_string_that_can_not_be_used_is_named_and_not_shown(wire, text):
    with pytest.raises(SettingsError, match="AzureWebJobsStorage") as caught:
        wire({"AzureWebJobsStorage": text}).storage()
    assert "hush" not in str(caught.value)


async def test_a_failed_wiring_is_tried_again_after_half_a_minute(wire, ticks):
    environment = {**ALL, "GRAPH_BASE_URL": "https://graph.contoso.example"}
    wired = wire(environment)

    with pytest.raises(SettingsError, match="GRAPH_BASE_URL"):
        wired.services()
    environment["GRAPH_BASE_URL"] = REST["GRAPH_BASE_URL"]
    ticks.seconds += 29
    with pytest.raises(SettingsError, match="GRAPH_BASE_URL"):
        wired.services()
    ticks.seconds += 1
    assert wired.services().planner is not None


async def test_a_worker_is_young_for_a_minute_by_the_ticks_it_is_given(wire, ticks):
    wired = wire(STORAGE)

    ticks.seconds += 59
    assert wired.is_young
    ticks.seconds += 1
    assert not wired.is_young


async def test_a_mapping_that_is_mended_is_taken(wire, ticks, tmp_path):
    file = tmp_path / "mapping.yaml"
    wired = wire({**ALL, "MAPPING_FILE": str(file)})

    with pytest.raises(MappingError, match="can't be read"):
        wired.services()
    file.write_text("version: [")
    ticks.seconds += 30
    with pytest.raises(MappingError):
        wired.services()
    file.write_text((ROOT / "mapping.yaml").read_text("utf-8"))
    ticks.seconds += 30
    assert wired.services().mapping_hash == load_rules("mapping.yaml").hash


async def test_the_clock_file_moves_the_clock_of_everything(wire, tmp_path):
    file = tmp_path / "clock"
    file.write_text("60")

    assert wire({**ALL, "CLOCK_FILE": str(file)}).services().now() == NOW + timedelta(minutes=1)


async def test_readiness_asks_for_settings_and_mapping_before_the_systems_behind_them(wire):
    probes = wire(STORAGE).probes()

    with pytest.raises(SettingsError, match="GRAPH_CLIENT_STATE"):
        await probes["settings"]()
    for name in ("opentext", "graph"):
        with pytest.raises(UnavailableError, match="settings and mapping come first"):
            await probes[name]()
    await probes["mapping"]()


async def test_readiness_names_the_clock_file(wire, tmp_path):
    file = tmp_path / "clock"
    file.write_text("soon")

    with pytest.raises(SettingsError, match="CLOCK_FILE"):
        await wire({**ALL, "CLOCK_FILE": str(file)}).probes()["settings"]()


async def test_another_wiring_is_in_place_for_a_while(wire):
    before = wiring.current()

    with wiring.use(wire(ALL)) as other:
        assert wiring.current() is other
        assert wiring.services() is other.services()
        assert wiring.storage() is other.storage()
        assert wiring.intake() == other.intake()
        assert wiring.notifications() == other.notifications()
        assert list(wiring.probes()) == ["settings", "mapping", "opentext", "graph", "storage", "troubles"]
    assert wiring.current() is before


async def test_wiring_everything_logs_no_secret(wire, caplog):
    with caplog.at_level(logging.DEBUG):
        text = repr(wire(ALL).services())

    assert "an-invented" not in text + caplog.text
