"""What people do in the simulated Content Server, each act in its person's name."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from local.board.acts import ADMIN, Act, Done, Kind, Name, RefusedActError
from local.board.recipes import RECIPES, midnight
from local.local_system import System
from local.simulators.content_server.exchange import RefusedCall
from local.simulators.content_server.model import Node, User
from local.simulators.content_server.process import SEND_ON, Process
from local.simulators.content_server.workflows import is_performer

OPENTEXT = "OpenText"
Number: TypeAlias = Annotated[int, Field(gt=0)]
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LONGEST = 10_000
_DONE = {"suspend": "suspended", "resume": "resumed", "stop": "stopped"}


class CreateWorkspace(Act):
    """Make a business workspace of a kind, with the day that its record tells."""

    kind: str
    name: Name
    day: date


class AddDocument(Act):
    """Put a document into a workspace."""

    workspace: Number
    name: Name


class AddVersion(Act):
    """Upload a new version of a document."""

    document: Number


class SetAttribute(Act):
    """Change an attribute, named as "Category.Attribute"."""

    node: Number
    path: Name
    value: Annotated[str, Field(max_length=_LONGEST)]


class RenameCategory(Act):
    """Give a category another name."""

    category: Number
    name: Name


class StartWorkflow(Act):
    """Start a workflow with a document."""

    map: Name
    document: Number


class OnStep(Act):
    """An act on the step of a workflow that waits."""

    workflow: Number
    step: Number


class CompleteStep(OnStep):
    """Send a step on, with an outcome or without."""

    disposition: str = SEND_ON
    comment: Annotated[str, Field(max_length=_LONGEST)] = ""


class ReassignStep(OnStep):
    """Hand a step to somebody else."""

    to: str


class ChangeWorkflow(Act):
    """Suspend, resume or stop a workflow."""

    workflow: Number
    wanted: Literal["suspend", "resume", "stop"]


def create_workspace(system: System, act: CreateWorkspace) -> Done:
    """Make a business workspace."""
    user = _user(system, act.person)
    known = {kind.name for kind in system.world.content.state.types.values()}
    if act.kind not in known or act.kind not in RECIPES:
        message = f"no workspace of the kind '{act.kind}' can be made here; there are: {', '.join(sorted(known))}"
        raise RefusedActError(message)
    category = RECIPES[act.kind].day.partition(".")[0]
    if category not in {one.name for one in system.world.content.state.categories.values()}:
        message = f"no category is called '{category}' any more, which its attributes stand in: rename it back first"
        raise RefusedActError(message)
    number = RECIPES[act.kind].create(system.world, act.name, midnight(act.day), user=user.login)
    return Done(f"{act.person} made the workspace '{act.name}'", {"node_id": number})


def add_document(system: System, act: AddDocument) -> Done:
    """Put a document into a workspace."""
    user, workspace = _user(system, act.person), _node(system, act.workspace, act.person)
    content = system.world.content
    number = content.add_document(workspace.id, act.name, b"first version", mime=DOCX, user=user.login)
    return Done(f"{act.person} put '{act.name}' into '{workspace.name}'", {"node_id": number})


def add_version(system: System, act: AddVersion) -> Done:
    """Upload a new version."""
    user, document = _user(system, act.person), _changeable(system, act.document, act.person)
    text = f"version {document.versions_made + 1}, by {act.person}".encode()
    number = system.world.content.add_version(document.id, text, user=user.login)
    return Done(f"{act.person} uploaded version {number} of '{document.name}'", {"node_id": document.id})


def set_attribute(system: System, act: SetAttribute) -> Done:
    """Change an attribute."""
    user, node = _user(system, act.person), _changeable(system, act.node, act.person)
    try:
        system.world.content.set_attribute(user.login, node.id, act.path, act.value)
    except (KeyError, StopIteration) as error:
        message = f"'{act.path}' is no attribute of '{node.name}'"
        raise RefusedActError(message) from error
    return Done(f"{act.person} set {act.path} of '{node.name}' to '{act.value}'", {"node_id": node.id})


def rename_category(system: System, act: RenameCategory) -> Done:
    """Give a category another name; nothing announces that."""
    if not _user(system, act.person).is_admin:
        message = f"only {ADMIN} may rename a category: act as {ADMIN}"
        raise RefusedActError(message)
    category = system.world.content.state.categories.get(act.category)
    if category is None:
        message = "that category is not there any more"
        raise RefusedActError(message)
    before, category.name = category.name, act.name
    return Done(f"{act.person} renamed the category '{before}' to '{act.name}'")


def start_workflow(system: System, act: StartWorkflow) -> Done:
    """Start a workflow; who starts it manages it, and the bridge does too."""
    user, document = _user(system, act.person), _node(system, act.document, act.person)
    content = system.world.content
    if act.map not in {plan.name for plan in content.state.maps.values()}:
        message = f"there is no workflow map '{act.map}'"
        raise RefusedActError(message)
    workspace = document.parent if document.parent in content.state.workspaces else None
    process = content.start_workflow(
        act.map, [document.id], initiator=user.login, managers=["bridge", user.login], workspace=workspace
    )
    return Done(f"{act.person} started '{act.map}' with '{document.name}'", {"process_id": process})


def complete_step(system: System, act: CompleteStep) -> Done:
    """Send a step on, as its performer; a group's step is accepted on the way."""
    user, process = _user(system, act.person), _workflow(system, act.workflow)
    visit = process.find_current(act.step)
    if visit is not None and visit.step.wants_password:
        message = "that step wants a password, which the board does not ask for"
        raise RefusedActError(message)
    system.world.content.complete_step(user.login, process.id, act.step, act.disposition, comment=act.comment)
    return Done(
        f"{act.person} sent '{process.map.step(act.step).name}' on with '{act.disposition}', in OpenText itself",
        {"process_id": process.id},
    )


