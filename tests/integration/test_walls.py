"""What one item's own data breaks stops that item alone, is told, and has a bounded way back."""

from local.in_process.system import Inside
from shared.models.link import FieldBase
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from tests.repository import ROOT


class Case:
    """A contract's workspace with its tasks at rest."""

    def __init__(self):
        self.inside = Inside(ROOT / "mapping.yaml")
        self.graph, self.content = self.inside.world.graph, self.inside.world.content
        self.services = self.inside.services()

    async def look(self, waited_for=WaitedFor.HINT):
        message = OriginMessage(origin=self.origin, waited_for=waited_for)
        self.inside.origins.messages.append(message.model_dump_json())
        await self.inside.drain()

    async def links(self):
        return await self.services.origins.find_links(self.origin)

    async def break_one(self):
        """Have a link hold what no release ever wrote there."""
        held = await self.services.origins.take(self.origin, self.inside.at)
        item, *_ = sorted(held.links)
        link = held.links[item].based({"assignees": FieldBase(asked=5, got=5)})
        await held.commit(links=[link], now=self.inside.at, release=True)
        return item

    def rename(self):
        self.content.set_attribute("pwilliams", self.workspace, "Contract.End Date", "2028-06-30T00:00:00")
