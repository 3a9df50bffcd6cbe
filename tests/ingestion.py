"""The other side of Azure Monitor's exporters: a server on this machine, in the place of `IngestionEndpoint`."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Ingestion(ThreadingHTTPServer):
    """Keeps what is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.sent: list[bytes] = []
        """The bodies, unpacked: JSON arrays of envelopes."""

    @property
    def where(self) -> str:
        """The connection string that leads here."""
        return (
            "InstrumentationKey=00000000-0000-0000-0000-000000000001;"
            f"IngestionEndpoint=http://127.0.0.1:{self.server_port}/"
        )


class _Door(BaseHTTPRequestHandler):
    """Takes what is sent, as Azure's own endpoint does."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
        assert isinstance(self.server, Ingestion)
        self.server.sent.append(body)
        count = body.count(b"iKey")
        answer = json.dumps({"itemsReceived": count, "itemsAccepted": count, "errors": []}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def ingestion() -> Iterator[Ingestion]:
    """Let it take requests."""
    server = Ingestion()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
