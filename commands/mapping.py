"""manage.py mapping: check a mapping file, print its schema and its fields; what it does, and what a change does."""

import typer

from commands.mapping_change import apply, replay
from commands.mapping_check import check
from commands.mapping_init import init
from commands.mapping_preview import preview, record
from shared.mapping.language.field_tables import field_tables
from shared.mapping.language.json_schema import schema_text

app = typer.Typer(no_args_is_help=True, help="The mapping file.")
for command in (init, check, preview, record, replay, apply):
    app.command()(command)


@app.command()
def schema() -> None:
    """Print the JSON Schema for editors: docs/mapping.schema.json."""
    typer.echo(schema_text(), nl=False)


@app.command()
def fields() -> None:
    """Print the tables of fields: the generated part of docs/mapping.md."""
    typer.echo(field_tables(), nl=False)
