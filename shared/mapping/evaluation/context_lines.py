"""What a task shows of the record: lines of the context block, and links. Plain, short, no template."""

from collections.abc import Callable, Iterator

from shared.errors import NeverError
from shared.mapping.evaluation.scope import Scene
from shared.mapping.evaluation.verdict import Gap
from shared.mapping.language.limits import REFERENCES
from shared.mapping.language.scalars import ATTRIBUTE
from shared.mapping.language.task_parts import Reference
from shared.mapping.language.vocabulary import Kind
from shared.models.opentext import AttributeValue, Document, Workspace
from shared.models.text import cut
from shared.models.wanted import WantedReference

DEFAULT_REFERENCES: dict[Kind, tuple[Reference, ...]] = {
    "workspace": (Reference(link="workspace"),),
    "step": (Reference(link="documents"), Reference(link="workflow")),
    "document": (Reference(link="documents"),),
    "missing_document": (Reference(link="workspace"),),
}
"""Links of a task whose rule names none."""

_STATUS = {"ontime": "on time", "workflowlate": "late"}


class BadLinkError(NeverError):
    """A reference that is no http(s) URL; the message tells people."""


def gaps_of(words: tuple[str, ...], scene: Scene) -> Iterator[Gap]:
    """Yield what lines ask for and the record does not tell."""
    for word in words:
        if word.startswith(ATTRIBUTE) and isinstance(found := scene.values.find(word.removeprefix(ATTRIBUTE)), Gap):
            yield found


def context_lines(words: tuple[str, ...], scene: Scene, outcomes: tuple[str, ...]) -> tuple[str, ...]:
    """Render the lines that a rule lists, in its order."""
    return tuple(line for word in words for line in _lines(word, scene, outcomes))


def _lines(word: str, scene: Scene, outcomes: tuple[str, ...]) -> Iterator[str]:
    if word.startswith(ATTRIBUTE):
        name = word.removeprefix(ATTRIBUTE)
        found = scene.values.find(name)
        shown = "not known" if isinstance(found, Gap) else _shown(found.value)
        yield f"{name.partition('.')[2] or name}: {shown}"
    elif word == "disposition":
        yield f"Disposition: {' or '.join(outcomes) if outcomes else 'send on'}"
    else:
        yield from _WORDS[word](scene)


def _shown(value: AttributeValue) -> str:
    if value is None or value in ("", ()):
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(_shown(part) for part in value) if isinstance(value, tuple) else str(value)


def _workspace(scene: Scene) -> Iterator[str]:
    if scene.workspace is not None:
        yield f"Workspace: {scene.workspace.name}"


def _versions(scene: Scene) -> Iterator[str]:
    for document in scene.documents:
        yield f"{document.name}: version {document.version}" if document.version else f"{document.name}: no versions"


def _performers(scene: Scene) -> Iterator[str]:
    if scene.step is not None:
        names = [person.name or person.login for person in scene.step.performers]
        group = [f"group {scene.step.group}"] if scene.step.group else []
        yield f"Performers: {', '.join([*group, *names]) or 'nobody'}"


def _next_step(scene: Scene) -> Iterator[str]:
    if scene.workflow is not None:
        yield f"Next step: {', '.join(scene.workflow.next_steps) or 'none'}"


def _workflow_status(scene: Scene) -> Iterator[str]:
    if scene.workflow is not None:
        status = scene.workflow.status.value
        yield f"Workflow: {_STATUS.get(status, status)}"


def _each(scene: Scene, label: str, read: Callable[[Workspace | Document], str]) -> Iterator[str]:
    """Yield a line for each document, or for the workspace where there is none; named where there are several."""
    nodes = scene.documents or ((scene.workspace,) if scene.workspace is not None else ())
    for node in nodes:
        where = f" of {node.name}" if len(nodes) > 1 else ""
        yield f"{label}{where}: {read(node)}"


def _told(word: str | None) -> str:
    return "not known" if word is None else word or "none"


def _named(names: tuple[str, ...] | None) -> str:
    return "not known" if names is None else ", ".join(names) or "none"


def _reserved(scene: Scene) -> Iterator[str]:
    several = len(scene.documents) > 1
    for document in scene.documents:
        where = f" {document.name}" if several else ""
        yield f"Reserved{where}: {document.reserved_by or 'no'}"


_WORDS: dict[str, Callable[[Scene], Iterator[str]]] = {
    "workspace": _workspace,
    "version": _versions,
    "performers": _performers,
    "next_step": _next_step,
    "workflow_status": _workflow_status,
    "rm_status": lambda scene: _each(scene, "Records status", lambda node: _told(node.rm_status)),
    "holds": lambda scene: _each(scene, "Holds", lambda node: _named(node.holds)),
    "classification": lambda scene: _each(scene, "Classification", lambda node: _named(node.classifications)),
    "reserved": _reserved,
}


def references(specs: tuple[Reference, ...], scene: Scene, alias_length: int) -> tuple[WantedReference, ...]:
    """
    Render the links, each URL once, no more than Planner takes.

    Raises:
        RenderError: a template can't be filled in.
        BadLinkError: a URL that is not http(s).
    """
    # Planner knows a link by its URL, so it can stand there once: under the name that comes first.
    by_url: dict[str, WantedReference] = {}
    for spec in specs:
        for url, alias in _links(spec, scene):
            by_url.setdefault(url, WantedReference(url=url, alias=cut(alias, alias_length)))
    return tuple(by_url.values())[:REFERENCES]


def _links(spec: Reference, scene: Scene) -> Iterator[tuple[str, str]]:
    if spec.url is not None:
        url = spec.url.render(scene.words)
        if not url.startswith(("https://", "http://")):
            message = f"a reference must be an http(s) URL, not {url[:60]!r}"
            raise BadLinkError(message)
        yield url, spec.alias.render(scene.words) if spec.alias is not None else url
    elif spec.link == "workspace":
        if scene.workspace is not None and scene.workspace.url:
            yield scene.workspace.url, scene.workspace.name
    elif spec.link == "workflow":
        if scene.workflow is not None and scene.workflow.url:
            yield scene.workflow.url, scene.workflow.name
    else:
        yield from ((document.url, document.name) for document in scene.documents if document.url)
