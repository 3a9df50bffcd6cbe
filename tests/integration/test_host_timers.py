"""The host stand-in's timers."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from azure.storage.blob import BlobLeaseClient, BlobServiceClient

from local.functions_host.keys import Keys
from local.functions_host.process import running_host
from tests.integration.functions_hosts import until
from tests.integration.tiny_app import NEVER, notes, write_app

MASTER = {"x-functions-key": Keys().master}
HOURLY = "0 0 * * * *"


@pytest.fixture
def blobs(storage):
    """The container in which hosts keep their timers' locks and statuses."""
    with BlobServiceClient.from_connection_string(storage) as service:
        container = service.get_container_client("azure-webjobs-hosts")
        if not container.exists():
            container.create_container()
        yield container


@pytest.fixture
def hosted(tmp_path, storage, request):
    """Run a host whose locks and statuses are this test's."""
    app = write_app(tmp_path)
    settings = {"AzureWebJobsStorage": storage, "QUEUE": "timer-side", "TICK": NEVER}
    settings["AzureFunctionsWebHost__hostid"] = request.node.name

    def run(**given):
        return running_host(app, tmp_path / "log", settings=settings | given)

    return run


def by_hand(host):
    return httpx.post(f"{host.url}/admin/functions/tick", headers=MASTER)


def test_runs_of_a_schedule_never_overlap_and_one_that_was_missed_is_made_up_for(hosted, tmp_path):
    """Each second, for two and a half; several a minute have no schedule status, and are not past due."""
    with hosted(TICK="* * * * * *", TICK_SECONDS="2.5"):
        until(lambda: len(notes(tmp_path)) >= 4)
        seen = notes(tmp_path)

    assert [item["function"] for item in seen[:4]] == ["tick", "ticked", "tick", "ticked"]
    assert [(item["past_due"], item["status"]) for item in (seen[0], seen[2])] == [(False, {})] * 2
    assert seen[2]["at"] - seen[0]["at"] < 3


def test_runs_by_hand_overlap(hosted, tmp_path):
    with hosted(TICK_SECONDS="2") as host:
        assert [by_hand(host).status_code for _ in range(2)] == [202, 202]
        until(lambda: len(notes(tmp_path)) >= 4)

    assert [item["function"] for item in notes(tmp_path)] == ["tick", "tick", "ticked", "ticked"]


def test_the_first_last_of_a_timer_is_the_beginning_of_time(hosted, tmp_path, blobs, request):
    with hosted(TICK=HOURLY) as host:
        until(blobs.get_blob_client(f"timers/{request.node.name}/tick/status").exists)
        by_hand(host)
        until(lambda: notes(tmp_path))

    first = notes(tmp_path)[0]
    assert (first["past_due"], first["status"]["Last"]) == (False, "0001-01-01T00:00:00+00:00")


def test_what_was_missed_while_no_host_ran_fires_at_once_and_is_past_due(hosted, tmp_path, blobs, request):
    last = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    missed = last + timedelta(hours=1)
    status = {"Last": last.isoformat(), "Next": missed.isoformat(), "LastUpdated": last.isoformat()}
    blobs.upload_blob(f"timers/{request.node.name}/tick/status", json.dumps(status))

    with hosted(TICK=HOURLY):
        until(lambda: notes(tmp_path))

    (first,) = notes(tmp_path)
    assert (first["past_due"], first["status"]["Next"]) == (True, missed.isoformat())


def test_a_timer_fires_on_the_one_host_that_has_its_lock(hosted, tmp_path, blobs, request):
    """The test stands for another host that has it, and then ends."""
    lock = blobs.upload_blob(f"locks/{request.node.name}/tick.Listener", b"").acquire_lease(60)

    with hosted(TICK="* * * * * *", LOCAL_HOST_LOCK_LOOK_SECONDS="0.1") as host:
        until(lambda: by_hand(host))
        until(lambda: notes(tmp_path))
        before = [item["status"] for item in notes(tmp_path)]
        lock.release()
        until(lambda: len(notes(tmp_path)) > len(before))

    assert len(before) == 1


def test_a_frozen_host_whose_timers_another_host_took_over_ends_itself_when_it_wakes(hosted, blobs, request):
    with hosted(LOCAL_HOST_LOCK_RENEWAL_SECONDS="0.5") as host:
        lock = blobs.get_blob_client(f"locks/{request.node.name}/tick.Listener")
        until(lambda: lock.exists() and lock.get_blob_properties().lease.state == "leased")
        host.freeze()
        # As if the lease of the sleeper had run out.
        BlobLeaseClient(lock).break_lease(lease_break_period=0)
        lock.acquire_lease(60)
        host.thaw()

        assert host.wait(30) == 2
