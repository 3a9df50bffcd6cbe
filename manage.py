"""The operator's command line: `python manage.py --help`."""

import typer

from commands import mapping

app = typer.Typer(no_args_is_help=True, pretty_exceptions_show_locals=False, help="The bridge's commands.")
app.add_typer(mapping.app, name="mapping")

if __name__ == "__main__":
    app()
