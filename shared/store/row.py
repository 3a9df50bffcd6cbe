"""
Rows: what one of our table entities holds, which keys Table storage takes, and how much fits. No I/O.

Source: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from azure.data.tables import TableEntity
from pydantic import BaseModel, ValidationError

from shared.errors import TooLargeError, UnreadableError

MOST_PROPERTIES = 252
MOST_PROPERTY_UNITS = 32_768
"""UTF-16 code units, two bytes each: 64 KiB."""
MOST_ENTITY_BYTES = 1_048_576
MOST_KEY_UNITS = 512
"""UTF-16 code units of a PartitionKey or RowKey: 1 KiB."""

# "=" escapes, so it is escaped itself; "%" is known to trip SDKs and proxies.
_REFUSED = re.compile(r"[/\\#?%=\x00-\x1f\x7f-\x9f]")
_ESCAPED = re.compile(r"=([0-9A-F]{2})")

M = TypeVar("M", bound=BaseModel)


class Row(NamedTuple):
    """One entity: its keys, one JSON document, and which write made it. A tuple: a look reads and writes dozens."""

    partition: str
    key: str
    # One text for all: a table's own integers have 32 bits, which ids of Content Server need not fit into.
    data: str = ""
    """JSON; "" for a row whose keys say everything."""
    write: str = ""
    """Unique to the write that made it: how a write whose answer was lost is known again."""
    etag: str = ""
    """Empty: not read from the table."""
    written: datetime | None = None
    """By the service's clock. None: not read from the table."""

    def read(self, model: type[M]) -> M:
        """
        Parse the document.

        Raises:
            UnreadableError: it is not what this version writes.
        """
        try:
            return model.model_validate_json(self.data)
        except ValidationError as error:
            message = f"row {self.partition}/{self.key} holds no {model.__name__}"
            raise UnreadableError(message) from error

    def entity(self) -> dict[str, Any]:
        """
        Return what is sent to the table.

        Raises:
            TooLargeError: more than an entity can hold.
        """
        entity = {"PartitionKey": self.partition, "RowKey": self.key, "data": self.data, "write": self.write}
        check_size(entity)
        return entity


def row_of(entity: TableEntity) -> Row:
    """Return the row that was read."""
    return Row(
        partition=entity["PartitionKey"],
        key=entity["RowKey"],
        data=entity.get("data", ""),
        write=entity.get("write", ""),
        etag=str(entity.metadata.get("etag", "")),
        written=entity.metadata.get("timestamp"),
    )


def escape(text: str) -> str:
    """Return the text without the characters that keys refuse; different texts stay different."""
    return _REFUSED.sub(lambda match: f"={ord(match[0]):02X}", text)


def unescape(key: str) -> str:
    """Return the text that was escaped."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), key)


def stamp(at: datetime) -> str:
    """Return a UTC time such that text order is time order: `2026-11-23T15:30:00.000000Z`."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def unstamp(text: str) -> datetime:
    """Return the time of a stamp; the earliest there is for what is none."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)


def check_size(entity: Mapping[str, Any]) -> None:
    """
    Refuse what Table storage would refuse; the emulator does not.

    Raises:
        TooLargeError: names the row, and the property when one is too long.
    """
    if len(entity) - 2 > MOST_PROPERTIES:
        message = f"{_name(entity)} has {len(entity) - 2} properties, {MOST_PROPERTIES} fit"
        raise TooLargeError(message)
    # Source of the sum: https://learn.microsoft.com/archive/blogs/avkashchauhan/how-the-size-of-an-entity-is-caclulated-in-windows-azure-table-storage.
    total = 4
    for name, value in entity.items():
        total += 8 + 2 * len(name)
        if not isinstance(value, str):
            total += 8
            continue
        size = utf16_units(value)
        total += 4 + 2 * size
        most = MOST_KEY_UNITS if name in ("PartitionKey", "RowKey") else MOST_PROPERTY_UNITS
        if size > most:
            message = f"{_name(entity)}: {name} has {size} UTF-16 units, {most} fit"
            raise TooLargeError(message)
    if total > MOST_ENTITY_BYTES:
        message = f"{_name(entity)} has {total} bytes, {MOST_ENTITY_BYTES} fit"
        raise TooLargeError(message)


def utf16_units(text: str) -> int:
    """Count as Table storage does: characters outside the basic plane are two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _name(entity: Mapping[str, Any]) -> str:
    return f"row {str(entity['PartitionKey'])[:100]}/{str(entity['RowKey'])[:100]}"
