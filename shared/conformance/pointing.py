"""Find out what a run is pointed at, by what an operator wrote."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.clients.opentext import OpenText
from shared.conformance.beliefs import Belief, Needs, System
from shared.conformance.observed import CannotTellError
from shared.conformance.sandbox import Targets
from shared.conformance.systems import Systems
from shared.errors import BridgeError, InputError, Problem
from shared.mapping.language.named import names_in
from shared.mapping.language.rules import Mapping
from shared.models.opentext import Person


@dataclass(frozen=True)
class Wishes:
    """What was written on the command line."""

    plan: str | None = None
    workspace: int | None = None
    workflow_map: int | None = None
    assignees: tuple[str, ...] = ()
    """Addresses."""
    performer: str = ""
    """A login of OpenText."""
    only: tuple[str, ...] = ()
    """Beliefs or systems; empty: all."""
    read_only: bool = False

    @property
    def may_write(self) -> frozenset[Needs]:
        """Which of the three are a sandbox."""
        given = {Needs.PLAN: self.plan, Needs.WORKSPACE: self.workspace, Needs.WORKFLOW: self.workflow_map}
        return frozenset() if self.read_only else frozenset(need for need, one in given.items() if one is not None)


def chosen(wishes: Wishes, beliefs: Sequence[Belief]) -> tuple[Belief, ...]:
    """
    Choose the beliefs to ask for: those that only read, and those whose sandbox was named.

    Raises:
        InputError: --only names what is neither a belief nor a system; or a map was named without a workspace.
    """
    known = {belief.id for belief in beliefs} | set(System)
    if unknown := [word for word in wishes.only if word not in known]:
        systems = ", ".join(System)
        raise InputError(
            [
                Problem("--only", f"{word!r} is neither a belief of docs/conformance.md nor one of {systems}")
                for word in unknown
            ]
        )
    if wishes.workflow_map is not None and wishes.workspace is None:
        raise InputError([Problem("--workflow-map", "needs --workspace, where the attached documents are put")])
    wanted = [one for one in beliefs if not wishes.only or one.id in wishes.only or one.system in wishes.only]
    return tuple(one for one in wanted if not one.writes or one.needs in wishes.may_write)


async def resolve(wishes: Wishes, mapping: Mapping, systems: Systems, *, public_url: str) -> Targets:
    """
    Find the people that were named, and something to read where nothing was.

    Raises:
        InputError: somebody who was named is not there.
        BridgeError: no answer.
    """
    return Targets(
        plan=wishes.plan or _any_plan(mapping),
        workspace=wishes.workspace or await _any_workspace(systems.opentext),
        workflow_map=wishes.workflow_map,
        assignees=tuple([await _assignee(systems, address) for address in wishes.assignees]),
        performer=await _performer(systems.opentext, wishes.performer) if wishes.performer else None,
        notifications=f"{public_url}/api/graph/notifications" if public_url else "",
        may_write=wishes.may_write,
    )


def _any_plan(mapping: Mapping) -> str | None:
    """Find a plan to read. None: no rule names one by its id."""
    named = (spec.plan_id for one in names_in(mapping) for spec in one.plans)
    return next((plan for plan in named if plan is not None), None)


async def _any_workspace(opentext: OpenText) -> int | None:
    """Find a workspace to read. None: there is none that may be seen, or none can be listed."""
    try:
        for kind in await opentext.workspaces.types.list_all():
            page = await opentext.workspaces.list_page(kind.name, 1)
            if page.nodes:
                return page.nodes[0]
    except BridgeError:
        # Its probes say so: what can't be listed hinders the others not.
        return None
    return None


async def _assignee(systems: Systems, address: str) -> str:
    reply = await systems.graph("GET", f"users/{address}?$select=id")
    if not reply.is_success:
        raise InputError([Problem("--assignee", f"{address} is not in the directory: {reply.said}")])
    return str(reply.json["id"])


async def _performer(opentext: OpenText, login: str) -> Person:
    person = await opentext.members.find_by_login(login)
    if person is None:
        raise InputError([Problem("--performer", f"there is no user {login!r} in OpenText that we may see")])
    return person


async def read_versions(systems: Systems) -> dict[str, str]:
    """Read the versions of the systems, as far as they tell."""
    found = {"Microsoft Graph": "v1.0"}
    try:
        reply = await systems.content("GET", "v1/serverinfo")
    # Versions only help whoever reads the report: the run goes on without them.
    except (CannotTellError, BridgeError):
        return found
    if version := (reply.json.get("server") or {}).get("version"):
        found["Content Server"] = str(version)
    return found
