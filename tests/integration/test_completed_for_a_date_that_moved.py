"""A task that is completed while its date moves is completed first, for all to hear, and then asked for anew."""

from datetime import UTC, datetime, timedelta

from local.demo.world import create_contract
from local.in_process.system import Inside
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor

END = datetime(2028, 6, 30, tzinfo=UTC)
MAPPING = """\
version: 1
people: {fallback: legal-lead@contoso.example}
plans:
  contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}
rules:
  - id: package
    on: workspace
    when: {workspace_type: Contract}
    plan: contracts
    tasks:
      - key: renewal
        title: Renewal
        due: {from: "attribute:Contract.End Date", when_done: reopen}
"""


async def test_one_look_that_sees_both_is_followed_by_the_one_that_asks_again(tmp_path):
    (file := tmp_path / "mapping.yaml").write_text(MAPPING)
    inside = Inside(file)
    world = inside.world
    number = create_contract(world, "Supply", END)
    inside.origins.messages.append(OriginMessage(origin=f"workspace-{number}").model_dump_json())
    await inside.pass_time(timedelta(minutes=6), times=4)
    (task,) = world.graph.tasks
    world.graph.complete(world.users["lwhite"], task)
    world.content.set_attribute("pwilliams", number, "Contract.End Date", "2029-06-30T00:00:00")

    changed = OriginMessage(origin=f"workspace-{number}", waited_for=WaitedFor.CHANGED)
    inside.origins.messages.append(changed.model_dump_json())
    await inside.pass_time(timedelta(minutes=1), times=2)

    entries = await inside.services().origins.list_entries(f"workspace-{number}")
    assert [entry.what for entry in entries] == ["created", "completed", "reopened", "updated"]
    assert world.graph.tasks[task]["percentComplete"] == 0
    assert world.graph.tasks[task]["dueDateTime"].startswith("2029-06-30")
