"""manage.py mapping check: what is wrong with a file, and, asked live, with the names that it uses."""

import json
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from commands.session import run
from shared.mapping.language.load import Examined, Severity, examine
from shared.wiring import Wiring, current
from shared.wiring.rules import file_hash

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The mapping file.")]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings count as problems; notes never do.")]
Live = Annotated[
    bool, typer.Option("--live", help="Ask OpenText, Planner and the directory for every name. Writes nothing.")
]


class Format(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


Form = Annotated[Format, typer.Option("--format", help="text, json, or sarif for code scanning.")]


def check(
    file: File = Path("mapping.yaml"), *, strict: Strict = False, live: Live = False, form: Form = Format.TEXT
) -> None:
    """Read a mapping and name all that is wrong with it. Exit code 0: good; 1: not, or it could not be asked."""
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        typer.echo(f"{file}: not UTF-8: {error.reason} at byte {error.start}")
        raise typer.Exit(1) from error
    examined = examine(text, current().for_mappings())
    if live and examined.mapping is not None:
        examined = _asked(examined)
    typer.echo(_WRITERS[form](examined, str(file), text, file_hash(content)))
    if examined.mapping is None or any(one.severity in _FAILS[strict] for one in examined.findings):
        raise typer.Exit(1)


_FAILS = {False: {Severity.ERROR}, True: {Severity.ERROR, Severity.WARNING}}
"""What ends with 1, by --strict."""


def _asked(examined: Examined) -> Examined:
    from shared.operations.live.check import check_live  # noqa: PLC0415 - brings the Graph SDK, which `check` does not need

    async def work(wiring: Wiring) -> Examined:
        return await check_live(examined, wiring.outside(), wiring.settings().opentext_act_as)

    return run(work)


def _as_text(examined: Examined, file: str, text: str, digest: str) -> str:
    lines = [finding.shown(file, text) for finding in examined.findings]
    count = sum(one.severity is Severity.ERROR for one in examined.findings)
    counted = f"{count} problem{'s' if count != 1 else ''}"
    if (mapping := examined.mapping) is None:
        lines.append(f"{counted}: not usable")
    else:
        tasks = sum(len(rule.specs) for rule in mapping.rules)
        verdict = f"{counted} with what the systems hold" if count else "good"
        rules = f"{len(mapping.rules)} rule{'s' if len(mapping.rules) != 1 else ''}"
        lines.append(f"{file}: {verdict}: {rules}, {tasks} task{'s' if tasks != 1 else ''}, hash {digest[:12]}")
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
            "level": finding.severity.value,
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


_Writer: TypeAlias = Callable[[Examined, str, str, str], str]
_WRITERS: dict[Format, _Writer] = {Format.TEXT: _as_text, Format.JSON: _as_json, Format.SARIF: _as_sarif}
