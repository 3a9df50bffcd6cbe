"""While the demo runs, a file has the operator's commands work on it."""

import json

import pytest

from local.demo.settings_file import written_settings


def test_the_file_holds_the_settings_of_the_system_that_runs_now_and_goes_with_it(tmp_path):
    file = tmp_path / "build" / "demo.settings.json"
    with written_settings(file) as settings:
        for port in ("1", "2"):
            settings.write({"GRAPH_BASE_URL": f"http://127.0.0.1:{port}"})
        told = json.loads(file.read_text())

    assert told["Values"] == {"GRAPH_BASE_URL": "http://127.0.0.1:2"}
    assert not file.exists()


def test_it_goes_when_the_demo_fails_as_well(tmp_path):
    file = tmp_path / "demo.settings.json"

    def fail():
        with written_settings(file) as settings:
            settings.write({})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not file.exists()
