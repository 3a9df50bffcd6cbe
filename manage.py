"""The operator's command line: `python manage.py --help`."""

from pathlib import Path
from typing import Annotated

import typer

from commands import backup, brake, evidence, mapping, operate, status
from commands.backfill import backfill
from commands.drift import drift
from commands.mapping_preview import record
from commands.session import settings_of
from commands.tail import tail
from commands.why import why

app = typer.Typer(no_args_is_help=True, pretty_exceptions_show_locals=False, help="The bridge's commands.")
app.add_typer(mapping.app, name="mapping")
app.add_typer(evidence.app, name="evidence")
app.add_typer(brake.app, name="brake")
app.add_typer(operate.dead, name="dead")
app.command()(status.status)
app.command()(status.doctor)
app.command()(why)
app.command()(drift)
app.command()(tail)
app.add_typer(status.gate, name="gate")
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


@app.callback()
def main(context: typer.Context, settings: File = None) -> None:
    """Take the settings from the environment, or from a file."""
    context.with_resource(settings_of(settings))


if __name__ == "__main__":
    app()
