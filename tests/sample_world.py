"""Build, in the simulated systems, the world that a recording tells of: to play a sample mapping from end to end."""

from collections import defaultdict

from local.demo.world import World
from local.in_process.system import Inside
from local.simulators.content_server.model import Attribute, AttributeSet
from local.simulators.content_server.process import MapStep, WorkflowMap
from shared.mapping.language.rules import Mapping
from shared.mapping.language.task_parts import WorkspacePlan, parts
from shared.models.opentext import Attributes
from shared.models.origin import Origin
from shared.models.recording import Recording
from shared.models.workflow import Workflow


def populate(inside: Inside, recording: Recording, mapping: Mapping) -> str:
    """Make people, groups, plans and the origin, and set the clock; return the origin's key."""
    world, origin = inside.world, recording.origin
    _people(world, recording)
    _plans(world, recording, mapping)
    workspace = _workspace(world, origin)
    key = f"workspace-{workspace}"
    if origin.workflow is not None:
        inside.at = origin.workflow.current[0].started or recording.now
        key = f"workflow-{_workflow(world, origin.workflow, workspace)}"
    inside.at = recording.now
    return key


def _people(world: World, recording: Recording) -> None:
    known = {user["mail"] for user in world.graph.state.users.values()}
    for address, user in recording.directory.users.items():
        if user is not None and address not in known:
            world.users[address.partition("@")[0]] = world.graph.add_user(address)
    for user in (member for members in recording.directory.groups.values() for member in members):
        login = str(user.mail).partition("@")[0]
        if login not in world.users:
            world.users[login] = world.graph.add_user(str(user.mail))
    for address, manager in recording.directory.managers.items():
        if manager is not None:
            boss = world.graph.add_user(str(manager.mail))
            world.graph.set_manager(world.users[address.partition("@")[0]], boss)


def _plans(world: World, recording: Recording, mapping: Mapping) -> None:
    """Groups with everybody in them; plans unless a rule makes them."""
    named = {(plan.group_id, plan.title, plan.plan_id, plan.make) for plan in mapping.plans.values()}
    own = [part.group_id for rule in mapping.rules for part in parts(rule) if isinstance(part, WorkspacePlan)]
    named |= {(group, None, None, True) for group in own}
    named |= {(group, None, None, True) for group in recording.directory.groups}
    for group, title, plan_id, makes in sorted(named, key=str):
        owner = group or "99999999-9999-4999-8999-999999999999"
        if owner not in world.graph.state.groups:
            members = [str(user.mail).partition("@")[0] for user in recording.directory.groups.get(owner, ())]
            people = [world.users[login] for login in members] or list(world.users.values())
            world.graph.add_group("Sample", people, group_id=owner, has_app=True)
        if not makes:
            world.graph.add_plan(owner, title or "Sample", plan_id=plan_id or "")


def _workspace(world: World, origin: Origin) -> int:
    content, space = world.content, origin.workspace
    assert space is not None  # every sample has one
    attributes = _categories(space.attributes)
    content.state.categories = {
        number: category for number, category in content.state.categories.items() if category.name not in attributes
    }
    for category, known in attributes.items():
        content.add_category(category, known)
    if space.workspace_type not in {kind.name for kind in content.state.types.values()}:
        content.add_workspace_type(space.workspace_type)
    roles = {role.name: [person.login for person in role.members] for role in space.roles or ()}
    return content.create_workspace(
        space.workspace_type, space.name, attributes=space.attributes, roles=roles, created=space.created
    )


def _categories(told: Attributes) -> dict[str, list[Attribute | AttributeSet]]:
    """Define what the values need: `Category.Name`, or a column of a set, `Category.Set[1].Name`."""
    found: dict[str, list[Attribute | AttributeSet]] = defaultdict(list)
    columns: dict[tuple[str, str], dict[str, Attribute]] = defaultdict(dict)
    for path, value in told.items():
        category, _, name = path.partition(".")
        whole, _, column = name.partition("].")
        if column:
            columns[category, whole.partition("[")[0]].setdefault(column, Attribute(column))
        else:
            kind = "Integer" if isinstance(value, int) else "String"
            found[category].append(Attribute(name, kind, multi=isinstance(value, tuple)))
    for (category, name), known in columns.items():
        found[category].append(AttributeSet(name, tuple(known.values())))
    return found


def _workflow(world: World, flow: Workflow, workspace: int) -> int:
    step, content = flow.current[0], world.content
    assert step.started is not None  # a step that waits has begun
    assert flow.initiator is not None  # and somebody began its workflow
    duration = step.due - step.started if step.due is not None else None
    first = MapStep(1, step.name, step.performers[0].login, {"Accept": (), "Reject": ()}, duration=duration)
    content.define_map(WorkflowMap(flow.name, (first,)))
    documents = [content.add_document(workspace, document.name) for document in flow.documents]
    return content.start_workflow(
        flow.name, documents, initiator=flow.initiator.login, managers=["bridge"], workspace=workspace
    )
