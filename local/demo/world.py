"""The demo's world: one company, its people and plans in Planner, its records in Content Server."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.simulators.content_server import ContentServer
from local.simulators.content_server.model import Attribute
from local.simulators.content_server.process import MapStep, WorkflowMap
from local.simulators.graph import Graph

CONTRACTS_GROUP = "11111111-1111-4111-8111-111111111111"
FINANCE_GROUP = "22222222-2222-4222-8222-222222222222"
PEOPLE = {
    "lwhite": "Liz White",
    "dfoxhoven": "Deke Foxhoven",
    "pwilliams": "Peter Williams",
    "nkaur": "Nina Kaur",
    "legal-lead": "Lena Lead",
}
CLIENT_ID, CLIENT_SECRET = "bridge", "local-otds-secret"
SERVICE_USER = "bridge"
MAILBOX = "bridge@contoso.example"
"""NOTIFY_FROM."""
ZONE = "Europe/Berlin"
END_DATE = "Contract.End Date"


@dataclass(frozen=True)
class World:
    """Both simulated systems, and who is who in the directory."""

    content: ContentServer
    graph: Graph
    users: dict[str, str]
    """Login → Entra user id."""

    def login_of(self, entra_id: str) -> str:
        """Name a directory user."""
        return next((login for login, user in self.users.items() if user == entra_id), entra_id)


def build(now: Callable[[], datetime]) -> World:
    """Build both systems as they stand before the story begins."""
    content, graph = ContentServer(now=now, zone=ZONE), Graph(now=now)
    users = {login: graph.add_user(f"{login}@contoso.example", name=name) for login, name in PEOPLE.items()}
    _build_planner(graph, list(users.values()))
    _build_mail(graph)
    _build_content(content)
    return World(content, graph, users)


def _build_planner(graph: Graph, members: list[str]) -> None:
    graph.add_group("Contracts", members, group_id=CONTRACTS_GROUP, has_app=True)
    graph.add_group("Finance", members, group_id=FINANCE_GROUP, has_app=True)
    graph.add_plan(
        CONTRACTS_GROUP,
        "Contracts",
        ["Prepare", "Review", "Renewals", "Approvals", "Escalations"],
        {"category1": "Contract"},
    )
    graph.add_plan(FINANCE_GROUP, "Finance", ["Checks"], {"category1": "Contract"})


def _build_mail(graph: Graph) -> None:
    """Give the bridge the mailbox that it writes from."""
    graph.add_user(MAILBOX, name="Planner Bridge")


def _build_content(content: ContentServer) -> None:
    for login, name in PEOPLE.items():
        content.add_user(login, name)
    content.add_user(SERVICE_USER, "Planner Bridge", email="")
    content.add_oauth_client(CLIENT_ID, CLIENT_SECRET, user=SERVICE_USER, may_impersonate=True)
    content.add_category(
        "Contract",
        [
            *("Region", "Owner", "Approval", "Review", "Task", "Task Status", "Responsible", "Decided", "Evidence"),
            Attribute("End Date", "Date"),
            Attribute("Value", "Integer"),
        ],
    )
    content.add_workspace_type("Contract")
    content.define_map(
        WorkflowMap(
            "Contract Approval",
            (
                MapStep(1, "Approver", "dfoxhoven", {"Approve": (2,), "Reject": ()}, duration=timedelta(days=3)),
                MapStep(2, "Countersign", "pwilliams", duration=timedelta(days=5)),
            ),
        )
    )


def create_contract(world: World, name: str, end: datetime, *, user: str = "pwilliams") -> int:
    """Create a contract workspace, as Peter Williams does unless somebody else is named; return its node id."""
    return world.content.create_workspace(
        "Contract",
        name,
        attributes={
            "Contract.Region": "EMEA",
            "Contract.Owner": "lwhite@contoso.example",
            "Contract.Approval": "Pending",
            END_DATE: f"{end:%Y-%m-%d}T00:00:00",
            "Contract.Value": 120_000,
        },
        roles={"Manager": ["pwilliams"], "Legal": ["lwhite"], "Finance": ["nkaur"]},
        user=user,
    )
