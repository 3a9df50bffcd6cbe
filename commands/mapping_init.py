"""manage.py mapping init: a first mapping, written from what both systems hold."""

from pathlib import Path
from typing import Annotated

import typer

from commands.session import run
from shared.mapping.language.load import Examined, Severity, examine
from shared.wiring import Wiring
from shared.wiring.rules import ROOT

SAMPLES = ROOT / "docs" / "samples"
To = Annotated[Path, typer.Option("--to", dir_okay=False, help="The file to write; it must not exist yet.")]
Types = Annotated[list[str] | None, typer.Option("--type", help="A workspace type; may be given several times.")]
Workflows = Annotated[
    list[str] | None, typer.Option("--workflow", help="A workflow's title or map; may be given several times.")
]
Group = Annotated[str | None, typer.Option("--group", help="Id of the Entra group that owns the plan.")]
Plan = Annotated[str | None, typer.Option("--plan", help="Title of the plan. Default: the group's only one.")]
Fallback = Annotated[str | None, typer.Option("--fallback", help="Who gets what nobody else can be given.")]
FromSample = Annotated[str | None, typer.Option("--from-sample", help="One of docs/samples, as it stands there.")]


def init(
    to: To = Path("mapping.yaml"),
    *,
    types: Types = None,
    workflows: Workflows = None,
    group: Group = None,
    plan: Plan = None,
    fallback: Fallback = None,
    from_sample: FromSample = None,
) -> None:
    """
    Write a first mapping, commented, and check it live. Without --type and --workflow: list what there is.

    Exit code 0: written, and it holds; 1: it does not hold yet, or nothing was written; 2: nothing was chosen.
    """
    if from_sample is None and not (types or workflows):
        _tell_what_there_is()
        raise typer.Exit(2)
    if to.exists():
        typer.echo(f"{to} exists: name another file with --to, or move it away", err=True)
        raise typer.Exit(1)
    if from_sample is not None:
        text, checked = _checked(_sample(from_sample))
    elif group is None:
        typer.echo("--group: the id of the Entra group that owns the plan is missing", err=True)
        raise typer.Exit(2)
    else:
        text, checked = _written(tuple(types or ()), tuple(workflows or ()), group.lower(), plan, fallback)
    to.write_text(text, encoding="utf-8")
    for one in checked.findings:
        if one.severity is not Severity.NOTE:
            typer.echo(one.shown(str(to), text))
    held = not any(one.severity is Severity.ERROR for one in checked.findings)
    typer.echo(f"{to} is written; {'it holds' if held else 'it does not hold yet: mend what is named above'}")
    if not held:
        raise typer.Exit(1)


def _tell_what_there_is() -> None:
    from shared.operations.live.first_mapping import Offer, offer  # noqa: PLC0415 - brings the Graph SDK

    async def work(wiring: Wiring) -> Offer:
        return await offer(wiring.outside(), wiring.settings().opentext_act_as)

    found = run(work)
    typer.echo(f"workspace types: {', '.join(found.types) or 'none'}")
    typer.echo(f"workflows: {', '.join(found.workflows) or 'none that the integration user manages or initiated'}")
    typer.echo("choose with --type and --workflow; --group names the Entra group that owns the plan")


def _sample(name: str) -> str:
    file = SAMPLES / f"{name}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(one.stem for one in SAMPLES.glob("*.yaml")))
        typer.echo(f"--from-sample: there is no {name!r}; there are: {known}", err=True)
        raise typer.Exit(1)
    return file.read_text(encoding="utf-8")


def _written(
    types: tuple[str, ...], workflows: tuple[str, ...], group: str, plan: str | None, fallback: str | None
) -> tuple[str, Examined]:
    from shared.operations.live.check import check_live  # noqa: PLC0415 - as above
    from shared.operations.live.first_mapping import Choice, look_into, plan_of  # noqa: PLC0415 - as above
    from shared.operations.live.first_text import first_text  # noqa: PLC0415 - as above

    choice = Choice(types, workflows, group, plan, fallback)

    async def work(wiring: Wiring) -> tuple[str, Examined]:
        settings, systems = wiring.settings(), wiring.outside()
        act_as, zone = settings.opentext_act_as, str(settings.opentext_zone)
        found, place = await look_into(choice, systems, act_as), await plan_of(choice, systems)
        today = wiring.storage().now().date()
        text = first_text(choice, found, plan=place, zone=zone, act_as=act_as, today=today)
        return text, await check_live(examine(text, wiring.for_mappings()), systems, act_as)

    return run(work)


def _checked(text: str) -> tuple[str, Examined]:
    from shared.operations.live.check import check_live  # noqa: PLC0415 - as above

    async def work(wiring: Wiring) -> Examined:
        examined = examine(text, wiring.for_mappings())
        return await check_live(examined, wiring.outside(), wiring.settings().opentext_act_as)

    return text, run(work)
