"""What local.settings.example.json says is what `make start` serves: `func start` beside it just works."""

import json

from local.local_system import ROOT, SETTINGS, USUAL

VALUES = json.loads((ROOT / "local.settings.example.json").read_text())["Values"]
PACE = {"WRITE_BACK_SCHEDULE", "ESCALATION_SCHEDULE", "SUBSCRIPTION_SCHEDULE"}
TIMES = {"SETTLE_SECONDS", "OUTCOME_GRACE_SECONDS", "LOCAL_HOST_LONGEST_PAUSE_SECONDS"}


def test_secrets_and_modes_are_those_of_the_local_system():
    """Its times are those of a real system; the demo's are shorter."""
    local = {name: value for name, value in SETTINGS.items() if name not in PACE | TIMES}

    assert {name: VALUES.get(name) for name in local} == local


def test_addresses_are_where_it_listens():
    assert VALUES["AzureWebJobsStorage"] == "UseDevelopmentStorage=true"
    assert USUAL.storage == (10000, 10001, 10002)
    assert VALUES["OPENTEXT_BASE_URL"] == f"http://127.0.0.1:{USUAL.content}/cs/cs"
    assert VALUES["OTDS_BASE_URL"] == f"http://127.0.0.1:{USUAL.content}/otdsws"
    assert VALUES["GRAPH_BASE_URL"] == f"http://127.0.0.1:{USUAL.graph}"
    assert VALUES["PUBLIC_BASE_URL"] == f"http://127.0.0.1:{USUAL.app}"
