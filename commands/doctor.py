"""manage.py doctor: what is asked of the systems to find out what the rules can't use."""

import json
from pathlib import Path
from typing import Annotated

import typer

from commands.app_doors import through_app
from commands.session import run
from shared.models.doors import DoctorAnswer, FindingShown
from shared.operations.doctor import examine
from shared.operations.findings import Verdict
from shared.wiring import Wiring
from shared.wiring.rules import load_rules

FAILS = 1
"""Exit code."""
File = Annotated[Path | None, typer.Option("--mapping", help="Compare this file with the app's mapping.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: one JSON document.")]


def doctor(*, mapping: File = None, as_json: AsJson = False) -> None:
    """Ask every system for what the rules really use, and say what mends it. Exit code 1: something fails."""

    async def work(wiring: Wiring) -> tuple[FindingShown, ...]:
        found = await examine(wiring, None if mapping is None else load_rules(str(mapping.resolve())).hash)
        return tuple(FindingShown(**one.as_json()) for one in found)

    doors = through_app()
    if doors is not None and mapping is not None:
        raise typer.BadParameter("--mapping needs this machine's settings: leave --app out")  # noqa: EM101
    found = run(work) if doors is None else doors.get("doctor", DoctorAnswer).findings
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found], ensure_ascii=False))
    else:
        for one in found:
            typer.echo(f"{one.verdict:<4} {one.name}: {one.text}")
            if one.remedy:
                typer.echo(f"     {one.remedy}")
    raise typer.Exit(FAILS if any(one.verdict == Verdict.FAIL for one in found) else 0)
