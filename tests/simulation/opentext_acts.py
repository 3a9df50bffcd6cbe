"""What people and administrators do in OpenText, and what is taken from the bridge and given back."""

from tests.simulation.people import Doing, People
from tests.simulation.world import APPROVER, COUNTERSIGN, REWORK, SERVICE, add_workspace, start_approval


def upload_version(people: People) -> str | None:
    """Upload a new version of a document that is being approved."""
    if not people.world.documents:
        return None
    process = people.rng.choice(people.world.processes)
    document = people.world.documents[process]
    number = people.world.content.add_version(document, b"another text", user="pwilliams")
    people.note("version", "pwilliams", value=(document, number))
    people.hint(f"node-{document}")
    return f"{document} v{number}"


def act_in_opentext(people: People) -> str | None:
    """Complete a step in OpenText itself."""
    found = [
        (process, visit)
        for process in people.world.processes
        for visit in people.world.content.workflow(process).current
    ]
    if not found:
        return None
    process, visit = people.rng.choice(found)
    login = _performer(people, visit.performer)
    disposition = people.rng.choice(sorted(visit.step.next))
    people.world.content.complete_step(login, process, visit.task_id, disposition)
    people.hint(f"workflow-{process}")
    return f"{login} {process} {visit.step.name} {disposition}"


def _performer(people: People, performer: int) -> str:
    """Name who may act on a step; of a group's step, one of the group."""
    return people.world.content.state.users[performer].login if performer else people.rng.choice(("nkaur", "pwilliams"))


def reject_or_rework(people: People) -> str | None:
    """Send a workflow around its loop."""
    for process in people.world.processes:
        workflow = people.world.content.workflow(process)
        for step, disposition in ((APPROVER, "Reject"), (REWORK, "SendOn")):
            if (visit := workflow.find_current(step)) is not None and workflow.state == "running":
                login = _performer(people, visit.performer)
                people.world.content.complete_step(login, process, step, disposition)
                people.hint(f"workflow-{process}")
                return f"{login} {process} {visit.step.name} {disposition}"
    return None


def hand_over(people: People) -> str | None:
    """Give a step to somebody else."""
    if people.world.act_as == "service" or not people.world.processes:
        return None
    process, step = people.rng.choice(people.world.processes), people.rng.choice((APPROVER, COUNTERSIGN))
    to = people.rng.choice(("dfoxhoven", "nkaur", "lwhite"))
    people.world.content.delegate("pwilliams", process, step, to)
    people.note("performer", "pwilliams", value=(process, step, to))
    people.hint(f"workflow-{process}")
    return f"{process} {step} to {to}"


def stop(people: People) -> str | None:
    """Stop a workflow, suspend it, or let it go on."""
    if not people.world.processes:
        return None
    process, wanted = people.rng.choice(people.world.processes), people.rng.choice(("stop", "suspend", "resume"))
    if not people.world.content.change_workflow(process, wanted):
        return None
    people.hint(f"workflow-{process}")
    return f"{wanted} {process}"


def change_attribute(people: People) -> str | None:
    """Change what tasks follow from: who owns the contract, when it ends, whether it is one of ours at all."""
    workspace = people.rng.choice(people.world.workspaces)
    path, values = people.rng.choice(
        (
            ("Contract.Owner", ("lwhite@contoso.example", "nkaur@contoso.example", "nobody@contoso.example")),
            ("Contract.End Date", ("2027-12-31T00:00:00", "2028-06-30T00:00:00")),
            ("Contract.Approval", ("Pending", "Granted")),
            ("Contract.Region", ("EMEA", "EMEA", "APAC")),
        )
    )
    value = people.rng.choice(values)
    people.world.content.set_attribute("pwilliams", workspace, path, value)
    people.note("attribute", "pwilliams", value=(workspace, path, value))
    people.hint(f"node-{workspace}")
    return f"{workspace} {path} {value}"


def rename(people: People) -> str | None:
    """Rename a workspace."""
    workspace = people.rng.choice(people.world.workspaces)
    people.world.content.rename("pwilliams", workspace, f"Supply {workspace} {people.rng.randint(1, 99)}")
    people.hint(f"node-{workspace}")
    return f"{workspace}"


def change_role(people: People) -> str | None:
    """Take somebody into a role."""
    workspace, login = people.rng.choice(people.world.workspaces), people.anybody()
    members = people.world.content.role(workspace, "Legal").members
    if people.world.content.state.member_named(login) in members:
        return None
    people.world.content.add_role_member(workspace, "Legal", login)
    people.hint(f"node-{workspace}")
    return f"{workspace} {login}"


def begin(people: People) -> str | None:
    """Begin another workflow, or another contract."""
    if len(people.world.processes) < 3:
        workspace = people.rng.choice(people.world.workspaces)
        process = start_approval(people.world, workspace)
        people.hint(f"workflow-{process}")
        return f"workflow {process}"
    if len(people.world.workspaces) < 3 and people.world.has_its_names:
        workspace = add_workspace(people.world, len(people.world.workspaces) + 1)
        people.hint(f"node-{workspace}")
        return f"workspace {workspace}"
    return None


def take_permission(people: People) -> str | None:
    """Hide something from the bridge."""
    world = people.world
    chosen = people.rng.choice([*world.processes, *world.workspaces, *world.documents.values(), *world.plans])
    if isinstance(chosen, int):
        world.content.hide(chosen, SERVICE)
    else:
        world.graph.hide(str(chosen))
    return str(chosen)


def give_back(people: People) -> str | None:
    """Give every permission back, and every name."""
    world = people.world
    for number in (*world.processes, *world.workspaces, *world.documents.values()):
        world.content.unhide(number)
    for plan in world.plans:
        world.graph.show(plan)
    return "all"


def end_tickets(people: People) -> str | None:
    """Restart Content Server: every session is gone."""
    people.world.content.expire_tickets()
    return "all"


OPENTEXT: tuple[tuple[int, Doing], ...] = (
    (4, upload_version),
    (3, act_in_opentext),
    (3, reject_or_rework),
    (2, hand_over),
    (1, stop),
    (4, change_attribute),
    (1, rename),
    (1, change_role),
    (3, begin),
    (2, take_permission),
    (3, give_back),
    (2, end_tickets),
)
