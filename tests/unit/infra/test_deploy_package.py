"""Without azd a package is deployed as it was built: by what azd sends itself, and not by what has Azure build anew."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.unit.infra.bicep import INFRA

AZ = """#!/bin/sh
case "$*" in "account get-access-token --resource https://management.azure.com"*) echo a-token ;; *) exit 9 ;; esac
"""


class Site(HTTPServer):
    """As much of a deployment site as azd's own client asks of it. `answers` are given in turn, the last for ever."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Request)
        self.sent: list[tuple[str, str | None, str | None, bytes]] = []
        self.answers: list[tuple[int, object]] = []


class Request(BaseHTTPRequestHandler):
    server: Site

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.sent.append((self.path, self.headers["Authorization"], self.headers["Content-Type"], body))
        self.say(202, "number-1")

    def do_GET(self):
        answers = self.server.answers
        self.say(*(answers.pop(0) if len(answers) > 1 else answers[0]))

    def say(self, status, body):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def deploy(tmp_path):
    (tmp_path / "az").write_text(AZ)
    (tmp_path / "az").chmod(0o755)
    (tmp_path / "bridge.zip").write_bytes(b"PK")
    server = Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def run(*answers):
        server.answers = list(answers)
        site = f"http://127.0.0.1:{server.server_port}"
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "DEPLOY_SITE": site, "DEPLOY_POLL_SECONDS": "0"}
        command = [sys.executable, str(INFRA / "deploy_package.py"), str(tmp_path / "bridge.zip")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
        return done, server.sent

    yield run
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_zip_is_sent_with_ones_own_sign_in_and_no_build_is_asked_for(deploy):
    done, sent = deploy((404, ""), (200, {"status": 0}), (200, {"status": 2}), (200, {"status": 4}))

    assert (done.returncode, done.stdout) == (0, "deployed\n")
    assert sent == [("/api/publish", "Bearer a-token", "application/zip", b"PK")]


def test_a_deployment_whose_worker_is_gone_at_the_end_is_deployed(deploy):
    """The client of azd notes it: the site answers 404 once the worker that deployed was taken away."""
    done, _ = deploy((200, {"status": 2}), (404, ""))

    assert (done.returncode, done.stdout) == (0, "deployed\n")


@pytest.mark.parametrize(
    "status",
    [
        pytest.param(3, id="failed"),
        pytest.param(5, id="another-is-running"),
        pytest.param(6, id="partly"),
        pytest.param(-1, id="cancelled"),
    ],
)
def test_what_did_not_succeed_is_told(deploy, status):
    done, _ = deploy((200, {"status": status, "status_text": "why"}))

    assert done.returncode == 1
    assert "not deployed" in done.stdout
    assert "why" in done.stdout


def test_a_refusal_is_told(deploy):
    done, _ = deploy((403, ""))

    assert done.returncode == 1
    assert "403" in done.stderr
