"""
The line between host and worker: frames of JSON over a pair of sockets, as the real two speak gRPC.

When one end dies the other reads the end of the line: that is how each learns of the other's death.
"""

import asyncio
import base64
import json
import socket
from collections.abc import Mapping
from typing import Any

from azure_functions_runtime.bindings.datumdef import Datum

_LENGTH_BYTES = 8


class Channel:
    """One end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, frame: Mapping[str, Any]) -> None:
        """Put a frame on its way. Lost when the other end has died, which `receive` tells."""
        text = json.dumps(frame).encode()
        self._writer.write(len(text).to_bytes(_LENGTH_BYTES) + text)

    async def receive(self) -> dict[str, Any] | None:
        """Wait for a frame. None: the other end has died."""
        try:
            length = int.from_bytes(await self._reader.readexactly(_LENGTH_BYTES))
            frame: dict[str, Any] = json.loads(await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        return frame

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def open_channel(end: socket.socket) -> Channel:
    """Speak over one end of a pair of sockets."""
    return Channel(*await asyncio.open_unix_connection(sock=end))


def packed(value: Any) -> Any:  # noqa: ANN401 - see below, and JSON
    """Turn a value of the worker's library into JSON. It has several classes of them, alike in type and value."""
    if value is None:
        return None
    content = value.value
    if isinstance(content, bytes):
        content = base64.b64encode(content).decode()
    elif isinstance(content, dict):
        # Cookies are not served.
        content = {name: _packed_part(part) for name, part in content.items() if name != "cookies"}
    return {"type": value.type, "value": content}


def unpacked(frame: Any) -> Datum | None:  # noqa: ANN401 - JSON
    """Turn JSON back into a value of the worker's library."""
    if frame is None:
        return None
    content = frame["value"]
    if frame["type"] == "bytes":
        content = base64.b64decode(content)
    elif isinstance(content, dict):
        content = {name: _unpacked_part(part) for name, part in content.items()}
    return Datum(content, frame["type"])


def _packed_part(part: Any) -> Any:  # noqa: ANN401 - a value, or values by name
    return {"parts": {name: packed(one) for name, one in part.items()}} if isinstance(part, dict) else packed(part)


def _unpacked_part(part: Any) -> Any:  # noqa: ANN401 - the same
    return unpacked(part) if "parts" not in part else {name: unpacked(one) for name, one in part["parts"].items()}
