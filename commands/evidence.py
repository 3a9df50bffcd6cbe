"""manage.py evidence: hand out, check, read, redact and delete the history of what was asked and decided."""

import getpass
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated, Literal

import typer

import evidence_verify
from commands.asking_first import Yes, ask_first
from commands.plain import moment
from commands.progress import progress_bar
from commands.session import run
from shared.errors import NotFoundError, Problem, SettingsError, UnavailableError
from shared.evidence.audit import is_asked_for, row_of, to_csv, to_json
from shared.evidence.document import render_json
from shared.evidence.history import ItemHistory, items_of
from shared.evidence.people import people_of
from shared.evidence.redaction import Person, person
from shared.evidence.sentences import actor, sentence
from shared.models.evidence import Entry
from shared.models.evidence_files import file_name
from shared.operations.chosen import must_be_known, there_are
from shared.operations.retention import Keeping, Removed, due_for_purge, purge_origin, redact_origin
from shared.services import Storage
from shared.wiring import Wiring

app = typer.Typer(no_args_is_help=True, help="The history of what was asked and decided.")
KEY_VARIABLE = "EVIDENCE_PSEUDONYM_KEY"

Origin = Annotated[str, typer.Option("--origin", help="Its key, e.g. workflow-159314.")]
OneOrigin = Annotated[str | None, typer.Option("--origin", help="Only this one. Default: all.")]
Out = Annotated[Path | None, typer.Option("--out", help="File to write. Default: a name made of the origin's key.")]
Files = Annotated[list[Path], typer.Argument(help="Evidence documents: JSON or PDF.")]
Head = Annotated[str | None, typer.Option("--head", help="What the attribute in OpenText holds.")]
Pages = Annotated[bool, typer.Option("--pages", help="Also draw a PDF again, and compare.")]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Asked or ended from that day on (UTC).")]
RuleId = Annotated[str | None, typer.Option("--rule", help="Only items of this rule.")]
Format = Annotated[Literal["csv", "json"], typer.Option("--format", help="What to write.")]
Words = Annotated[
    list[str], typer.Option("--person", help="Entra id, login, address or name; repeat it for each. The first counts.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the history.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, write nothing.")]


@app.command()
def export(origin: Origin, out: Out = None) -> None:
    """Write an origin's whole history as an evidence document, and print the head of its chain."""
    target = out or Path(file_name(origin, "json"))

    async def work(wiring: Wiring) -> bytes:
        return await _document(wiring.storage(), origin)

    content = run(work)
    target.write_bytes(content)
    typer.echo(f"{target}: head {evidence_verify.verify(content).head}")


@app.command()
def verify(files: Files, head: Head = None, *, pages: Pages = False) -> None:
    """Check evidence documents: this is evidence_verify.py, with its words and exit codes."""
    code = evidence_verify.main([*map(str, files), *(["--head", head] if head is not None else [])])
    drawn = [_is_drawn(path) for path in files] if pages and code == 0 else []
    raise typer.Exit(code if all(drawn) else 1)


def _is_drawn(path: Path) -> bool:
    """Draw a PDF again. Only the version of the bridge that drew it is sure to draw the same bytes."""
    content = path.read_bytes()
    if not content.startswith(b"%PDF"):
        return True
    from shared.evidence.pdf import render_pdf  # noqa: PLC0415 - drawing is not needed for JSON

    is_same = render_pdf(evidence_verify.attached(content)) == content
    typer.echo(f"pages   {path}: {'show what is attached' if is_same else 'are not as this version draws them'}")
    return is_same


@app.command()
def show(origin: Origin) -> None:
    """Print an origin's history, a line an entry. Exit code 1: it has none."""

    async def work(wiring: Wiring) -> tuple[Entry, ...]:
        return await wiring.storage().origins.list_entries(origin)

    entries = run(work)
    if not entries:
        typer.echo(f"{origin} has no history", err=True)
        raise typer.Exit(1)
    people = people_of(entries)
    for entry in entries:
        item = f" [{entry.item}]" if entry.item else ""
        told = f"{actor(entry, people)}: {sentence(entry, people)}{item}"
        typer.echo(f"{entry.sequence:>4} {moment(entry.at)} {told}")


