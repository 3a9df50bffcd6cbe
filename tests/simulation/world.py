"""The simulated company: both systems as they stand before a history begins, and the bridge's own tables and queues."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.in_process.tables import MemoryTables
from local.simulators.content_server import ContentServer
from local.simulators.content_server.model import Attribute
from local.simulators.content_server.process import MapStep, Process, WorkflowMap
from local.simulators.graph import Graph
from tests.simulation.deployments import AS_IT_WAS
from tests.simulation.journal import Journal, WatchedContentServer, WatchedGraph

CONTRACTS = "11111111-1111-4111-8111-111111111111"
FINANCE = "22222222-2222-4222-8222-222222222222"
ZONE = "Europe/Berlin"
SERVICE, CLIENT, SECRET = "bridge", "bridge", "local-otds-secret"
PEOPLE = {
    "lwhite": "Liz White",
    "dfoxhoven": "Deke Foxhoven",
    "deputy": "Dana Deputy",
    "pwilliams": "Peter Williams",
    "nkaur": "Nina Kaur",
    "legal-lead": "Lena Lead",
}
MAP = "Approval"
OLD = " (old)"
"""Ends the name of what was renamed."""
APPROVER, COUNTERSIGN, REWORK = 1, 2, 3
MANAGERS = ("nkaur", "pwilliams")
INITIATOR = "pwilliams"
"""Starts every workflow."""
BACKGROUND = timedelta(seconds=45)
"""
How long the server works before a reworked document comes back to its approver.

It keeps the one gap that can't be closed out of reach: a workflow that loops between the bridge's last look and its
PUT would be advanced on the wrong visit.
"""


@dataclass
class World:
    """Everything outside the engine."""

    now: Callable[[], datetime]
    content: ContentServer
    graph: Graph
    tables: MemoryTables
    users: dict[str, str]
    """Login → Entra id."""
    act_as: str
    journal: Journal
    """What both systems saw."""
    workspaces: list[int] = field(default_factory=list)
    documents: dict[int, int] = field(default_factory=dict)
    """Process → its document."""
    processes: list[int] = field(default_factory=list)
    mapping_changed: bool = False
    """It was deployed otherwise at some time."""
    clock_moved: bool = False
    """A worker's clock was wrong by hours at some time: no time of the history proves anything."""
    mapping: str = AS_IT_WAS
    """The edit of the mapping that is deployed."""
    deployed: list[tuple[datetime, str]] = field(default_factory=list)
    """Every edit of it that was deployed, and when; the first mapping is not among them."""
    forgotten: set[tuple[str, str, str]] = field(default_factory=set)
    """
    Origin, item and field that the bridge wrote since the backup that was restored.

    Planner does not say who changed a field. Where OpenText wants again what it wanted at the backup, such a write is
    told as found changed in Planner, and stands as people's would (docs/recovery.md).
    """
    bucket_names: dict[str, set[str]] = field(default_factory=dict)
    """By bucket: the names that it had before people gave it another."""
    purged: dict[int, Process] = field(default_factory=dict)
    """What no interface shows any more."""

    @property
    def origins(self) -> tuple[str, ...]:
        """Every origin that there is."""
        named = [f"workspace-{number}" for number in self.workspaces]
        return tuple(named + [f"workflow-{number}" for number in self.processes])

    @property
    def has_its_names(self) -> bool:
        """Tell whether category and type are called as the mapping, and whoever makes a contract, calls them."""
        state = self.content.state
        categories = list(state.categories.values())
        names = [one.name for one in categories] + [one.name for one in state.types.values()]
        names += [attribute.name for one in categories for attribute in one.attributes]
        return not any(name.endswith(OLD) for name in names)

    def mappings_since(self, moment: datetime) -> set[str]:
        """Name the edits of the mapping that were in force at a moment or after it."""
        before = [edit for at, edit in self.deployed if at < moment]
        return {before[-1] if before else AS_IT_WAS} | {edit for at, edit in self.deployed if at >= moment}

    def workflow(self, number: int) -> Process:
        """Look at a workflow, purged ones too."""
        return self.purged[number] if number in self.purged else self.content.workflow(number)

    @property
    def plans(self) -> tuple[str, ...]:
        """Ids of the plans, in the order in which they were made."""
        return tuple(self.graph.plans)

    def login_of(self, entra_id: str | None) -> str:
        """Name a directory user; "" for nobody."""
        return next((login for login, user in self.users.items() if user == entra_id), "")


