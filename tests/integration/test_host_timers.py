"""The host stand-in's timers."""

import httpx
import pytest

from local.functions_host.keys import Keys
from local.functions_host.process import running_host
from tests.integration.tiny_app import NEVER, write_app


def test_a_timer_fires_at_each_occurrence_of_the_schedule_that_its_setting_names(tmp_path, storage):
    settings = {"AzureWebJobsStorage": storage, "QUEUE": "timer-side", "TICK": "* * * * * *"}

    with running_host(write_app(tmp_path), tmp_path / "log", settings=settings) as host:
        seen = httpx.get(f"{host.url}/api/seen/4", timeout=30).json()
    first, second, *_ = [item for item in seen if item["function"] == "tick"]

    assert second["at"] - first["at"] == pytest.approx(1, abs=0.5)


def test_a_timer_can_be_fired_by_hand(tmp_path, storage):
    settings = {"AzureWebJobsStorage": storage, "QUEUE": "timer-side", "TICK": NEVER}

    with running_host(write_app(tmp_path), tmp_path / "log", settings=settings) as host:
        httpx.post(f"{host.url}/admin/functions/tick", headers={"x-functions-key": Keys().master})
        seen = httpx.get(f"{host.url}/api/seen/1", timeout=30).json()

    assert seen[0]["function"] == "tick"
