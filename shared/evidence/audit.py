"""Requests and responses over many origins: one row an item, as an auditor asks for it. Pure."""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from shared.evidence.history import ItemHistory

Row = dict[str, str | int | float | bool | None]
COLUMNS = (
    *(
        "origin",
        "item",
        "rule",
        "kind",
        "title",
        "responsible",
        "handovers",
        "asked",
        "due",
        "state",
        "ended",
        "response_hours",
    ),
    *("overdue", "completed_by", "acting", "disposition", "refusals", "reason", "documents", "url"),
)
_SIGNS = "=+@\uff1d\uff0b\uff20\ufe66\ufe62\ufe6b\u2212\uff0d\ufe63-"
_UNSEEN = "\u200b-\u200f\u2060\ufeff"
_FORMULA = re.compile(rf"(^|[;,|\t\r\n\"'])([\s{_UNSEEN}]*)([{_SIGNS}])")
"""
What a spreadsheet may take for the beginning of a formula, wherever a cell may begin for it: a list separator of
another locale, a quote, a line's end or a tab in the middle of a text begins one where other rules are read by.
"""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def row_of(item: ItemHistory, today: date) -> Row:
    """
    Write an item as a row.

    Args:
        item: as its history tells it.
        today: UTC: what is open after its due day is overdue.
    """
    return {
        "origin": item.origin,
        "item": item.item,
        "rule": item.rule,
        "kind": item.item_kind,
        "title": item.title,
        "responsible": "; ".join(item.responsible),
        "handovers": "; ".join(map(str, item.handovers)),
        "asked": _iso(item.asked),
        "due": item.due.isoformat() if item.due is not None else None,
        "state": item.state,
        "ended": _iso(item.ended),
        "response_hours": round(item.took / timedelta(hours=1), 2) if item.took is not None else None,
        "overdue": item.is_overdue(today),
        "completed_by": item.completed_by,
        "acting": item.acting,
        "disposition": item.disposition,
        "refusals": item.refusals,
        "reason": item.reason,
        "documents": "; ".join(name for name, _ in item.documents),
        "url": item.url,
    }


def is_asked_for(item: ItemHistory, since: datetime | None, rule: str | None) -> bool:
    """Tell whether an item belongs into an audit: it was asked, or ended, since then; None: whenever, whatever rule."""
    moments = [at for at in (item.asked, item.ended) if at is not None]
    # Without either its task was never made, say because it is held: left out, no audit from a date on would show it.
    recent = since is None or not moments or max(moments) >= since
    return recent and (rule is None or item.rule == rule)


def to_csv(rows: Iterable[Row]) -> str:
    """Write rows as CSV for a spreadsheet: what would be a formula there, in whatever locale, is made text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def to_json(rows: Sequence[Row]) -> str:
    """Write rows as a JSON array."""
    return json.dumps(list(rows), ensure_ascii=False, indent=1)


def _cell(value: str | float | None) -> str | float | None:
    # Source: https://owasp.org/www-community/attacks/CSV_Injection
    if not isinstance(value, str):
        return value
    text = _FORMULA.sub(r"\1\2'\3", _CONTROL.sub("", value))
    return f"'{text}" if text.startswith(("\t", "\r", "\n")) else text


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at is not None else None
