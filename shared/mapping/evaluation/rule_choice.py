"""Which rules apply to an origin, and to what of it: the whole, a step, a missing document."""

from collections.abc import Iterator

from shared.errors import NeverError
from shared.mapping.evaluation.choosing import chosen
from shared.mapping.evaluation.covering import Judged, covers_of
from shared.mapping.evaluation.desk import Desk
from shared.mapping.evaluation.needs import rules_for
from shared.mapping.evaluation.scope import Scene
from shared.mapping.evaluation.verdict import Gap, NotKnownError, Verdict, no, not_known
from shared.mapping.language.rules import BaseRule, MissingDocumentRule
from shared.models.evidence_files import is_evidence_file
from shared.models.keys import OriginKind
from shared.models.origin import Origin
from shared.models.wanted import NameKind

NOBODY = Verdict(holds=False)
"""No rule before has taken a scene."""


def rules_applying(desk: Desk, origin: Origin) -> Iterator[tuple[BaseRule, Scene]]:
    """Yield each rule with each scene that it applies to."""
    scenes: dict[tuple[str | None, bool], tuple[Scene, ...]] = {}
    taken: dict[tuple[bool, str], Verdict] = {}
    for rule in rules_for(desk.mapping, origin.kind):
        missing = isinstance(rule, MissingDocumentRule)
        if (view := (_calendar(desk, rule, origin), missing)) not in scenes:
            scenes[view] = tuple(_scenes(desk, origin, view[0], missing=missing))
        if missing and _lacks_list(origin):
            why = "the server can't say which documents are missing"
            desk.unknown.append(Gap(NameKind.DOCUMENTS, rule.id, why).of(rule.id, rule.id))
        for scene in scenes[view]:
            slot = (missing, _slot(scene))
            before = taken.get(slot, NOBODY) if desk.mapping.match == "first" else NOBODY
            verdict = _judged(desk, rule, scene) if before is NOBODY else _after(before)
            desk.judged.append(Judged(rule, None, scene, verdict))
            # Not known takes the scene as well: a later rule must not make what an earlier one may forbid.
            if verdict.holds is not False:
                taken.setdefault(slot, verdict)
            if verdict.holds:
                yield rule, scene
            elif not desk.curious:
                desk.tell(rule, covers_of(rule, scene), verdict)


def _calendar(desk: Desk, rule: BaseRule, origin: Origin) -> str | None:
    """Name the calendar of a rule; None: the record does not tell which, so nothing of the rule is decided."""
    if isinstance(rule.calendar, str):
        return rule.calendar
    scene = Scene(origin, desk.now, desk.mapping.calendar("default"), remembered=desk.remembered)
    try:
        return str(chosen(rule.calendar, scene))
    except NotKnownError as error:
        desk.unknown.append(error.gap.of(rule.id, rule.id))
    except NeverError as error:
        desk.unknown.append(Gap(NameKind.CALENDAR, rule.calendar.name, str(error)).of(rule.id, rule.id))
    return None


def _judged(desk: Desk, rule: BaseRule, scene: Scene) -> Verdict:
    try:
        return desk.judge(rule.when, scene)
    except Exception as error:  # noqa: BLE001 - the wall round a condition
        desk.broken(rule, scene, error)
        return not_known()


def _scenes(desk: Desk, origin: Origin, calendar_name: str | None, *, missing: bool) -> Iterator[Scene]:
    if calendar_name is None:
        return
    calendar = desk.mapping.calendar(calendar_name)
    ids = desk.remembered
    if missing:
        documents = (origin.workspace.missing_documents or ()) if origin.workspace is not None else ()
        yield from (Scene(origin, desk.now, calendar, missing=document, remembered=ids) for document in documents)
    elif origin.workflow is not None:
        # Whatever steps it still lists: a workflow that ended asks nobody.
        steps = () if origin.workflow.ended else origin.workflow.current
        yield from (Scene(origin, desk.now, calendar, step=step, remembered=ids) for step in steps)
    elif origin.kind is not OriginKind.NODE and not _is_own_file(origin) and not _is_no_subject(origin):
        yield Scene(origin, desk.now, calendar, remembered=ids)


def _after(before: Verdict) -> Verdict:
    """Answer for a rule behind the one that took the scene, or may have."""
    return no("an earlier rule applies (match: first)") if before.holds else before


def _is_own_file(origin: Origin) -> bool:
    """Tell the bridge's evidence from documents of people: a task for it would make evidence of its own, and so on."""
    document = origin.document
    return document is not None and (document.is_evidence or is_evidence_file(document.name))


def _is_no_subject(origin: Origin) -> bool:
    """Tell what no rule is about: a folder in a document's place, and a document or workspace that is no more."""
    document, workspace = origin.document, origin.workspace
    if document is not None:
        return document.is_container or bool(document.gone)
    return workspace is not None and bool(workspace.gone)


def _lacks_list(origin: Origin) -> bool:
    return origin.workspace is not None and origin.workspace.missing_documents is None


def _slot(scene: Scene) -> str:
    """Name what a scene is about, so that with `match: first` one rule takes it."""
    if scene.step is not None:
        return scene.step.ref.model_dump_json()
    return str(scene.missing.node_id) if scene.missing is not None else scene.origin.key
