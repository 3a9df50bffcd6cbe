"""manage.py mapping: check a mapping file, print its schema and its fields; what it does, and what a change does."""

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands.mapping_change import apply, replay
from commands.mapping_preview import preview, record
from shared.mapping.language.field_tables import field_tables
from shared.mapping.language.json_schema import schema_text
from shared.mapping.language.load import Examined, examine
from shared.wiring.rules import file_hash

app = typer.Typer(no_args_is_help=True, help="The mapping file.")
for command in (preview, record, replay, apply):
    app.command()(command)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The mapping file.")]


class Format(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


@app.command()
def check(
    file: File = Path("mapping.yaml"),
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as problems.")] = False,
    form: Annotated[Format, typer.Option("--format", help="text, json, or sarif for code scanning.")] = Format.TEXT,
) -> None:
    """Read a mapping and name everything that is wrong with it; ends with 1 if anything is."""
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        typer.echo(f"{file}: not UTF-8: {error.reason} at byte {error.start}")
        raise typer.Exit(1) from error
    examined = examine(text)
    typer.echo(_WRITERS[form](examined, str(file), text, file_hash(content)))
    if examined.mapping is None or (strict and examined.findings):
        raise typer.Exit(1)


def _as_text(examined: Examined, file: str, text: str, digest: str) -> str:
    lines = [finding.shown(file, text) for finding in examined.findings]
    if (mapping := examined.mapping) is None:
        count = len(examined.findings)
        lines.append(f"{count} problem{'s' if count != 1 else ''}: not usable")
    else:
        tasks = sum(len(rule.specs) for rule in mapping.rules)
        lines.append(f"{file}: good: {len(mapping.rules)} rules, {tasks} tasks, hash {digest[:12]}")
    return "\n".join(lines)


def _as_json(examined: Examined, file: str, text: str, digest: str) -> str:
    del text
    told = {
        "file": file,
        "usable": examined.mapping is not None,
        "hash": digest,
        "findings": [asdict(finding) for finding in examined.findings],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _as_sarif(examined: Examined, file: str, text: str, digest: str) -> str:
    """Write SARIF 2.1.0, as code scanning takes it."""
    del text, digest
    results = [
        {
            "ruleId": "mapping",
            "level": "warning" if finding.is_warning else "error",
            "message": {"text": f"{finding.path}: {finding.message}" if finding.path else finding.message},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": file},
                        "region": {"startLine": finding.line, "startColumn": finding.column},
                    }
                }
            ],
        }
        for finding in examined.findings
    ]
    tool = {"driver": {"name": "manage.py mapping check", "rules": [{"id": "mapping"}]}}
    return json.dumps({"version": "2.1.0", "runs": [{"tool": tool, "results": results}]}, ensure_ascii=False, indent=1)


_WRITERS = {Format.TEXT: _as_text, Format.JSON: _as_json, Format.SARIF: _as_sarif}


@app.command()
def schema() -> None:
    """Print the JSON Schema for editors: docs/mapping.schema.json."""
    typer.echo(schema_text(), nl=False)


@app.command()
def fields() -> None:
    """Print the tables of fields: the generated part of docs/mapping.md."""
    typer.echo(field_tables(), nl=False)
