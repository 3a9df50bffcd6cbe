"""manage.py conform: ask the real systems for what we believe of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.asking_first import Yes, ask_first
from commands.plain import section
from commands.progress import progress_bar
from commands.session import run
from shared.conformance.beliefs import Belief, Needs, read_beliefs
from shared.conformance.observed import Verdict
from shared.conformance.requests import count_made, read_requests
from shared.errors import InputError

if TYPE_CHECKING:
    from shared.conformance.pointing import Wishes
    from shared.conformance.report import Report
    from shared.conformance.run import Result
    from shared.conformance.sandbox import Sandbox
    from shared.mapping.language.rules import Mapping
    from shared.settings import Settings
    from shared.wiring import Wiring

FAILED = 1
"""Exit code: something differs, or is left."""
Plan = Annotated[str | None, typer.Option("--plan", help="Planner's id of a plan that is there for this alone.")]
Workspace = Annotated[
    int | None, typer.Option("--workspace", help="Node id of a workspace that is there for this alone.")
]
Map = Annotated[
    int | None,
    typer.Option("--workflow-map", help="Node id of the map of docs/first-day.md. Default: no workflow is run."),
]
Assignees = Annotated[
    list[str] | None,
    typer.Option(
        "--assignee", help="Address of somebody who agreed to be assigned; twice for two. Planner may write to them."
    ),
]
Performer = Annotated[
    str, typer.Option("--performer", help="Login of somebody in OpenText who agreed to be acted for.")
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only", help="A belief, or graph, planner, content-server, workflow, otds; may be given several times."
    ),
]
ReadOnly = Annotated[bool, typer.Option("--read-only", help="Write nothing, whatever was named.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Print the requests, and send none.")]
Rate = Annotated[float, typer.Option("--rate", min=0.1, max=1000, help="Requests a second at most.")]
Json = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", dir_okay=False, help="Write the report here, to be sent.")
]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", dir_okay=False, help="Write the report here, to be read.")
]


_FIELDS = {Needs.PLAN: "plan", Needs.WORKSPACE: "workspace", Needs.WORKFLOW: "workflow_map"}


@dataclass(frozen=True)
class _Ways:
    """How it is done."""

    yes: bool
    rate: float


def conform(
    *,
    plan: Plan = None,
    workspace: Workspace = None,
    workflow_map: Map = None,
    assignee: Assignees = None,
    performer: Performer = "",
    only: Only = None,
    read_only: ReadOnly = False,
    dry_run: Dry = False,
    yes: Yes = False,
    rate: Rate = 4.0,
    json_file: Json = None,
    html_file: Html = None,
) -> None:
    """
    Ask the systems for what we believe of them. Without a sandbox it only reads.

    Exit code 0: all that could be asked is as believed; 1: something differs, or could not be taken away.
    """
    from shared.conformance.pointing import Wishes  # noqa: PLC0415 - brings the Graph SDK

    wishes = Wishes(
        plan, workspace, workflow_map, tuple(assignee or ()), performer, tuple(only or ()), read_only=read_only
    )
    beliefs = _chosen(wishes)
    if dry_run:
        for line in _requests(beliefs):
            typer.echo(line)
        return
    report = _asked(beliefs, wishes, _Ways(yes, rate))
    _write(report, json_file, html_file)
    for line in _summary(report):
        typer.echo(line)
    if report.left or report.with_verdict(Verdict.DIFFERS):
        raise typer.Exit(FAILED)


def _chosen(wishes: Wishes) -> tuple[Belief, ...]:
    from shared.conformance.pointing import chosen  # noqa: PLC0415 - as above

    try:
        return chosen(wishes, read_beliefs())
    except InputError as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        raise typer.Exit(2) from error


def _requests(beliefs: tuple[Belief, ...]) -> Iterator[str]:
    sent = read_requests()
    for belief in beliefs:
        yield f"{belief.id}: {belief.statement}"
        yield from (f"  {request}" for request in sent[belief.id])
    total = sum(len(sent[belief.id]) for belief in beliefs)
    yield f"{len(beliefs)} beliefs, {total} requests, and those of signing in, looking for the sandbox and taking away"


def _asked(beliefs: tuple[Belief, ...], wishes: Wishes, ways: _Ways) -> Report:
    from shared.conformance.pointing import resolve  # noqa: PLC0415 - as above
    from shared.conformance.sandbox import Sandbox  # noqa: PLC0415 - as above
    from shared.conformance.systems import Pace, Systems  # noqa: PLC0415 - as above

    async def work(wiring: Wiring) -> Report:
        settings, outside = wiring.settings(), wiring.outside()
        systems = Systems(outside.graph, outside.opentext, Pace(ways.rate))
        mapping = wiring.rules(settings.mapping_file).mapping
        targets = await resolve(wishes, mapping, systems, public_url=wiring.public_url())
        box = Sandbox(systems, targets, wiring.storage().now)
        if targets.may_write:
            await _allow(beliefs, box, mapping, yes=ways.yes)
        results, left = await _with_progress(beliefs, box)
        return await _reported(results, left, box, settings=settings, mapping=mapping)

    return run(work)


async def _allow(beliefs: tuple[Belief, ...], box: Sandbox, mapping: Mapping, *, yes: bool) -> None:
    """
    Say what will be made and where, and ask; take away what an earlier run left.

    Raises:
        typer.Exit: the mapping uses plan, workspace or map; nothing was written.
        typer.Abort: no.
    """
    from shared.conformance.allowed import refusals  # noqa: PLC0415 - as above
    from shared.conformance.taking_away import list_made, take_away  # noqa: PLC0415 - as above

    if found := await refusals(mapping, box.targets, box.systems):
        for one in found:
            typer.echo(one, err=True)
        raise typer.Exit(FAILED)
    made = [f"{number} {what}" for what, number in count_made(beliefs).items()]
    section("Will be made, and taken away:", made)
    section("Where:", [f"{need.value} {getattr(box.targets, _FIELDS[need])}" for need in sorted(box.targets.may_write)])
    typer.echo(f"\nEach is called {box.mark!r} and what it is for. Deleted nodes lie in the recycle bin afterwards.")
    earlier, unknown = await list_made(box.systems, box.targets)
    section("Left by an earlier run, to be taken away first:", [*(one.what for one in earlier), *unknown])
    ask_first("Go on?", yes=yes)
    if earlier:
        await take_away(box.systems, box.targets)


async def _with_progress(beliefs: tuple[Belief, ...], box: Sandbox) -> tuple[tuple[Result, ...], tuple[str, ...]]:
    from shared.conformance.run import Teller, ask_all  # noqa: PLC0415 - as above

    with progress_bar() as bar:
        task = bar.add_task("asking", total=len(beliefs))

        class OnScreen(Teller):
            def asked(self, result: Result) -> None:
                bar.update(task, advance=1, description=f"{result.belief.id}: {result.observed.verdict}")

            def taking(self) -> None:
                # It takes as long as it takes: whoever pressed Ctrl-C would press it again.
                typer.echo("Taking away what was made. Ctrl-C now would leave the rest of it.", err=True)

            def left(self, left: tuple[str, ...]) -> None:
                section("Could not be taken away:", left)

        return await ask_all(beliefs, box, OnScreen())


async def _reported(
    results: tuple[Result, ...], left: tuple[str, ...], box: Sandbox, *, settings: Settings, mapping: Mapping
) -> Report:
    from shared.conformance.pointing import read_versions  # noqa: PLC0415 - as above
    from shared.conformance.report import Report  # noqa: PLC0415 - as above
    from shared.conformance.uses import uses_of  # noqa: PLC0415 - as above
    from shared.conformance.veil import veil_over  # noqa: PLC0415 - as above

    return Report.of(
        results,
        made=box.now(),
        uses=uses_of(mapping, settings),
        veil=await veil_over(box, settings, key=secrets.token_bytes(32)),
        versions=await read_versions(box.systems),
        left=left,
    )


def _write(report: Report, json_file: Path | None, html_file: Path | None) -> None:
    from shared.conformance.page import render  # noqa: PLC0415 - as above

    if json_file is not None:
        json_file.write_text(report.model_dump_json(indent=1), encoding="utf-8")
    if html_file is not None:
        html_file.write_text(render(report), encoding="utf-8")


def _summary(report: Report) -> Iterator[str]:
    for line in report.lines:
        yield f"{line.verdict:<11} {line.belief}: {line.statement}"
        if line.verdict is not Verdict.AS_BELIEVED:
            yield f"{'':<11} seen: {line.seen}"
        if line.means:
            yield f"{'':<11} {line.means} Here: {line.here}. In the code: {', '.join(line.code)}."
    counted = [f"{len(report.with_verdict(verdict))} {verdict}" for verdict in Verdict]
    versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
    yield f"{', '.join(counted)} ({versions}, bridge {report.release})"
