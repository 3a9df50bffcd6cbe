"""How people arrange Planner: buckets, labels, copies, tasks of others; and what another bridge makes in their plan."""

from local.simulators.graph.patching import Write
from local.simulators.graph.task_writes import add_task
from tests.simulation.people import Doing, People

ANOTHER = "99999999-9999-4999-8999-999999999999"
"""Another bridge's identity."""


def rename_bucket(people: People) -> str | None:
    """Give a bucket another name."""
    buckets = people.world.graph.state.buckets
    bucket = buckets[people.rng.choice(sorted(buckets))]
    name = f"Arranged {people.rng.randint(1, 99)}"
    people.world.bucket_names.setdefault(bucket.id, set()).add(bucket.body["name"])
    bucket.commit({**bucket.body, "name": name}, [("name",)])
    return f"{bucket.id} {name}"


def empty_bucket(people: People) -> str | None:
    """Take all tasks out of a bucket, and delete it."""
    graph = people.world.graph
    bucket = people.rng.choice(sorted(graph.state.buckets))
    plan = graph.state.buckets[bucket].body["planId"]
    others = sorted(one for one in graph.plan_buckets(plan).values() if one != bucket)
    if not others:
        return None
    login, to = people.anybody(), people.rng.choice(others)
    for task in [task for task in graph.plan_tasks(plan) if task["bucketId"] == bucket]:
        graph.move_to_bucket(people.user(login), task["id"], to)
        people.note("edited", login, task=task["id"], field="bucket", value=to)
    graph.delete_bucket(people.user(login), bucket)
    return f"{bucket} into {to}"


def add_bucket(people: People) -> str | None:
    """Make a bucket, and put a task into it."""
    task = people.some_task()
    if task is None:
        return None
    login, graph = people.anybody(), people.world.graph
    bucket = graph.add_bucket(people.user(login), task["planId"], f"Own {people.rng.randint(1, 99)}")
    graph.move_to_bucket(people.user(login), task["id"], bucket)
    people.note("edited", login, task=task["id"], field="bucket", value=bucket)
    return f"{task['id']} into {bucket}"


def rename_label(people: People) -> str | None:
    """Give a label of a plan another text."""
    details = people.world.graph.state.plan_details[people.rng.choice(people.world.plans)]
    texts = {**details.body["categoryDescriptions"], "category1": f"Kind {people.rng.randint(1, 99)}"}
    details.commit({**details.body, "categoryDescriptions": texts}, [("categoryDescriptions",)])
    return f"{details.id} {texts['category1']}"


def restore(people: People) -> str | None:
    """Bring a deleted task back from Planner's bin."""
    graph = people.world.graph
    gone = sorted(task_id for task_id in people.bin if task_id not in graph.state.tasks)
    if not gone:
        return None
    task, details = people.bin[people.rng.choice(gone)]
    graph.state.tasks[task.id], graph.state.details[task.id] = task, details
    graph.state.plan_tasks[task.body["planId"]][task.id] = None
    people.note("restored", people.anybody(), task=task.id)
    return str(task.id)


def another_bridge(people: People) -> str | None:
    """Let another bridge make a task of the same title in the same plan, with its own reference line."""
    like = people.some_task()
    if like is None:
        return None
    graph = people.world.graph
    by = Write(graph.state, {"user": None, "application": {"id": ANOTHER, "displayName": None}})
    task = add_task(graph.state, {"planId": like["planId"], "title": like["title"], "assignments": {}}, by)
    text = graph.details[like["id"]]["description"].replace("ref: ", "ref: 0therbrdg ")
    graph.edit_description(people.user("legal-lead"), task.id, text)
    people.note("made", "another bridge", task=task.id, value=dict(graph.tasks[task.id]))
    return f"{task.id} like {like['id']}"


ARRANGING: tuple[tuple[int, Doing], ...] = (
    (3, rename_bucket),
    (3, empty_bucket),
    (2, add_bucket),
    (2, rename_label),
    (2, restore),
    (2, another_bridge),
)
