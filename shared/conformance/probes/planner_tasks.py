"""What Planner takes for a task, and what it makes of it."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from shared.conformance.observed import CannotTellError, Observed, judged
from shared.conformance.registry import probe
from shared.conformance.sandbox import Sandbox
from shared.conformance.systems import Json, Reply, shown

CLOCKS_APART = timedelta(seconds=90)


@probe("planner-create-answers")
async def created(box: Sandbox) -> Observed:
    """Make a task, and look at the answer."""
    reply = await box.graph("POST", "planner/tasks", {"planId": box.plan, "title": box.name("created")})
    told = [name for name in ("id", "@odata.etag", "createdBy", "createdDateTime") if reply.json.get(name)]
    return judged(reply.status == 201 and len(told) == 4, f"{reply.status} with {', '.join(told) or 'no task'}")


@probe("planner-create-not-idempotent")
async def created_twice(box: Sandbox) -> Observed:
    """Make the same task twice."""
    body = {"planId": box.plan, "title": box.name("twin")}
    one, two = [(await box.graph("POST", "planner/tasks", body)).json.get("id") for _ in range(2)]
    if not one:
        raise CannotTellError("no task could be made")  # noqa: EM101 - a sentence
    return judged(two is not None and one != two, "two tasks" if two not in (None, one) else "one task")


@probe("planner-ids-case-sensitive")
async def other_case(box: Sandbox) -> Observed:
    """Read a task by its id in the other case."""
    task = await box.task("case")
    reply = await box.graph("GET", f"planner/tasks/{str(task['id']).swapcase()}")
    return judged(not reply.is_success, f"the id in the other case: {reply.status}")


@probe("planner-deep-insert-dropped")
async def deep_insert(box: Sandbox) -> Observed:
    """Make a task with a description in its details."""
    task = await box.task("deep", details={"description": "sent with the task"})
    text = (await box.details(task)).get("description")
    return judged(not text, f"the description is {shown(text)}")


@probe("planner-null-properties")
async def nulls(box: Sandbox) -> Observed:
    """See whether what a task has not is told as null."""
    task = await box.task("nulls")
    names = ("dueDateTime", "startDateTime", "completedDateTime", "completedBy")
    odd = [name for name in names if task.get(name, "left out") is not None]
    return judged(not odd, f"not null: {', '.join(odd)}" if odd else "null")


@probe("planner-title-trimmed")
async def blanks(box: Sandbox) -> Observed:
    """Give a title blanks at both ends."""
    reply = await box.graph("POST", "planner/tasks", {"planId": box.plan, "title": f"  {box.name('blanks')}  "})
    title = str(reply.json.get("title", ""))
    return judged(title == box.name("blanks"), f"begins with {shown(title[:3])}, ends with {shown(title[-3:])}")


@probe("planner-title-255")
async def long_titles(box: Sandbox) -> Observed:
    """Give titles of 255 and of 256 letters."""
    # The mark stands before the letters and counts: by it the tasks are found again and taken away.
    fits, too_long = [await _titled(box, "x" * (length - len(box.name("")))) for length in (255, 256)]
    return judged(fits.is_success and too_long.status == 400, f"255: {fits.status}, 256: {too_long.status}")


@probe("planner-title-utf16")
async def emoji(box: Sandbox) -> Observed:
    """Give a title that has 255 characters at most, and more UTF-16 units."""
    reply = await _titled(box, "\U0001f600" * 200)
    return judged(reply.status == 400, f"a title of 200 emoji: {reply.status}")


@probe("planner-priority-normalised")
async def priorities(box: Sandbox) -> Observed:
    """Give priorities that Planner does not use."""
    kept = {sent: (await box.task("priority", priority=sent)).get("priority") for sent in (2, 7, 10)}
    return judged(kept == {2: 3, 7: 5, 10: 9}, ", ".join(f"{sent} became {value}" for sent, value in kept.items()))


@probe("planner-times-utc")
async def zones(box: Sandbox) -> Observed:
    """Give a due date in another zone."""
    due = str((await box.task("zone", dueDateTime="2031-03-05T12:00:00+02:00")).get("dueDateTime"))
    return judged(due.startswith("2031-03-05T10:00:00") and due.endswith("Z"), f"12:00+02:00 became {due}")


@probe("planner-created-time")
async def created_when(box: Sandbox) -> Observed:
    """Compare a new task's time with the answer's own."""
    reply = await box.graph("POST", "planner/tasks", {"planId": box.plan, "title": box.name("time")})
    date = reply.headers.get("Date")
    if date is None:
        raise CannotTellError("the answer has no Date to compare with")  # noqa: EM101 - a sentence
    apart = _moment(reply, "createdDateTime") - parsedate_to_datetime(date)
    return judged(abs(apart) < CLOCKS_APART, f"{round(apart.total_seconds())} s from the answer's Date")


@probe("planner-start-after-due")
async def start_after_due(box: Sandbox) -> Observed:
    """Let a task start after it is due."""
    times = {"startDateTime": "2031-03-06T10:00:00Z", "dueDateTime": "2031-03-05T10:00:00Z"}
    body = {"planId": box.plan, "title": box.name("start"), **times}
    reply = await box.graph("POST", "planner/tasks", body)
    return judged(reply.status == 400, reply.said)


@probe("planner-due-cleared")
async def cleared(box: Sandbox) -> Observed:
    """Take a due date away."""
    task = await box.task("due", dueDateTime="2031-03-05T10:00:00Z")
    reply = await box.patch(task, {"dueDateTime": None})
    return judged(reply.is_success and not reply.json.get("dueDateTime"), _after(reply, "dueDateTime"))


@probe("planner-labels-off")
async def labels(box: Sandbox) -> Observed:
    """Put two labels on, and take one off."""
    task = await box.task("labels", appliedCategories={"category1": True, "category2": True})
    reply = await box.patch(task, {"appliedCategories": {"category1": False}})
    return judged(reply.json.get("appliedCategories") == {"category2": True}, _after(reply, "appliedCategories"))


@probe("planner-created-by-app")
async def creator(box: Sandbox) -> Observed:
    """See who made two tasks of ours."""
    one, two = await box.task("creator"), await box.task("creator")
    same = one.get("createdBy") == two.get("createdBy")
    kinds = _kinds(one.get("createdBy"))
    return judged(same and kinds == ["application"], f"createdBy names {_words(kinds)}, {'always' if same else 'not'}")


@probe("planner-completed-by-app")
async def completer(box: Sandbox) -> Observed:
    """Complete a task, and see who did."""
    task = await box.task("complete")
    done = (await box.patch(task, {"percentComplete": 100})).json
    is_so = bool(done.get("completedDateTime")) and done.get("completedBy") == task.get("createdBy")
    when = "a time" if done.get("completedDateTime") else "no time"
    return judged(is_so, f"completedBy names {_words(_kinds(done.get('completedBy')))}, with {when}")


@probe("planner-reopened")
async def reopened(box: Sandbox) -> Observed:
    """Complete a task, and open it again."""
    task = await box.task("reopen")
    done = await box.patch(task, {"percentComplete": 100})
    reply = await box.patch(task, {"percentComplete": 50}, etag=done.etag)
    left = [name for name in ("completedBy", "completedDateTime") if reply.json.get(name) is not None]
    is_so = reply.is_success and reply.json.get("percentComplete") == 50 and not left
    return judged(is_so, f"{reply.status}, left: {', '.join(left) or 'nothing'}")


@probe("planner-gone-404")
async def gone(box: Sandbox) -> Observed:
    """Delete a task, and read it."""
    task = await box.task("gone")
    await box.graph("DELETE", f"planner/tasks/{task['id']}", If_Match=str(task["@odata.etag"]))
    reply = await box.graph("GET", f"planner/tasks/{task['id']}")
    return judged(reply.status == 404 and "error" in reply.json, f"read after its deletion: {reply.said}")


@probe("planner-assignments-merge")
async def assignments(box: Sandbox) -> Observed:
    """Assign one, then another."""
    one, two = box.people(2)
    task = await box.task("assign", assignments=assigning(one))
    reply = await box.patch(task, {"assignments": assigning(two)})
    return judged(set(reply.json.get("assignments") or {}) == {one, two}, f"{_count(reply)} assigned after the second")


@probe("planner-assignments-removed")
async def unassigned(box: Sandbox) -> Observed:
    """Assign two, and take one away by null."""
    one, two = box.people(2)
    task = await box.task("unassign", assignments=assigning(one, two))
    reply = await box.patch(task, {"assignments": {one: None}})
    return judged(set(reply.json.get("assignments") or {}) == {two}, f"{_count(reply)} left of two")


@probe("planner-assigned-by-app")
async def assigner(box: Sandbox) -> Observed:
    """See who assigned whom we assigned."""
    (one,) = box.people(1)
    task = await box.task("assigner", assignments=assigning(one))
    by = ((task.get("assignments") or {}).get(one) or {}).get("assignedBy")
    return judged(by is not None and by == task.get("createdBy"), f"assignedBy names {_words(_kinds(by))}")


def assigning(*users: str) -> Json:
    """Write assignments."""
    return {user: {"@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !"} for user in users}


async def _titled(box: Sandbox, tail: str) -> Reply:
    return await box.graph("POST", "planner/tasks", {"planId": box.plan, "title": box.name(tail)})


def _moment(reply: Reply, name: str) -> datetime:
    return datetime.fromisoformat(str(reply.json.get(name)))


def _after(reply: Reply, name: str) -> str:
    return f"{name} is {shown(reply.json.get(name))}" if reply.is_success else reply.said


def _kinds(identities: object) -> list[str]:
    found = identities if isinstance(identities, dict) else {}
    return sorted(name for name, one in found.items() if isinstance(one, dict) and one.get("id"))


def _words(names: list[str]) -> str:
    return " and ".join(names) or "nobody"


def _count(reply: Reply) -> int:
    return len(reply.json.get("assignments") or {})
