"""
The alert rules of infra/, asked as Azure Monitor asks them: every so often, over a window, by their own query.

Rules and queries are read from the template. KQL is run by duckdb-kql: a library of its own, not ours.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import duckdb_kql

from tests.outages.exported import Row
from tests.unit.infra.bicep import INFRA, properties, read, text

_TABLES = {
    "customMetrics": {
        "timestamp": "TIMESTAMP",
        "name": "VARCHAR",
        "value": "DOUBLE",
        "valueCount": "INTEGER",
        "valueSum": "DOUBLE",
        "valueMin": "DOUBLE",
        "valueMax": "DOUBLE",
        "customDimensions": "JSON",
    },
    "traces": {"timestamp": "TIMESTAMP", "message": "VARCHAR", "customDimensions": "JSON"},
    "FunctionAppLogs": {
        "timestamp": "TIMESTAMP",
        "Level": "VARCHAR",
        "Category": "VARCHAR",
        "Message": "VARCHAR",
        "FunctionName": "VARCHAR",
    },
}
_OPERATORS = {
    "GreaterThan": lambda value, threshold: value > threshold,
    "GreaterThanOrEqual": lambda value, threshold: value >= threshold,
    "LessThan": lambda value, threshold: value < threshold,
    "LessThanOrEqual": lambda value, threshold: value <= threshold,
}


@dataclass(frozen=True)
class AlertRule:
    """One scheduled query rule."""

    name: str
    query: str
    column: str
    operator: str
    threshold: float
    every: timedelta
    window: timedelta
    severity: int

    def is_due(self, since: timedelta) -> bool:
        """Tell whether it is evaluated then."""
        return since % self.every == timedelta()

    @cached_property
    def sql(self) -> str:
        """The query, for DuckDB."""
        return str(duckdb_kql.to_sql(self.query))


class Insights:
    """The tables that alerts ask, as Application Insights and Log Analytics hold them."""

    def __init__(self) -> None:
        self._connection = duckdb_kql.connect()
        self._connection.execute("SET TimeZone='UTC'")
        for table, columns in _TABLES.items():
            kinds = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            self._connection.execute(f"CREATE TABLE every_{table}({kinds})")

    def add(self, rows: Iterable[Row]) -> None:
        """Take what was sent."""
        for row in rows:
            if (columns := _TABLES.get(row["table"])) is not None:
                marks = ", ".join("?" * len(columns))
                values = [_value(row.get(name)) for name in columns]
                self._connection.execute(f"INSERT INTO every_{row['table']} VALUES ({marks})", values)  # noqa: S608 - ours

    def fires(self, rule: AlertRule, now: datetime) -> bool:
        """
        Ask a rule's query over its window; the largest value of its column decides.

        An answer without a value fires nothing.
        Source: https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule
        """
        begin, end = (at.replace(tzinfo=None).isoformat() for at in (now - rule.window, now))
        for table in _TABLES:
            within = f"SELECT * FROM every_{table} WHERE timestamp > '{begin}' AND timestamp <= '{end}'"  # noqa: S608 - ours
            self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS {within}")
        answer = self._connection.execute(rule.sql)
        place = [column[0] for column in answer.description or ()].index(rule.column)
        values = [row[place] for row in answer.fetchall() if row[place] is not None]
        return bool(values) and _OPERATORS[rule.operator](max(values), rule.threshold)


def _value(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict) else value


def alert_rules() -> tuple[AlertRule, ...]:
    """Read the rules of the template, with the defaults of its parameters."""
    rules = read("app/alerts.bicep")["variables"]["rules"].expression
    objects = [child for child in rules.named_children if child.type == "object"]
    return tuple(_rule({name: text(node) for name, node in properties(one).items()}) for one in objects)


def _rule(given: dict[str, str]) -> AlertRule:
    (file,) = re.findall(r"loadTextContent\('\.\./(.+)'\)", given["query"])
    plain = {name: value.strip("'") for name, value in given.items()}
    return AlertRule(
        name=plain["name"],
        query=(INFRA / file).read_text(),
        column=plain["column"],
        operator=plain["operator"],
        threshold=_number(plain["threshold"]),
        every=_duration(plain["every"]),
        window=_duration(plain["window"]),
        severity=int(plain["severity"]),
    )


def _number(written: str) -> float:
    if written.isdecimal():
        return float(written)
    default = read("main.bicep")["params"][{"lagSeconds": "alertLagSeconds"}[written]].expression
    return float(text(default))


def _duration(written: str) -> timedelta:
    match = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?", written)
    assert match is not None, written
    return timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0))
