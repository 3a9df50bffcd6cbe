"""Plans, buckets and labels."""

from shared.conformance.observed import CannotTellError, Observed, judged
from shared.conformance.registry import probe
from shared.conformance.sandbox import Sandbox
from shared.conformance.systems import Json, Reply


@probe("planner-plan-container")
async def container(box: Sandbox) -> Observed:
    """Read a plan, and see how its group is named."""
    plan = await read_plan(box)
    owner = plan.get("container") or {}
    named = owner.get("type") == "group" and bool(owner.get("containerId"))
    return judged(named, f"container of type {owner.get('type')}" if owner else "no container")


@probe("planner-labels-25")
async def labels(box: Sandbox) -> Observed:
    """Read which labels a plan can name."""
    reply = await _read(box, f"planner/plans/{box.plan}/details")
    names = set(reply.json.get("categoryDescriptions") or {})
    wanted = {f"category{number}" for number in range(1, 26)}
    return judged(wanted <= names, f"{len(names & wanted)} of 25 labels are told")


@probe("planner-buckets-twice")
async def two_buckets(box: Sandbox) -> Observed:
    """Make two buckets of one name."""
    one, two = [await _bucket(box) for _ in range(2)]
    return judged(two.is_success and one.json["id"] != two.json.get("id"), f"the second of a name: {two.status}")


@probe("planner-bucket-of-plan")
async def foreign_bucket(box: Sandbox) -> Observed:
    """Make a task in a bucket that is none of the plan's."""
    # First without: where no task can be made at all, a refusal says nothing about the bucket.
    await box.task("without a bucket")
    body = {"planId": box.plan, "title": box.name("bucket"), "bucketId": "no-bucket-of-this-plan-00000"}
    reply = await box.graph("POST", "planner/tasks", body)
    return judged(not reply.is_success, f"a bucket of nowhere: {reply.status}")


async def read_plan(box: Sandbox) -> Json:
    """Read the plan. Raises CannotTellError: it can't be read."""
    return (await _read(box, f"planner/plans/{box.plan}")).json


async def _read(box: Sandbox, path: str) -> Reply:
    reply = await box.graph("GET", path)
    if not reply.is_success:
        message = f"the plan can't be read: {reply.said}"
        raise CannotTellError(message)
    return reply


async def _bucket(box: Sandbox) -> Reply:
    body = {"planId": box.plan, "name": box.name("bucket"), "orderHint": " !"}
    return await box.graph("POST", "planner/buckets", body)
