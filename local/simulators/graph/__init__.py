"""
Microsoft Graph on one machine: Planner, directory, mail and subscriptions, as documented and no better.

    graph = Graph(now=clock)
    http = httpx.AsyncClient(transport=Direct(graph.handle), base_url="http://localhost/v1.0")
"""

from local.simulators.graph.rules import APPLICATION, Limits, Rules
from local.simulators.graph.server import Graph

__all__ = ["APPLICATION", "Graph", "Limits", "Rules"]