def build(now: Callable[[], datetime], *, seed: int, act_as: str) -> World:
    """Build both systems; nothing has happened in them yet."""
    content, graph = WatchedContentServer(now=now, zone=ZONE, seed=seed % 1000), WatchedGraph(now=now, seed=seed)
    content.journal = graph.journal = journal = Journal(now)
    users = {login: graph.add_user(f"{login}@contoso.example", name=name) for login, name in PEOPLE.items()}
    everybody = list(users.values())
    graph.add_group("Contracts", everybody, group_id=CONTRACTS, has_app=True)
    graph.add_group("Finance", everybody, group_id=FINANCE, has_app=True)
    graph.add_plan(CONTRACTS, "Contracts", ["Review", "Renewals", "Approvals"], {"category1": "Contract"})
    graph.add_plan(FINANCE, "Finance", ["Later"])
    _build_content(content, act_as)
    return World(now, content, graph, MemoryTables(now=now), users, act_as, journal)


def _build_content(content: ContentServer, act_as: str) -> None:
    for login, name in PEOPLE.items():
        content.add_user(login, name)
    content.add_user(SERVICE, "Planner Bridge", email="")
    content.add_group("Managers", MANAGERS)
    content.add_oauth_client(CLIENT, SECRET, user=SERVICE, may_impersonate=True)
    content.add_category(
        "Contract",
        ["Region", "Owner", "Approval", "Review", Attribute("Progress", "Integer"), Attribute("End Date", "Date")],
    )
    content.add_workspace_type("Contract")
    own = SERVICE if act_as == "service" else ""
    content.define_map(
        WorkflowMap(
            MAP,
            (
                MapStep(APPROVER, "Approver", own or "dfoxhoven", {"Approve": (COUNTERSIGN,), "Reject": (REWORK,)}),
                MapStep(COUNTERSIGN, "Countersign", own or "Managers", duration=timedelta(days=5)),
                MapStep(REWORK, "Rework", own or "pwilliams", {"SendOn": (APPROVER,)}, appears_after=BACKGROUND),
            ),
        )
    )


def add_workspace(world: World, number: int) -> int:
    """Make a contract's workspace; all of them want a task of the same title in the same plan."""
    workspace = world.content.create_workspace(
        "Contract",
        f"Supply {number}",
        attributes={
            "Contract.Region": "EMEA",
            "Contract.Owner": "lwhite@contoso.example",
            "Contract.Approval": "Pending",
            "Contract.End Date": f"{world.now() + timedelta(days=400):%Y-%m-%d}T00:00:00",
        },
        roles={"Manager": ["pwilliams"], "Legal": ["lwhite"], "Finance": ["nkaur"]},
        user="pwilliams",
    )
    world.workspaces.append(workspace)
    return workspace


def start_approval(world: World, workspace: int) -> int:
    """Upload a document and have it approved; all documents have the same name."""
    name = "Contract.docx"
    if world.content.find_child(workspace, name) is not None:
        name = f"Contract {len(world.processes) + len(world.purged)}.docx"
    document = world.content.add_document(workspace, name, user="pwilliams")
    process = world.content.start_workflow(
        MAP, [document], initiator=INITIATOR, managers=[SERVICE], workspace=workspace
    )
    world.documents[process] = document
    world.processes.append(process)
    return process
