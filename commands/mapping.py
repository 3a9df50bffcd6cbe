"""manage.py mapping: check a mapping file, print its schema and its fields; what it does, and what a change does."""

from pathlib import Path
from typing import Annotated

import typer

from commands.mapping_change import apply, replay
from commands.mapping_preview import preview, record
from shared.errors import MappingError
from shared.mapping.language.field_tables import field_tables
from shared.mapping.language.json_schema import schema_text
from shared.mapping.language.load import read_with_warnings

app = typer.Typer(no_args_is_help=True, help="The mapping file.")
for command in (preview, record, replay, apply):
    app.command()(command)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The mapping file.")]


@app.command()
def check(file: File = Path("mapping.yaml")) -> None:
    """Read a mapping and name everything that is wrong with it; ends with 1 if anything is."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        mapping, warnings = read_with_warnings(text, str(file))
    except UnicodeDecodeError as error:
        typer.echo(f"{file}: not UTF-8: {error.reason} at byte {error.start}")
        raise typer.Exit(1) from error
    except MappingError as error:
        for problem in error.problems:
            typer.echo(str(problem))
        typer.echo(f"{len(error.problems)} problem{'s' if len(error.problems) != 1 else ''}: not usable")
        raise typer.Exit(1) from error
    for warning in warnings:
        typer.echo(f"{warning} (warning)")
    tasks = sum(len(rule.specs) for rule in mapping.rules)
    typer.echo(f"{file}: good: {len(mapping.rules)} rules, {tasks} tasks, hash {mapping.hash[:12]}")


@app.command()
def schema() -> None:
    """Print the JSON Schema for editors: docs/mapping.schema.json."""
    typer.echo(schema_text(), nl=False)


@app.command()
def fields() -> None:
    """Print the tables of fields: the generated part of docs/mapping.md."""
    typer.echo(field_tables(), nl=False)
