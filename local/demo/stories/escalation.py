"""An approval waits over a long weekend: a reminder, the lead's task, the next level; then the step moves."""

from datetime import UTC, date, datetime, time, timedelta

from local.demo.narrator import DidNotHappenError, Teller
from local.demo.observe import Json, assignees, due, tasks, url_of
from local.demo.world import create_contract
from local.local_system import ROOT, System, read_offset
from shared.mapping.language.calendar import Calendar
from shared.mapping.language.load import read_mapping

MAPPING = ROOT / "local/demo/stories/escalation.yaml"
MORNING = time(10)
LONG_WEEKEND = timedelta(days=4)
"""From its last business day to the next: a Saturday, a Sunday and a holiday lie between."""


async def play(system: System, teller: Teller) -> None:
    """
    Play the story.

    Raises:
        DidNotHappenError: something did not.
    """
    calendar, day, process = await begin(system, teller)
    await _reminder_comes(system, teller, calendar.at(day, time(14, 30)))
    await _weekend_passes(system, teller, calendar, day)
    await _second_day_passes(system, teller, calendar, day)
    await _step_moves(system, teller, process)


async def begin(system: System, teller: Teller) -> tuple[Calendar, date, int]:
    """
    Play as far as somebody can take over, the reviewer's task: return the calendar, its day and the workflow.

    Raises:
        DidNotHappenError: something did not.
    """
    calendar = read_mapping(MAPPING.read_text(), MAPPING.name).calendar("default")
    day = before_long_weekend(calendar, calendar.local_date(_now(system)))
    return calendar, day, await _approval_begins(system, teller, calendar.at(day, MORNING))


def before_long_weekend(calendar: Calendar, today: date) -> date:
    """Return the next business day that a weekend and a holiday follow."""
    day = calendar.add_business_days(today, 2)
    while calendar.add_business_days(day, 1) - day < LONG_WEEKEND:
        day = calendar.add_business_days(day, 1)
    return day


async def _approval_begins(system: System, teller: Teller, at: datetime) -> int:
    teller.title("An approval begins before a long weekend")
    _travel(system, teller, at)
    content = system.world.content
    workspace = create_contract(system.world, "Contoso Supply 4711", at + timedelta(days=400))
    document = content.add_document(workspace, "Supply contract.docx", b"first version", user="pwilliams")
    process = content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )
    teller.tell("OpenText", f"workflow {process} waits at 'Approver' for dfoxhoven")
    await system.hint(process_id=process)
    _show(system, teller, await teller.wait("a task for the reviewer", lambda: _ready(system, "Approve ")))
    return process


async def _reminder_comes(system: System, teller: Teller, at: datetime) -> None:
    teller.title("Four business hours later")
    _travel(system, teller, at)
    outbox = system.world.graph.outbox
    mail = await teller.wait("a reminder by mail", lambda: outbox[-1] if outbox else None)
    teller.tell("Bridge", f"mail to {', '.join(mail.to)}: {mail.subject!r}")
    task = await teller.wait("the reminder in the task", lambda: _mentions(system, "Approve ", "Reminder of"))
    teller.tell("Planner", _line(system, task, "Reminder of"), url_of(system, task))


async def _weekend_passes(system: System, teller: Teller, calendar: Calendar, day: date) -> None:
    after = calendar.add_business_days(day, 1)
    off = [day + timedelta(days=number) for number in range(1, (after - day).days)]
    teller.title(f"{len(off)} days off: {', '.join(_name(one, calendar) for one in off)}")
    calls = system.world.content.calls
    _travel(system, teller, calendar.at(after, time(9, 30)))
    await teller.wait("the bridge to look at the workflow again", lambda: system.world.content.calls > calls + 1)
    if tasks(system, starting="Overdue"):
        message = "the weekend does not count, but somebody was disturbed"
        raise DidNotHappenError(message)
    teller.tell("Bridge", f"{len(off)} days have passed, not one business day: nobody is disturbed")
    _travel(system, teller, calendar.at(after, time(10, 5)))
    _show(system, teller, await teller.wait("the lead's task", lambda: _ready(system, "Overdue: ")))


async def _second_day_passes(system: System, teller: Teller, calendar: Calendar, day: date) -> None:
    teller.title("The second business day")
    _travel(system, teller, calendar.at(calendar.add_business_days(day, 2), time(10, 5)))
    task = await teller.wait("a task for the next level", lambda: _ready(system, "Overdue for two days: "))
    _show(system, teller, task)


async def _step_moves(system: System, teller: Teller, process: int) -> None:
    teller.title("The reviewer approves in OpenText: the step moves, and all its tasks close")
    system.world.content.complete_step("dfoxhoven", process, 1, "Approve")
    teller.tell("OpenText", "dfoxhoven approved in OpenText itself")
    await system.hint(process_id=process)
    closed = await teller.wait("all three tasks closed", lambda: _closed(system))
    for task in closed:
        teller.tell("Planner", f"{task['title']!r} is closed: {_line(system, task, 'Closed by')}", url_of(system, task))


def _closed(system: System) -> list[Json] | None:
    """List the three tasks once each of them says why it was closed."""
    details = system.world.graph.details
    found = [
        task
        for task in tasks(system)
        if task["percentComplete"] == 100 and "Closed by OpenText" in details[task["id"]]["description"]
    ]
    return found if len(found) == len(tasks(system)) == 3 else None


def _ready(system: System, starting: str) -> Json | None:
    """Find a task whose details were written."""
    details = system.world.graph.details
    return next((task for task in tasks(system, starting=starting) if details[task["id"]].get("description")), None)


def _mentions(system: System, starting: str, text: str) -> Json | None:
    task = _ready(system, starting)
    return task if task is not None and text in system.world.graph.details[task["id"]]["description"] else None


def _line(system: System, task: Json, starting: str) -> str:
    """Show the line of a task's description that begins so; its last line when there is none."""
    lines = str(system.world.graph.details[task["id"]]["description"]).splitlines()
    return next((line for line in lines if line.startswith(starting)), lines[-1])


def _show(system: System, teller: Teller, task: Json) -> None:
    teller.tell("Planner", f"{task['title']!r} for {assignees(system, task)}, due {due(task)}", url_of(system, task))


def _travel(system: System, teller: Teller, to: datetime) -> None:
    """Move every clock on to a moment."""
    system.forward(to - _now(system))
    teller.tell("", f"it is {to:%A %Y-%m-%d %H:%M} UTC")


def _now(system: System) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=read_offset(system.clock))


def _name(day: date, calendar: Calendar) -> str:
    holiday = calendar.holidays.get(day) if calendar.holidays is not None else None
    return f"{day:%A}" if holiday is None else f"{day:%A} ({holiday})"
