"""
Ask both systems for what a mapping names. Nothing is written, nowhere.

What one question can't be told stands in `gaps`, and the others are asked all the same; a system that does not answer,
or refuses the sign-in, is asked nothing more.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Protocol

from shared.clients.graph.directory import DirectoryClient
from shared.clients.opentext import OpenText
from shared.clients.opentext.session import SERVICE
from shared.errors import NeverError, RetryLaterError, SignInRefusedError
from shared.mapping.evaluation.needs import needs
from shared.mapping.evaluation.sources import is_type_mapped
from shared.mapping.language.named import Named, Use, names_in
from shared.mapping.language.rules import Mapping
from shared.models.keys import OriginKind
from shared.models.origin import Needs
from shared.models.people import Lookups
from shared.models.wanted import NameKind
from shared.models.words import ActAs
from shared.models.workflow import StatusRow, Workflow
from shared.operations.live.landscape import Landscape, Topic
from shared.operations.live.plans_asked import ask_plans
from shared.ports import PlannerPort

OF_A_TYPE, OF_A_TITLE = 3, 2
"""So many workspaces of a type, and workflows of a title, are looked into."""
MOST_TYPES, MOST_TITLES = 40, 40
"""More are not looked into: what is not found then is said to be not known."""
BARE = Needs(attributes=False)
EVER = datetime.min.replace(tzinfo=UTC)


class Systems(Protocol):
    """Both systems, as they are asked."""

    @property
    def opentext(self) -> OpenText:
        """Content Server."""
        ...

    @property
    def planner(self) -> PlannerPort:
        """Planner."""
        ...

    @property
    def directory(self) -> DirectoryClient:
        """Entra ID."""
        ...


async def survey(mapping: Mapping, systems: Systems, act_as: ActAs) -> Landscape:
    """Ask for everything that the mapping names. Never raises for what a system answers."""
    found, named = Landscape(), tuple(names_in(mapping))
    try:
        await _ask_opentext(mapping, named, systems.opentext, act_as, found)
    except (RetryLaterError, SignInRefusedError) as error:
        found.gaps[Topic.OPENTEXT] = str(error)
    try:
        await ask_plans(named, systems.planner, found)
        await _ask_directory(named, systems.directory, found)
    except RetryLaterError as error:
        found.gaps[Topic.GRAPH] = str(error)
    return found


@contextmanager
def noting(found: Landscape, topic: Topic, about: str = "") -> Iterator[None]:
    """Note why something can't be told; a refused sign-in goes up: each further try may lock the account."""
    try:
        yield
    except SignInRefusedError:
        raise
    except NeverError as error:
        found.gaps.setdefault(topic, f"{about}{error}")


async def _ask_opentext(
    mapping: Mapping, named: tuple[Named, ...], opentext: OpenText, act_as: ActAs, found: Landscape
) -> None:
    with noting(found, Topic.TYPES):
        found.types = await opentext.workspaces.types.list_all()
    kinds = (kind.name for kind in found.types if is_type_mapped(mapping.rules, kind.name))
    await sample_workspaces(kinds, needs(mapping, OriginKind.WORKSPACE), opentext, found)
    if any(rule.on == "step" for rule in mapping.rules):
        await sample_workflows(needs(mapping, OriginKind.WORKFLOW), opentext, act_as, found)
    for node in _nodes(named):
        found.nodes[node] = await _name_of(opentext, node)
    for login in sorted({one.name for one in named if one.kind is NameKind.LOGIN and "@" not in one.name}):
        with noting(found, Topic.LOGINS):
            found.logins[login] = await opentext.members.find_by_login(login) is not None


async def sample_workspaces(kinds: Iterable[str], need: Needs, opentext: OpenText, found: Landscape) -> None:
    """Read the newest workspaces of some types, with attributes and roles, and what is needed besides."""
    asked = need.with_names()
    for kind in list(dict.fromkeys(kinds))[:MOST_TYPES]:
        with noting(found, Topic.WORKSPACES, f"{kind}: "):
            seen = 0
            async for stub in opentext.workspaces.list_created(kind, EVER):
                found.workspaces.append(await opentext.workspaces.read(stub.node_id, asked))
                if (seen := seen + 1) == OF_A_TYPE:
                    break


async def sample_workflows(need: Needs, opentext: OpenText, act_as: ActAs, found: Landscape) -> None:
    """Read some workflows of each title that the integration user sees: those that run first."""
    rows: list[StatusRow] = []
    with noting(found, Topic.WORKFLOWS):
        for status in ("ontime", "workflowlate", "completed", "stopped"):
            rows += await opentext.workflows.list_status("Both", status)
    found.titles = frozenset(row.name for row in rows)
    with noting(found, Topic.MAPS):
        for map_id in sorted(set((await opentext.maps.list_running()).values())):
            if (name := await _name_of(opentext, map_id)) is not None:
                found.maps[map_id] = name
    titles: dict[str, list[StatusRow]] = defaultdict(list)
    for row in rows:
        titles[row.name].append(row)
    for row in (row for title in sorted(titles)[:MOST_TITLES] for row in titles[title][:OF_A_TITLE]):
        with noting(found, Topic.WORKFLOWS, f"{row.name}: "):
            workflow = await opentext.workflows.read(row.process_id, need.with_names())
            found.workflows.append(workflow)
            await _ask_forms(workflow, opentext, act_as, found)


async def _ask_forms(workflow: Workflow, opentext: OpenText, act_as: ActAs, found: Landscape) -> None:
    """
    Ask what waiting steps offer. A form that is not shown is nothing wrong with the mapping.

    Raises:
        SignInRefusedError: the integration user's own.
    """
    for step in () if workflow.ended or act_as is ActAs.NONE else workflow.current:
        acting = step.performers[0] if act_as is ActAs.PERFORMER and step.performers else None
        # Nobody performs it, so there is no name in which it could be asked.
        if acting is None and act_as is ActAs.PERFORMER:
            continue
        try:
            found.forms[step.ref] = await opentext.workflows.read_form(step.ref, acting=acting)
        except NeverError as error:
            # That a performer can't be acted for is a matter of this step; a refusal of our own sign-in is none.
            if isinstance(error, SignInRefusedError) and error.identity == SERVICE:
                raise
            found.unshown[step.ref] = str(error)


def _nodes(named: Iterable[Named]) -> list[int]:
    kinds = (NameKind.FOLDER, NameKind.NODE, NameKind.MAP)
    return sorted({int(one.name) for one in named if one.kind in kinds and one.name.isdecimal()})


async def _name_of(opentext: OpenText, node: int) -> str | None:
    """Read a node's name. None: it can't be read."""
    try:
        return (await opentext.workspaces.read_document(node, BARE)).name
    except SignInRefusedError:
        raise
    except NeverError:
        return None


async def _ask_directory(named: tuple[Named, ...], directory: DirectoryClient, found: Landscape) -> None:
    people = frozenset(one.name for one in named if one.kind is NameKind.PERSON)
    assigned = frozenset(one.name for one in named if one.kind is NameKind.GROUP and one.use is Use.PERSON)
    with noting(found, Topic.PEOPLE):
        found.directory = await directory.answer(Lookups(emails=people, groups=assigned))
