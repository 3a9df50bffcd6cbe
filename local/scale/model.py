"""Build a bridge of a given size, and measure minutes of it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from local.demo.world import CONTRACTS_GROUP
from local.in_process.system import Inside
from local.scale.filler import PAGE, PER_ORIGIN, Filler
from local.scale.mapping import APPROVALS, PLANS, create_package, plan_title, write_mapping
from local.scale.meter import Cost, Meter
from shared.models.link import Link
from shared.models.messages import OriginMessage, PlanMessage
from shared.models.words import WaitedFor
from shared.timing import CAUGHT_UP_WITHIN
from shared.watchers.discovery import NEXT
from shared.watchers.timers import sweep_agenda, sweep_plans

TICK = timedelta(seconds=15)
TICKS = 4
"""In a minute: plans are swept at each, the agenda at every other, as the schedules are set by default."""
REST = timedelta(hours=2)


class Model:
    """
    A bridge with so many open links.

    Args:
        folder: for the mapping file.
        links: how many; one in a hundred is real.
        approvals: workflows that wait, all since the same moment.
    """

    def __init__(self, folder: Path, *, links: int, approvals: int) -> None:
        self.links = links
        self._approvals = approvals
        self.inside = Inside(write_mapping(folder))

    async def build(self) -> None:
        """Make what is real, let it come to rest, then put the rest of the links beside it."""
        inside, graph = self.inside, self.inside.world.graph
        for title in [*map(plan_title, range(PLANS)), APPROVALS]:
            graph.add_plan(CONTRACTS_GROUP, title, ["Work"])
        for number in range(max(1, self.links // 100 // PER_ORIGIN)):
            self._hint(f"workspace-{self._workspace(number)}")
        for number in range(self._approvals):
            self._hint(f"workflow-{self._approval(number)}")
        await inside.drain()
        await self._rest()
        link, task = await self._sample()
        filler = Filler(self.links - self.real_links, link, task)
        filler.write(inside)
        inside.graph = filler.handler(inside.graph)
        self._meter = Meter(inside)

    @property
    def real_links(self) -> int:
        """How many links are real."""
        return len(self.inside.world.graph.tasks)

    async def quiet_minute(self) -> Cost:
        """Let a minute pass in which nobody does anything; OpenText is asked once for what no hint announced."""
        services = self.inside.services()
        await services.cursors.save(NEXT, self.inside.at.isoformat())
        return await self._minute()

    async def busy_minute(self) -> Cost:
        """Let people work on every real task of the packages, and a minute pass in which all their plans are due."""
        graph, services = self.inside.world.graph, self.inside.services()
        for task in list(graph.tasks.values()):
            if task["assignments"] and not task["title"].startswith("Approve"):
                graph.person_patch_task(next(iter(task["assignments"])), task["id"], percentComplete=50)
        async for row in services.plans.list_all():
            if row.plan_id in graph.plans:
                await services.plans.save(row.model_copy(update={"next_read": self.inside.at}), etag=row.etag)
        return await self._minute()

    async def escalation_minute(self) -> Cost:
        """Let every approval pass its threshold; only what that brings is counted, not the minute around it."""
        self.inside.at += timedelta(days=3)
        services = self.inside.services()
        await services.cursors.save(
            NEXT, (self.inside.at + timedelta(seconds=services.settings.opentext_discovery_seconds)).isoformat()
        )
        await self._drop_timers()
        self._meter.start()
        await sweep_agenda(services)
        # Their plans are read in their own turn.
        await self.inside.drain()
        return self._meter.cost()

    async def resync(self) -> Cost:
        """Look at one workspace completely, in which nothing changed."""
        self._meter.start()
        self.inside.origins.messages.append(
            OriginMessage(origin=self._first, waited_for=WaitedFor.RESYNC).model_dump_json()
        )
        await self.inside.drain()
        return self._meter.cost()

    async def _minute(self) -> Cost:
        inside, services = self.inside, self.inside.services()
        read: list[str] = []
        self._meter.start()
        for tick in range(TICKS):
            inside.at += TICK
            await sweep_plans(services)
            read += [PlanMessage.model_validate_json(message).plan for message in inside.plans.messages]
            if tick % 2 == 0:
                await sweep_agenda(services)
            await inside.drain()
        cost = self._meter.cost()
        return replace(cost, plans=len(read), pages=sum([await self._pages(plan) for plan in read]))

    async def _pages(self, plan_id: str) -> int:
        row = await self.inside.services().plans.find(plan_id)
        return max(1, -(-(row.total or 0) // PAGE)) if row is not None else 0

    async def _drop_timers(self) -> None:
        """Leave the thresholds alone on the agenda: three days of resyncs are not what is measured."""
        agenda = self.inside.services().agenda
        while due := [
            one for one in await agenda.due(self.inside.at, 1000) if one.entry.waited_for is not WaitedFor.THRESHOLD
        ]:
            for one in due:
                await agenda.remove(one)

    def _workspace(self, number: int) -> int:
        made = create_package(self.inside.world.content, number)
        self._first = f"workspace-{made}"
        return made

    def _approval(self, number: int) -> int:
        content = self.inside.world.content
        if number == 0:
            self._home = content.create_workspace("Contract", "Home", attributes={"Contract.Region": "none"})
        document = content.add_document(self._home, f"Contract {number}.docx", b"text", user="pwilliams")
        return content.start_workflow(
            "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=self._home
        )

    def _hint(self, origin: str) -> None:
        self.inside.origins.messages.append(
            OriginMessage(origin=origin, waited_for=WaitedFor.DISCOVERED).model_dump_json()
        )

    async def _rest(self) -> None:
        """Let plans and origins come to rest, and the plans' pace with them."""
        for _ in range(3):
            self.inside.at += timedelta(minutes=1)
            await sweep_plans(self.inside.services())
            await self.inside.drain()
        self.inside.at += REST
        for _ in range(2):
            await sweep_agenda(self.inside.services())
            await self.inside.drain()
        for _ in range(CAUGHT_UP_WITHIN // TICK + 1):
            await sweep_plans(self.inside.services())
            await self.inside.drain()
            self.inside.at += TICK

    async def _sample(self) -> tuple[Link, dict[str, object]]:
        links = await self.inside.services().origins.find_links(self._first)
        link = next(iter(links.values()))
        return link, self.inside.world.graph.tasks[link.task_id or ""]
