"""A new colleague: three departments, stage by stage, and a first day that moves."""

from datetime import datetime, timedelta
from pathlib import Path

from local.demo.narrator import DidNotHappenError, Teller
from local.demo.observe import Json, assignees, due, plan_of, tasks, url_of
from local.demo.world import World
from local.local_system import System
from local.simulators.content_server.model import Attribute

MAPPING = Path(__file__).with_suffix(".yaml")
NAME = "Ada Byron"
HR, IT, FACILITIES = (f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}" for digit in "678")
FIRST_DAY = "Employee.First Day"
WEEKS_AHEAD = 10


async def play(system: System, teller: Teller) -> None:
    """
    Play the story.

    Raises:
        DidNotHappenError: something did not.
    """
    first_day, workspace = await begin(system, teller)
    await _contract_is_signed(system, teller)
    await _first_day_moves(system, teller, workspace, to=first_day + timedelta(weeks=1))
    await _everything_is_ready(system, teller, workspace)


async def begin(system: System, teller: Teller) -> tuple[datetime, int]:
    """
    Play as far as somebody can take over, the first stage: return the first day and the workspace.

    Raises:
        DidNotHappenError: something did not.
    """
    build(system.world)
    first_day = _monday(system.world.content.state.now() + timedelta(weeks=WEEKS_AHEAD))
    return first_day, await _colleague_is_hired(system, teller, first_day)


def build(world: World) -> None:
    """Add what this story needs: the departments with their plans, and the record of an employee."""
    people = list(world.users.values())
    for group, name in ((HR, "People"), (IT, "IT"), (FACILITIES, "Facilities")):
        world.graph.add_group(name, people, group_id=group, has_app=True)
    world.graph.add_plan(HR, "New colleagues", ["Before", "First day", "After"])
    world.graph.add_plan(FACILITIES, "Facilities", ["To do"])
    world.content.add_category("Employee", [Attribute("First Day", "Date"), "Site", "Onboarding"])
    world.content.add_workspace_type("Employee")


async def _colleague_is_hired(system: System, teller: Teller, first_day: datetime) -> int:
    teller.title("A colleague is hired: the first stage")
    workspace = hire(system.world, NAME, first_day)
    where = f"{system.content_url}/app/nodes/{workspace}"
    teller.tell("OpenText", f"workspace {NAME!r} was created, first day {first_day:%Y-%m-%d}", where)
    await system.hint(node_id=workspace)
    await _appears(system, teller, "signed contract")
    return workspace


def hire(world: World, name: str, first_day: datetime, *, user: str = "lwhite") -> int:
    """Create an employee's workspace, as Liz White does unless somebody else is named; return its node id."""
    return world.content.create_workspace(
        "Employee",
        name,
        attributes={FIRST_DAY: _written(first_day), "Employee.Site": "Berlin"},
        roles={"Manager": ["pwilliams"], "HR": ["lwhite"], "IT": ["dfoxhoven"], "Facilities": ["nkaur"]},
        user=user,
    )


async def _contract_is_signed(system: System, teller: Teller) -> None:
    teller.title("The contract is signed: IT and Facilities begin")
    _complete(system, teller, "signed contract", "lwhite")
    await _appears(system, teller, "laptop")
    await _appears(system, teller, "desk and badge")


async def _first_day_moves(system: System, teller: Teller, workspace: int, *, to: datetime) -> None:
    teller.title("The first day moves: what is open follows, what is done stays")
    before = {task["id"]: due(task) for task in tasks(system, starting=NAME)}
    system.world.content.set_attribute("lwhite", workspace, FIRST_DAY, _written(to))
    teller.tell("OpenText", f"the first day is {to:%Y-%m-%d} now")
    await system.hint(node_id=workspace)
    for ending in ("laptop", "desk and badge"):
        task = await _moves(system, teller, ending, before)
        teller.tell("Planner", f"{task['title']!r} moved from {before[task['id']]} to {due(task)}")
    done = _named(system, "signed contract")
    if due(done) != before[done["id"]]:
        message = f"{done['title']!r} is completed and moved to {due(done)}"
        raise DidNotHappenError(message)
    teller.tell("Planner", f"{done['title']!r} is completed and keeps its date, {due(done)}")


async def _moves(system: System, teller: Teller, ending: str, before: dict[str, str]) -> Json:
    def moved() -> Json | None:
        task = _named(system, ending)
        return task if due(task) != before[task["id"]] else None

    return await teller.wait(f"{ending!r} to move", moved)


async def _everything_is_ready(system: System, teller: Teller, workspace: int) -> None:
    teller.title("Everything is ready: the first day, and what comes after it")
    _complete(system, teller, "laptop", "dfoxhoven")
    _complete(system, teller, "desk and badge", "nkaur")
    await _appears(system, teller, "welcome")
    _complete(system, teller, "welcome", "pwilliams")
    await _appears(system, teller, "end of probation")
    content = system.world.content
    await teller.wait("the record to show it", lambda: content.attribute(workspace, "Employee.Onboarding") == "Done")
    teller.tell("OpenText", "Employee.Onboarding is Done")


async def _appears(system: System, teller: Teller, ending: str) -> None:
    """Wait for a task with its details, and show it."""
    task = await teller.wait(f"a task {ending!r}", lambda: _find(system, ending))
    what = f"{plan_of(system, task)}: {task['title']!r} for {assignees(system, task)}, due {due(task)}"
    teller.tell("Planner", what, url_of(system, task))


def _complete(system: System, teller: Teller, ending: str, login: str) -> None:
    task = _named(system, ending)
    system.world.graph.complete(system.world.users[login], task["id"])
    teller.tell("Planner", f"{login} completed {task['title']!r}")


def _named(system: System, ending: str) -> Json:
    return next(task for task in tasks(system, starting=NAME) if str(task["title"]).endswith(ending))


def _find(system: System, ending: str) -> Json | None:
    details = system.world.graph.details
    found = [task for task in tasks(system, starting=NAME) if str(task["title"]).endswith(ending)]
    return next((task for task in found if details[task["id"]].get("description")), None)


def _monday(after: datetime) -> datetime:
    return after + timedelta(days=-after.weekday() % 7)


def _written(day: datetime) -> str:
    """Write a date as Content Server does."""
    return f"{day:%Y-%m-%d}T00:00:00"
