"""
A Content Server to develop and test against: behaves as the public documents say, not as a client hopes.

    server = ContentServer(now=clock, zone="Europe/Berlin")
    server.add_user("lwhite", "Liz White")
    http = httpx.AsyncClient(transport=Direct(server.handle), base_url="http://ecm/cs/cs/api")

Source: OTCS REST 2.0.2, OpenText Business Workspaces REST, Records Management REST 26.1, OTDS REST, and what public
clients of them send and read. It was never compared with a live server. Where these say nothing it is strict:

- A filter of members matches beginnings; an old ticket ends 30 minutes after it was issued, whatever came after it.
- A held, finalised or reserved node, a step that must be accepted first, and a disposition that is not offered: 400.
- Whoever is not the performer gets the form's 500 for the act too.
- A group's step names its group also after somebody accepted it; the accepter stands in `assignee`.
- Activities come newest first; a workspace's missing documents have `id`, `name` and `due_date`.
- A join whose other branch was never taken goes on alone.

Not there: drafts (people start workflows by the door), reviews, nicknames, copy links, permissions, tasks and reminders
as nodes, the paged list of assignments.
"""

from local.simulators.content_server.model import Attribute, AttributeSet
from local.simulators.content_server.process import SEND_ON, MapStep, WorkflowMap
from local.simulators.content_server.server import ContentServer
from local.simulators.content_server.workflow_door import NotTheirsError

__all__ = ["SEND_ON", "Attribute", "AttributeSet", "ContentServer", "MapStep", "NotTheirsError", "WorkflowMap"]