def reassign_step(system: System, act: ReassignStep) -> Done:
    """Hand a step to somebody else: for its performer, and for who manages the workflow."""
    user, process = _user(system, act.person), _workflow(system, act.workflow)
    visit, to = process.find_current(act.step), _user(system, act.to)
    if visit is None:
        message = "that step does not wait any more"
        raise RefusedActError(message)
    if not (is_performer(system.world.content.state, visit, user.id) or _manages(process, user)):
        message = f"{act.person} neither performs the step nor manages the workflow"
        raise RefusedActError(message)
    system.world.content.delegate(user.login, process.id, act.step, to.login)
    return Done(f"{act.person} handed '{visit.step.name}' to {act.to}", {"process_id": process.id})


def change_workflow(system: System, act: ChangeWorkflow) -> Done:
    """Suspend, resume or stop a workflow: for who manages it."""
    user, process = _user(system, act.person), _workflow(system, act.workflow)
    if not _manages(process, user):
        message = f"{act.person} does not manage that workflow: act as who started it on the board, or as {ADMIN}"
        raise RefusedActError(message)
    if not system.world.content.change_workflow(process.id, act.wanted):
        message = f"it can't be {_DONE[act.wanted]}: it is {process.state}"
        raise RefusedActError(message)
    return Done(f"{act.person} {_DONE[act.wanted]} the workflow '{process.name}'", {"process_id": process.id})


def _user(system: System, login: str) -> User:
    try:
        return system.world.content.state.user_named(login)
    except KeyError as error:
        message = f"{login} has no account in OpenText"
        raise RefusedActError(message) from error


def _node(system: System, number: int, login: str) -> Node:
    node = system.world.content.state.find_visible(number, _user(system, login).id)
    if node is None:
        message = "it is not there any more, or not to be seen by who acts"
        raise RefusedActError(message)
    return node


def _changeable(system: System, number: int, login: str) -> Node:
    try:
        return system.world.content.state.changeable(_node(system, number, login), _user(system, login).id)
    except RefusedCall as refusal:
        raise RefusedActError(refusal.text) from refusal


def _workflow(system: System, number: int) -> Process:
    if number not in system.world.content.state.processes:
        message = "that workflow is not there any more"
        raise RefusedActError(message)
    return system.world.content.workflow(number)


def _manages(process: Process, user: User) -> bool:
    return user.is_admin or user.id in process.managers


KINDS: dict[str, Kind] = {
    name: Kind(OPENTEXT, asked, carry_out)
    for name, asked, carry_out in (
        ("create-workspace", CreateWorkspace, create_workspace),
        ("add-document", AddDocument, add_document),
        ("add-version", AddVersion, add_version),
        ("set-attribute", SetAttribute, set_attribute),
        ("rename-category", RenameCategory, rename_category),
        ("start-workflow", StartWorkflow, start_workflow),
        ("complete-step", CompleteStep, complete_step),
        ("reassign-step", ReassignStep, reassign_step),
        ("change-workflow", ChangeWorkflow, change_workflow),
    )
}
