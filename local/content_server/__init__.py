"""
A Content Server to develop and test against: behaves as the public documents say, not as a client hopes.

    server = ContentServer(now=clock, zone="Europe/Berlin")
    server.add_user("lwhite", "Liz White")
    http = httpx.AsyncClient(transport=Direct(server.handle), base_url="http://ecm/cs/cs/api")
"""

from local.content_server.model import Attribute, AttributeSet
from local.content_server.process import SEND_ON, MapStep, WorkflowMap
from local.content_server.server import ContentServer
from local.content_server.workflow_door import NotTheirsError

__all__ = ["SEND_ON", "Attribute", "AttributeSet", "ContentServer", "MapStep", "NotTheirsError", "WorkflowMap"]
