"""manage.py tail: what is decided now, as it is decided."""

from datetime import timedelta
from typing import Annotated

import typer

from commands.follow import again_and_again
from commands.plain import moment
from commands.session import checked, run
from shared.operations.chosen import must_be_known
from shared.operations.tail import Decided, Tail
from shared.wiring import Wiring

EVERY_SECONDS = 3.0

Origin = Annotated[str, typer.Option("--origin", help="Only this one, by its key: one query each time.")]
Minutes = Annotated[int, typer.Option("--since", min=0, max=1440, help="Begin with the entries of so many minutes.")]
Follow = Annotated[bool, typer.Option(help="Go on until Ctrl+C. --no-follow: what there is, and no more.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: a JSON document a line.")]


def tail(origin: Origin = "", since: Minutes = 15, *, follow: Follow = True, as_json: AsJson = False) -> None:
    """Tell what is decided, as it is decided. Over all origins it goes through the table, so large ones come later."""

    async def work(wiring: Wiring) -> None:
        storage = wiring.storage()
        # One that is followed may have its first look yet to come.
        if origin and checked(origin) and not follow:
            await must_be_known(origin, storage)
        news = Tail(storage, storage.now() - timedelta(minutes=since), origin)
        told = 0

        async def show() -> None:
            nonlocal told
            for one in await news.news():
                told += 1
                typer.echo(one.model_dump_json() if as_json else _line(one))

        if follow:
            await again_and_again(show, EVERY_SECONDS)
        else:
            await show()
            if not told and not as_json:
                typer.echo(f"nothing was decided in the last {since} minutes")

    run(work, asks_storage=True)


def _line(one: Decided) -> str:
    item = f" {one.item}" if one.item else ""
    return f"{moment(one.at)} {one.origin}{item} {one.who}: {one.what}"
