"""A queue message as the function gets it. Pure."""

import base64
import binascii
import json
from datetime import datetime

from azure.storage.queue import QueueMessage
from azure_functions_runtime.bindings.datumdef import Datum


class NotDecodableError(Exception):
    """The text is not what host.json's messageEncoding says, or is not UTF-8."""


def decode(content: str, encoding: str) -> bytes:
    """
    Decode the text of a message.

    Raises:
        NotDecodableError: it is not base64: poison at once, no function is asked.
    """
    if encoding == "none":
        return content.encode()
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except binascii.Error as error:
        message = "is not base64"
        raise NotDecodableError(message) from error


def text_of(body: bytes) -> str:
    """
    Read the body as text, as the host's binding does.

    Raises:
        NotDecodableError: it is not UTF-8: a failed try like any other, though no function was asked.
    """
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        message = "is not UTF-8"
        raise NotDecodableError(message) from error


def metadata(message: QueueMessage) -> dict[str, Datum]:
    """Give what the function may ask of a message beside its text."""
    times = {
        "InsertionTime": message.inserted_on,
        "ExpirationTime": message.expires_on,
        "NextVisibleTime": message.next_visible_on,
    }
    return {
        "Id": Datum(message.id, "string"),
        "PopReceipt": Datum(message.pop_receipt, "string"),
        "DequeueCount": Datum(str(message.dequeue_count), "json"),
        **{name: Datum(json.dumps(_stamp(moment)), "json") for name, moment in times.items()},
    }


def _stamp(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00") if moment else None
