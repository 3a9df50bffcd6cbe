"""The host stand-in's queue triggers, on Azurite."""

import base64
import contextlib
import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from azure.core.exceptions import ResourceExistsError
from azure.storage.queue import QueueClient, TextBase64EncodePolicy

from local.functions_host.keys import Keys
from local.functions_host.process import running_host
from local.serving import bound, port_of
from tests.integration.functions_hosts import until
from tests.integration.tiny_app import NEVER, notes, write_app

NUMBERS = itertools.count()
QUICK = {"LOCAL_HOST_LONGEST_PAUSE_SECONDS": "0.2"}
CUT = {"LOCAL_HOST_GRACE_SECONDS": "0.1"}
BRIEF = {"LOCAL_HOST_MESSAGE_SECONDS": "1"}


class Bench:
    """A queue of its own, the app that reads it, and what the app has seen."""

    def __init__(self, storage, folder, name):
        self.settings = {"AzureWebJobsStorage": storage, "QUEUE": name, "TICK": NEVER, **QUICK}
        self.storage = storage
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
        until(lambda: len(notes(self.app)) >= count)
        return notes(self.app)

    def left(self):
        """Count what is still on the queue, hidden or not."""
        return self.queue.get_queue_properties().approximate_message_count

    def raw_poison(self):
        """Make the poison queue, and give it."""
        with contextlib.suppress(ResourceExistsError):
            self.poison.create_queue()
        return self.poison

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


def test_what_can_not_be_decoded_reaches_no_function_and_ends_in_the_poison_queue(bench):
    """Text that is not base64 goes there at once, as it is; what is not UTF-8 fails in the binding, try after try."""
    bench.raw.send_message("plain text!")
    bench.raw.send_message(base64.b64encode(b"\xff\xfe").decode())

    with bench.host() as host:
        until(lambda: bench.left() == 0)
        bench.queue.send_message("good")
        seen = bench.seen(host, 1)
        log = host.logged()

    assert [item["body"] for item in seen] == ["good"]
    assert bench.poisoned() == 2
    assert (log.count("is not base64"), log.count("work: is not UTF-8")) == (2, 2)


def test_a_whole_batch_moves_to_a_poison_queue_that_is_not_there_yet(bench):
    """Each message finds it missing, and only one of them can make it."""
    for number in range(8):
        bench.raw.send_message(f"plain text {number}!")

    with bench.host():
        until(lambda: bench.left() == 0)

    assert bench.poisoned() == 8


def test_a_message_in_hand_is_away_for_600_s_unless_a_setting_says_otherwise(bench):
    bench.queue.send_message("stamps")

    with bench.host() as host:
        _, (_, _, next_visible) = bench.seen(host, 2)

    away = datetime.fromisoformat(next_visible) - datetime.now(UTC)
    assert timedelta(seconds=550) < away <= timedelta(seconds=600)


def test_when_the_worker_dies_its_work_fails_at_once_and_another_worker_stands(bench):
    """The message is back after visibilityTimeout (none here), one try poorer: not after its 600 s."""
    bench.queue.send_message("survivor")

    with bench.host(WORK_SECONDS="60", **CUT) as host:
        bench.notes(1)
        first = host.worker
        host.kill_worker()
        tries = [item["try"] for item in bench.notes(2)]

        assert (tries, host.worker != first) == ([1, 2], True)


def test_a_host_killed_alone_leaves_an_orphan_that_goes_on_for_a_moment(bench):
    """Its message stays away all the same: nobody deletes it, and nobody shows it."""
    bench.queue.send_message("last words")

    with bench.host(WORK_SECONDS="1") as host:
        bench.notes(1)
        host.kill_host()
        assert [item["body"] for item in bench.notes(2)] == ["last words", "done"]

    assert (bench.left(), list(bench.raw.receive_messages())) == (1, [])


def test_a_poison_function_that_fails_is_tried_again_and_again(bench):
    """More often than maxDequeueCount (two), each time after what a message in hand is hidden for: 600 s in Azure."""
    bench.raw_poison().send_message(base64.b64encode(b"stubborn").decode())

    with bench.host(**BRIEF, NOT_BURIED="stubborn"):
        tries = [item["try"] for item in bench.notes(4)]

    assert (tries, bench.poisoned()) == ([1, 2, 3, 4], 1)


def test_a_host_whose_storage_refuses_connections_ends_itself(bench):
    """After 25 s in Azure."""
    with bound() as nobody:
        away = re.sub(
            r"(Blob|Queue|Table)Endpoint=http://[^/]+",
            rf"\1Endpoint=http://127.0.0.1:{port_of(nobody)}",
            bench.storage,
        )
        with bench.host(AzureWebJobsStorage=away, LOCAL_HOST_REFUSED_SECONDS="0.5") as host:
            code = host.wait(30)

    assert (code, "storage has refused connections" in host.logged()) == (2, True)


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


def test_a_drained_host_takes_no_more_and_lets_all_end(bench):
    bench.queue.send_message("last words")

    with bench.host(WORK_SECONDS="1") as host:
        bench.notes(1)
        drained = httpx.post(f"{host.url}/admin/host/drain", headers={"x-functions-key": Keys().master})
        bench.queue.send_message("too late")
        until(lambda: bench.left() == 1)

    assert (drained.status_code, [item["body"] for item in notes(bench.app)]) == (202, ["last words", "done"])


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

    with bench.host(WORK_SECONDS="60", **CUT) as host, ThreadPoolExecutor() as threads:
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