@app.command()
def audit(since: Since = None, rule: RuleId = None, *, form: Format = "csv", out: Out = None) -> None:
    """List what was asked of whom, and what came of it, over all origins: response times, overdue, refusals."""
    from_day = datetime.combine(since.date(), time(), UTC) if since is not None else None

    async def work(wiring: Wiring) -> list[ItemHistory]:
        storage, rules = wiring.storage(), set[str]()
        chosen: list[ItemHistory] = []
        async for origin in _origins(storage, None):
            items = items_of(await storage.origins.list_entries(origin))
            rules |= {item.rule for item in items}
            chosen += (item for item in items if is_asked_for(item, from_day, rule))
        if rule is not None and rule not in rules:
            message = f"no history has an item of rule {rule}; {there_are('rules', rules)}"
            raise NotFoundError(message)
        return chosen

    today = datetime.now(UTC).date()
    rows = [row_of(item, today) for item in sorted(run(work), key=lambda item: (item.origin, item.item))]
    text = to_csv(rows) if form == "csv" else to_json(rows)
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8-sig" if form == "csv" else "utf-8", newline="")
        typer.echo(f"{out}: {len(rows)} items")


@app.command()
def redact(words: Words, reason: Reason, origin: OneOrigin = None, *, yes: Yes = False) -> None:
    """
    Remove a person from every history, and replace by a pseudonym in ended links. The chain stays intact, and tells it.

    The key of the pseudonyms is taken from EVIDENCE_PSEUDONYM_KEY. What already lies in OpenText is out of reach.
    Exit code 1: the person was found nowhere, or an origin was left out, at which somebody was at work.
    """
    where = "every history" if origin is None else f"the history of {origin}"
    ask_first(f"Remove {words[0]} from {where}? It can't be taken back.", yes=yes)

    async def work(wiring: Wiring) -> None:
        who, keeping = _person(words), _keeping(wiring.storage())
        found: list[Removed] = []
        left = 0
        async for key in _origins(keeping.storage, origin):
            try:
                found.append(await redact_origin(key, who, keeping, reason=reason))
            except UnavailableError as error:
                left += 1
                typer.echo(f"left out: {error}", err=True)
        if not left and not any(map(any, found)):
            message = f"{words[0]} stands nowhere in {where}, nor in an ended item: items at work are left as they are"
            raise NotFoundError(message)
        entries, links = sum(one.entries for one in found), sum(one.links for one in found)
        typer.echo(
            f"{who.pseudonym} was removed from {entries} entries and {links} item{'' if links == 1 else 's'}; "
            "documents in OpenText are as they were"
        )
        _must_be_whole(left)

    run(work)


@app.command()
def purge(origin: OneOrigin = None, *, dry_run: DryRun = False) -> None:
    """
    Delete histories whose retention is over. A checkpoint entry stands for what is gone.

    Exit code 1: an origin was left out, at which somebody was at work.
    """

    async def work(wiring: Wiring) -> None:
        keeping = _keeping(wiring.storage())
        count = left = 0
        async for key in _origins(keeping.storage, origin):
            try:
                gone = await _purge(key, keeping, dry_run=dry_run)
            except UnavailableError as error:
                left += 1
                typer.echo(f"left out: {error}", err=True)
                continue
            count += gone
            if gone:
                typer.echo(f"{key}: {gone} entries")
        typer.echo(f"{count} entries {'would go' if dry_run else 'deleted'}")
        _must_be_whole(left)

    run(work)


async def _purge(key: str, keeping: Keeping, *, dry_run: bool) -> int:
    if dry_run:
        return len(await due_for_purge(key, keeping.storage))
    return await purge_origin(key, keeping)


def _must_be_whole(left: int) -> None:
    """Raise UnavailableError: origins were left out."""
    if left:
        message = f"left out {left} origin{'' if left == 1 else 's'}: do it again in a moment"
        raise UnavailableError(message)


async def _document(storage: Storage, origin: str) -> bytes:
    lines = await storage.origins.list_lines(origin)
    if not lines:
        message = f"{origin}: there is no history"
        raise NotFoundError(message)
    return render_json(origin, lines)


async def _origins(storage: Storage, one: str | None) -> AsyncIterator[str]:
    if one is not None:
        await must_be_known(one, storage)
        yield one
        return
    keys = [key async for key in storage.origins.list_origins()]
    with progress_bar() as bar:
        task = bar.add_task("reading histories", total=len(keys))
        for key in keys:
            yield key
            bar.advance(task)


def _person(words: list[str]) -> Person:
    try:
        return person(words, os.environ.get(KEY_VARIABLE, "").encode())
    except ValueError as error:
        raise SettingsError([Problem(KEY_VARIABLE, str(error))]) from error


def _keeping(storage: Storage) -> Keeping:
    return Keeping(storage, getpass.getuser())
