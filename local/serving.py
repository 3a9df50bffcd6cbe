"""Serve an ASGI application on this machine, for the length of a block."""

import asyncio
import contextlib
import socket
import sys
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
        yield f"http://{LOOPBACK}:{port_of(sock)}"
    finally:
        server.should_exit = True
        await task
        sock.close()


def bound(port: int = 0) -> socket.socket:
    """
    Take a port without listening there: connections are refused.

    Args:
        port: 0 takes a free one.

    Raises:
        OSError: somebody listens there.
    """
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((LOOPBACK, port))
    except OSError:
        taken.close()
        raise
    return taken


def port_of(taken: socket.socket) -> int:
    """Return the port that a socket is bound to."""
    return int(taken.getsockname()[1])


@contextlib.contextmanager
def held_port() -> Iterator[int]:
    """
    Keep a free port for the length of a block: nobody gets it by chance, and whoever was told of it may listen there.

    A port that was only found free may be another's, or a client's, by the time it is opened.
    """
    with bound() as taken:
        port = port_of(taken)
        if sys.platform != "linux":
            # Other systems let nobody listen where a socket is bound, whoever it is kept for.
            taken.close()
        yield port


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Uvicorn would send the signal again at its end: nothing after it would be closed.
        yield
