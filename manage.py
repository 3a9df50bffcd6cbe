"""The operator's command line: `python manage.py --help`."""

from pathlib import Path
from typing import Annotated

import typer

from commands import backup, brake, dead, evidence, gates, mapping, operate
from commands.app_doors import asking
from commands.backfill import backfill
from commands.conform import conform
from commands.doctor import doctor
from commands.drift import drift
from commands.mapping_preview import record
from commands.session import settings_of
from commands.status import status
from commands.tail import tail
from commands.why import why
from shared.release import RELEASE

app = typer.Typer(no_args_is_help=True, pretty_exceptions_show_locals=False, help="The bridge's commands.")
app.add_typer(mapping.app, name="mapping")
app.add_typer(evidence.app, name="evidence")
app.add_typer(brake.app, name="brake")
app.add_typer(dead.app, name="dead")
app.command()(status)
app.command()(doctor)
app.command()(conform)
app.command()(why)
app.command()(drift)
app.command()(tail)
app.add_typer(gates.app, name="gate")
app.command()(operate.replay)
app.command()(operate.rebuild)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(backfill)
app.command()(record)

File = Annotated[
    Path | None,
    typer.Option("--settings", help="A file such as local.settings.json. Default: the environment."),
]


Url = Annotated[
    str | None,
    typer.Option("--app", help="Address of the deployed app: it is asked in place of storage and systems, by its key."),
]


def _version(asked: bool) -> None:  # noqa: FBT001 - a callback's
    if asked:
        typer.echo(RELEASE)
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Say which release this is.", is_eager=True, callback=_version)
]


@app.callback()
def main(context: typer.Context, settings: File = None, app_url: Url = None, *, version: Version = False) -> None:
    """Take the settings from the environment, or from a file; or ask the deployed app."""
    del version
    context.with_resource(settings_of(settings))
    context.with_resource(asking(app_url))


if __name__ == "__main__":
    app()
