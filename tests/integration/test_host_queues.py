"""The host stand-in's queue triggers, on Azurite."""

import contextlib
import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from azure.core.exceptions import ResourceExistsError
from azure.storage.queue import QueueClient, TextBase64EncodePolicy

from local.functions_host.process import running_host
from tests.integration.functions_hosts import until
from tests.integration.tiny_app import NEVER, write_app

NUMBERS = itertools.count()
QUICK = {"LOCAL_HOST_LONGEST_PAUSE_SECONDS": "0.2"}
BRIEF = {"LOCAL_HOST_MESSAGE_SECONDS": "1"}


class Bench:
    """A queue of its own, the app that reads it, and what the app has seen."""

    def __init__(self, storage: str, folder: Path, name: str) -> None:
        self.settings = {"AzureWebJobsStorage": storage, "QUEUE": name, "TICK": NEVER, **QUICK}
        self.app = write_app(folder)
        self.log = folder / "log"
        self.queue = QueueClient.from_connection_string(storage, name, message_encode_policy=TextBase64EncodePolicy())
        self.raw = QueueClient.from_connection_string(storage, name)
        self.poison = QueueClient.from_connection_string(storage, f"{name}-poison")
        with contextlib.suppress(ResourceExistsError):
            self.queue.create_queue()

    def host(self, **settings):
        return running_host(self.app, self.log, settings={**self.settings, **settings})

    def seen(self, host, count):
        """Wait until the worker that stands has seen so many things."""
        return httpx.get(f"{host.url}/api/seen/{count}", timeout=60).json()

    def notes(self, count):
        """Wait until so many things were seen by whatever worker."""
        file = self.app / "notes.jsonl"
        until(lambda: file.exists() and file.read_text().count("\n") >= count)
        return [json.loads(line) for line in file.read_text().splitlines()]

    def left(self):
        """Count what is still on the queue, hidden or not."""
        return self.queue.get_queue_properties().approximate_message_count

    def poisoned(self):
        """Count what is on the poison queue, hidden or not."""
        return self.poison.get_queue_properties().approximate_message_count


@pytest.fixture
def bench(storage, tmp_path):
    made = Bench(storage, tmp_path, f"bench-{next(NUMBERS)}")
    yield made
    for client in (made.queue, made.raw, made.poison):
        client.close()


def test_a_message_runs_once_and_is_gone(bench):
    bench.queue.send_message("good, Größe")

    with bench.host() as host:
        assert bench.seen(host, 1) == [{"function": "work", "body": "good, Größe", "try": 1, "running": 1}]

    assert bench.left() == 0


def test_a_message_that_keeps_failing_ends_in_the_poison_queue(bench):
    """host.json of the small app: two tries, no pause between them."""
    bench.queue.send_message("bad")

    with bench.host() as host:
        seen = bench.seen(host, 3)

    assert [(item["function"], item["body"], item["try"]) for item in seen] == [
        ("work", "bad", 1),
        ("work", "bad", 2),
        ("bury", "bad", 1),
    ]
    assert bench.left() == 0


def test_text_that_is_not_base64_is_poison_without_a_try(bench):
    """It arrives there as it was, where the poison function can't read it either: it stays."""
    bench.raw.send_message("plain text!")
    bench.queue.send_message("good")

    with bench.host() as host:
        assert [item["body"] for item in bench.seen(host, 1)] == ["good"]

    assert (bench.left(), bench.poisoned()) == (0, 1)


def test_a_message_stays_hidden_as_long_as_its_function_runs(bench):
    """It runs for two and a half times what it is hidden for at first."""
    bench.queue.send_message("long")

    with bench.host(**BRIEF, WORK_SECONDS="2.5") as host:
        bench.seen(host, 1)
        bench.queue.send_message("next")
        bench.queue.send_message("last")
        seen = bench.seen(host, 3)

    assert sorted(item["body"] for item in seen) == ["last", "long", "next"]
    assert bench.left() == 0


def test_the_message_of_a_killed_host_comes_back(bench):
    bench.queue.send_message("orphan")

    with bench.host(**BRIEF, WORK_SECONDS="60") as host:
        bench.seen(host, 1)
        host.kill()
    with bench.host(**BRIEF) as second:
        assert [(item["body"], item["try"]) for item in bench.seen(second, 1)] == [("orphan", 2)]


def test_at_the_end_a_running_function_finishes_first(bench):
    bench.queue.send_message("slow")

    with bench.host(WORK_SECONDS="0.5") as host:
        bench.seen(host, 1)
        code = host.stop()

    assert (code, bench.left()) == (0, 0)


def test_no_more_run_at_once_than_host_json_allows(bench):
    """Two a batch, and another batch only when one at most is running: three."""
    for number in range(8):
        bench.queue.send_message(str(number))

    with bench.host(WORK_SECONDS="0.05") as host:
        seen = bench.seen(host, 8)

    assert max(item["running"] for item in seen) <= 3


def test_function_timeout_ends_the_worker_and_all_that_is_in_it(bench):
    """The request is over time first, and the message's function dies with it; the host learns of that later."""
    shorter = (bench.app / "host.json").read_text().replace("00:00:30", "00:00:03")
    (bench.app / "host.json").write_text(shorter)

    with bench.host(WORK_SECONDS="60") as host, ThreadPoolExecutor() as threads:
        worker = host.worker
        late = threads.submit(httpx.get, f"{host.url}/api/slow?seconds=60", timeout=60)
        bench.notes(1)
        bench.queue.send_message("endless")
        notes = bench.notes(3)

        assert late.result().status_code == 500
        assert host.worker != worker

    assert [(item["function"], item.get("try")) for item in notes] == [("slow", None), ("work", 1), ("work", 2)]


def test_what_still_runs_when_the_grace_is_over_is_left_to_the_next_host(bench):
    bench.queue.send_message("endless")

    with bench.host(LOCAL_HOST_GRACE_SECONDS="0.2", WORK_SECONDS="60") as host:
        bench.seen(host, 1)
        code = host.stop()

    assert (code, bench.left()) == (0, 1)
