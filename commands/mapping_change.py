"""manage.py mapping replay and apply: what a changed mapping decides otherwise, and what it may end."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from commands.asking_first import Yes, ask_first
from commands.session import run
from shared.decisions.differences import differences
from shared.errors import MappingError
from shared.mapping.evaluation.preview import computed
from shared.mapping.language.rules import Mapping
from shared.models.recording import Recording
from shared.models.wanted import Wanted
from shared.recordings.pseudonymise import unanswered
from shared.wiring import Wiring, current

if TYPE_CHECKING:
    from shared.operations.withdraw import Withdrawal

Folder = Annotated[Path, typer.Option("--recordings", exists=True, file_okay=False, help="Made by `record`.")]
Changed = Annotated[Path, typer.Option("--mapping", exists=True, dir_okay=False, help="The changed mapping.")]
Against = Annotated[
    Path | None,
    typer.Option("--against", exists=True, dir_okay=False, help="What to compare with. Default: as it was recorded."),
]
Fail = Annotated[bool, typer.Option("--fail-on-change/--no-fail-on-change", help="Whether a difference ends with 1.")]


def replay(
    recordings: Folder, mapping: Changed = Path("mapping.yaml"), against: Against = None, *, fail: Fail = True
) -> None:
    """
    Run a changed mapping over recorded origins; list what comes out otherwise.

    Exit code 0: nothing does; 1: something does, a file can't be used, or there is none. With --no-fail-on-change a
    difference is 0.
    """
    changed = _load(mapping)
    before = _load(against) if against is not None else None
    files = sorted(recordings.glob("*.json"))
    if not files:
        typer.echo(f"{recordings} holds no recording: `record` makes them", err=True)
        raise typer.Exit(1)
    found = sum(_compared(file, changed, before) for file in files)
    where = f"{len(files)} recording{'' if len(files) == 1 else 's'}"
    typer.echo(f"{found} decision{' differs' if found == 1 else 's differ'} in {where}")
    if found and fail:
        raise typer.Exit(1)


def apply(
    withdraw: Annotated[str, typer.Option("--withdraw", help="Id of the rule whose released tasks are ended.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list them.")] = False,
    yes: Yes = False,
) -> None:
    """End the tasks of a rule that the mapping no longer asks for: completed with a note, origin by origin."""
    from shared.operations.withdraw import withdraw_rule  # noqa: PLC0415 - brings the Graph SDK, which `check` does not need

    ask_first(f"End all released tasks of rule {withdraw!r}, with a note?", yes=yes or dry_run)

    async def work(wiring: Wiring) -> tuple["Withdrawal", ...]:
        return await withdraw_rule(withdraw, wiring.services(), dry_run=dry_run)

    told = run(work)
    for one in told:
        typer.echo(f"{one.origin} {one.item} task {one.task_id}: {one.outcome}")
    done = sum(one.outcome in ("withdrawn", "would be withdrawn") for one in told)
    typer.echo(f"{done} of {len(told)} released tasks of rule {withdraw!r} {'would be ' if dry_run else ''}withdrawn")
    if done < len(told) or not told:
        raise typer.Exit(1)


def _compared(file: Path, changed: Mapping, before: Mapping | None) -> int:
    """Print what differs for one recording; return how much."""
    recording = _read(file)
    old = computed(before, recording) if before is not None else _as_recorded(file, recording)
    found = differences(old, computed(changed, recording))
    for difference in found:
        typer.echo(f"{recording.origin.key} {difference}")
    for missing in unanswered(changed, recording):
        typer.echo(f"{recording.origin.key} ! not recorded, so nobody is found: {missing}")
    return len(found)


def _as_recorded(file: Path, recording: Recording) -> Wanted:
    if recording.wanted is None:
        typer.echo(f"{file} does not say what was decided: give --against a mapping", err=True)
        raise typer.Exit(1)
    return recording.wanted


def _read(file: Path) -> Recording:
    try:
        return Recording.model_validate_json(file.read_text(encoding="utf-8"))
    except ValidationError as error:
        typer.echo(
            f"{file} is no recording: {error.error_count()} faults, the first at {error.errors()[0]['loc']}", err=True
        )
        raise typer.Exit(1) from error


def _load(file: Path) -> Mapping:
    try:
        return current().rules(str(file.resolve())).mapping
    except MappingError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
