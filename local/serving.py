"""Serve an ASGI application on this machine, for the length of a block."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp

LOOPBACK = "127.0.0.1"


@contextlib.asynccontextmanager
async def serving(application: ASGIApp, port: int) -> AsyncIterator[str]:
    """
    Serve it on 127.0.0.1, and give its address, without a slash at the end.

    Args:
        application: it says itself what time it is: no `Date` is added.
        port: 0 takes a free one.

    Raises:
        OSError: the port is taken.
    """
    # The simulators tell their own time: a second `Date` of the machine's would stand before it.
    config = uvicorn.Config(application, log_level="warning", timeout_keep_alive=75, lifespan="off", date_header=False)
    server = _Server(config)
    sock = socket.create_server((LOOPBACK, port))
    task = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        yield f"http://{LOOPBACK}:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        sock.close()


def free_port() -> int:
    """Find a port that nobody listens on now."""
    with socket.create_server((LOOPBACK, 0)) as sock:
        return int(sock.getsockname()[1])


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Uvicorn would send the signal again at its end: nothing after it would be closed.
        yield
