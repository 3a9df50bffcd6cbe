"""manage.py mapping preview and record: look at an origin, write nothing to it."""

import json
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from commands.app_doors import through_app
from commands.session import checked, run
from shared.errors import NeverError, NotFoundError
from shared.models.doors import PreviewAnswer
from shared.models.recording import Recording
from shared.recordings.pseudonymise import redacted
from shared.services import Services
from shared.wiring import Wiring

KEY_FILE = ".pseudonyms-key"
"""In the folder of the recordings: who has it can tell that two pseudonyms are one person, and try names."""

OriginOption = Annotated[str | None, typer.Option("--origin", help="Origin key, e.g. workspace-28866.")]
EventOption = Annotated[
    Path | None, typer.Option("--event", exists=True, dir_okay=False, help="A hint as OpenText sends it: JSON or form.")
]
MappingOption = Annotated[
    Path | None, typer.Option("--mapping", exists=True, dir_okay=False, help="Another mapping than the one in force.")
]
RuleOption = Annotated[str | None, typer.Option("--rule", help="Only tasks of this rule; of --sample.")]
SampleOption = Annotated[
    int | None, typer.Option("--sample", min=1, max=1000, help="So many real origins at most. With --rule alone: 10.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="For machines; of --sample.")]
DEFAULT_SAMPLE = 10
HideOption = Annotated[
    list[str] | None, typer.Option("--hide", help="Further text to replace, e.g. a workspace named after a person.")
]


def preview(
    origin: OriginOption = None,
    event: EventOption = None,
    mapping: MappingOption = None,
    *,
    rule: RuleOption = None,
    sample: SampleOption = None,
    as_json: JsonOption = False,
) -> None:
    """
    Print what the next look at an origin would do: tasks, people, and every call as a diff. Writes nothing.

    With --sample or --rule: what a rule, or a changed file, would do to some real origins, summed up.
    """
    if [origin, event, sample or rule].count(None) != 2:
        message = "give one of --origin, --event, and --sample with or without --rule"
        raise typer.BadParameter(message)
    if origin is None and event is None:
        _preview_sample(mapping, rule, sample or DEFAULT_SAMPLE, as_json=as_json)
        return
    if (doors := through_app()) is not None:
        if origin is None or mapping is not None:
            raise typer.BadParameter("the app previews --origin under its own mapping; leave --app out")  # noqa: EM101
        typer.echo(doors.get("preview", PreviewAnswer, key=origin).text, nl=False)
        return
    # They bring the Graph SDK, which `mapping check` does not need.
    from shared.preview.preview import origins_of_event, preview_origin  # noqa: PLC0415
    from shared.preview.render import preview_text  # noqa: PLC0415

    body = event.read_bytes() if event is not None else None

    async def work(wiring: Wiring) -> list[str]:
        services = _with_mapping(wiring, mapping)
        keys = (checked(str(origin)),) if body is None else await origins_of_event(body, services)
        if not keys:
            message = "the hint leads to no origin that has rules"
            raise NotFoundError(message)
        return [preview_text(await preview_origin(key, services)) for key in keys]

    typer.echo("\n".join(run(work)), nl=False)


def _preview_sample(mapping: Path | None, rule: str | None, count: int, *, as_json: bool) -> None:
    from shared.preview.preview import preview_origin  # noqa: PLC0415 - as above
    from shared.preview.sample import rules_of, sample  # noqa: PLC0415 - as above
    from shared.preview.summary import Summary  # noqa: PLC0415 - as above

    async def work(wiring: Wiring) -> Summary:
        services, told = _with_mapping(wiring, mapping), Summary()
        for key in await sample(rules_of(services.mapping, rule), services, count):
            try:
                told.add(await preview_origin(key, services), rule, services.now().date())
            except NeverError as error:
                told.unreadable.append(f"{key}: {error}")
        return told

    told = run(work)
    typer.echo(json.dumps(told.as_json(), indent=1, ensure_ascii=False) if as_json else "\n".join(told.lines()))
    if told.unreadable and not told.origins:
        raise typer.Exit(1)


def record(
    origin: Annotated[list[str], typer.Option("--origin", help="Origin key; may be given several times.")],
    to: Annotated[Path, typer.Option("--to", file_okay=False, help="Folder of recordings; made when missing.")],
    hide: HideOption = None,
) -> None:
    """Record origins with the directory's answers, names and addresses replaced by pseudonyms, for `mapping replay`."""
    from shared.recordings.record import record_origin  # noqa: PLC0415 - as above

    to.mkdir(parents=True, exist_ok=True)
    key = _pseudonyms_key(to)

    async def work(wiring: Wiring) -> list[Recording]:
        services = wiring.services()
        whole = [await record_origin(checked(one), services) for one in origin]
        return [redacted(recording, services.mapping, key, hide=hide or ()) for recording in whole]

    for recording in run(work):
        file = to / f"{recording.origin.key}.json"
        file.write_text(recording.model_dump_json(indent=1, exclude_defaults=True) + "\n", encoding="utf-8")
        typer.echo(f"{file}: {len(recording.wanted.tasks) if recording.wanted else 0} tasks wanted")


def _with_mapping(wiring: Wiring, file: Path | None) -> Services:
    services = wiring.services()
    if file is None:
        return services
    rules = wiring.rules(str(file.resolve()))
    return replace(services, mapping=rules.mapping, mapping_hash=rules.hash)


def _pseudonyms_key(folder: Path) -> bytes:
    """Read the folder's key; the first recording draws it."""
    file = folder / KEY_FILE
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32), encoding="ascii")
    return bytes.fromhex(file.read_text(encoding="ascii").strip())
