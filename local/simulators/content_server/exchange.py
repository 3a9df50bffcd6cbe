"""
Read what was asked, write what is answered.

Three encodings, each refused where another is due: A a plain form, B a form whose one field `body` holds JSON,
C multipart with a file. A JSON body is none of them: its arguments are not seen.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

from local.in_process.transport import Answer, Query

UNSEEN = (
    "Sorry, the item you requested could not be accessed. Either it does not exist or you do not have permission to "
    "access it. If you were sent a link to this item, please contact the sender for assistance."
)
UNMAPPED = "The REST API URL could not be found in the mappings registry"


class RefusedCall(Exception):  # noqa: N818 - it is an answer, not a mistake of ours
    """An answer other than 200."""

    def __init__(self, status: int, text: str, *, detail: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.detail = detail
        self.headers = headers or {}

    def answer(self) -> Answer:
        """Render as Content Server does."""
        payload = {"error": self.text}
        if self.detail:
            payload["errorDetail"] = self.detail
        status, headers, body = answer(payload, self.status)
        return status, {**headers, **self.headers}, body


@dataclass
class Upload:
    """The file part of a multipart body."""

    name: str
    mime_type: str
    content: bytes


@dataclass
class Call:
    """One request of one known user."""

    method: str
    query: Query
    headers: Mapping[str, str]
    body: bytes
    args: list[str] = field(default_factory=list)
    """What stands in the path's open places."""
    user: int = 0
    session: int = 0

    def number(self, place: int, name: str = "id") -> int:
        """
        Read an open place of the path as an id.

        Raises:
            RefusedCall: it is no number.
        """
        return as_number(self.args[place], name)

    def first(self, name: str, default: str = "") -> str:
        """Read a parameter of the query."""
        return next((value for key, value in self.query if key == name), default)

    def every(self, name: str) -> tuple[str, ...]:
        """Read a repeated parameter of the query."""
        return tuple(value for key, value in self.query if key == name)

    def has(self, name: str) -> bool:
        """Tell whether a parameter without a value was given."""
        return any(key == name for key, _ in self.query)

    def form(self) -> dict[str, list[str]]:
        """Read style A. A body in another style has no fields."""
        kind = self.headers.get("content-type", "")
        if kind.startswith("application/x-www-form-urlencoded"):
            return parse_qs(self.body.decode(), keep_blank_values=True)
        if kind.startswith("multipart/form-data"):
            return {name: [text] for name, text in _multipart(kind, self.body)[0].items()}
        return {}

    def field(self, name: str) -> str:
        """
        Read a field that must be there.

        Raises:
            RefusedCall: 500, as for every missing argument.
        """
        values = self.form().get(name)
        if not values:
            raise RefusedCall(500, f"Missing required parameter '{name}'")
        return values[0]

    def json_field(self, name: str = "body") -> dict[str, Any]:
        """
        Read style B.

        Raises:
            RefusedCall: 500 when the field is missing, 400 when it holds no JSON object.
        """
        try:
            value = json.loads(self.field(name))
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise RefusedCall(400, "One or more parameters are invalid")
        return value

    @property
    def has_upload(self) -> bool:
        """Whether it came in style C, with a file."""
        kind = self.headers.get("content-type", "")
        return kind.startswith("multipart/form-data") and _multipart(kind, self.body)[1] is not None

    def upload(self) -> Upload:
        """
        Read style C's file.

        Raises:
            RefusedCall: 500, there is none.
        """
        kind = self.headers.get("content-type", "")
        file = _multipart(kind, self.body)[1] if kind.startswith("multipart/form-data") else None
        if file is None:
            raise RefusedCall(500, "Missing required parameter 'file'")
        return file


def _multipart(kind: str, body: bytes) -> tuple[dict[str, str], Upload | None]:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    fields: dict[str, str] = {}
    upload: Upload | None = None
    for part in message.iter_parts() if message.is_multipart() else ():
        name = str(part.get_param("name", "", header="content-disposition"))
        content = part.get_payload(decode=True)
        data = content if isinstance(content, bytes) else b""
        if name == "file":
            upload = Upload(part.get_filename() or "", part.get_content_type(), data)
        else:
            fields[name] = data.decode()
    return fields, upload


def as_number(text: str, name: str) -> int:
    """
    Read an id, which may come as a string.

    Raises:
        RefusedCall: 400, it is none.
    """
    try:
        return int(text)
    except (TypeError, ValueError):
        raise RefusedCall(400, f"Invalid datatype specified for argument '{name}'") from None


def answer(payload: object, status: int = 200) -> Answer:
    """Answer JSON."""
    return status, {"content-type": "application/json; charset=UTF-8"}, json.dumps(payload).encode()


def results(value: object, **more: object) -> Answer:
    """Answer as version 2 of the interface does."""
    return answer({"links": {"data": {}}, "results": value, **more})


@lru_cache(maxsize=256)
def fields_wanted(fields: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Read `fields=properties{id,name}`: section → its fields, none of them named: all."""
    wanted: dict[str, tuple[str, ...]] = {}
    for entry in fields:
        section, _, inner = entry.partition("{")
        wanted[section.strip()] = tuple(part.strip() for part in inner.rstrip("} ").split(",") if part.strip())
    return wanted


def chosen(properties: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Leave only the fields that were asked for."""
    return {name: properties[name] for name in names if name in properties} if names else properties


@dataclass
class Page:
    """A part of a list, and where it stands in it."""

    limit: int
    number: int
    total: int

    @classmethod
    def of(cls, call: Call, total: int, *, default: int, most: int) -> "Page":
        """
        Read limit and page; a limit that is too large is silently lowered.

        Raises:
            RefusedCall: 400, no number or below 1.
        """
        limit = as_number(call.first("limit", str(default)), "limit")
        number = as_number(call.first("page", "1"), "page")
        if limit < 1 or number < 1:
            raise RefusedCall(400, f"Could not set feature Page Number, the value {number} is less than the minimum")
        return cls(min(limit, most), number, total)

    @property
    def start(self) -> int:
        """Index of the first one."""
        return (self.number - 1) * self.limit

    @property
    def stop(self) -> int:
        """Index behind the last one."""
        return min(self.start + self.limit, self.total)

    def paging(self) -> dict[str, Any]:
        """Render; `actions.next` is there as long as there is more."""
        paging: dict[str, Any] = {
            "limit": self.limit,
            "page": self.number,
            "page_total": -(-self.total // self.limit),
            "range_min": min(self.start + 1, self.total),
            "range_max": self.stop,
            "total_count": self.total,
        }
        if self.stop < self.total:
            paging["actions"] = {"next": {"href": f"?limit={self.limit}&page={self.number + 1}", "method": "GET"}}
        return paging
