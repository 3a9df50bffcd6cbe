"""A small company on the simulated Content Server, and a client that talks to it without a socket."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx

from local.in_process.transport import Direct
from local.simulators.content_server import ContentServer
from local.simulators.content_server.model import Attribute
from local.simulators.content_server.process import MapStep, WorkflowMap
from shared.clients.opentext import SignIn, connect

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LOGINS = ("lwhite", "dfoxhoven", "pwilliams", "nkaur")


class World:
    """Time stands still until a test moves `at`."""

    def __init__(self, *, zone="UTC", **sign_in):
        self.at = NOW
        self.server = ContentServer(now=lambda: self.at, zone=zone)
        self.server.add_user("bridge", password="pw", is_admin=sign_in.pop("is_admin", False))
        self.people = {login: self.server.add_user(login) for login in LOGINS}
        self.server.add_oauth_client("bridge", "client-secret", user="bridge", may_impersonate=True)
        owner = Attribute("Owner", type="User")
        tags, active = Attribute("Tags", multi=True), Attribute("Active", type="Boolean")
        self.server.add_category("Contract", ["Region", "Review", owner, tags, active])
        self.server.add_workspace_type("Contract")
        given = {
            "base_url": "https://ecm.contoso.example/cs/cs",
            "username": "bridge",
            "password": "pw",
            "otds_base_url": "https://ecm.contoso.example/otdsws",
            "otds_client_id": "bridge",
            "otds_client_secret": "client-secret",
        }
        http = httpx.AsyncClient(transport=Direct(self.server.handle))
        self.client = connect(SignIn(**{**given, **sign_in}), http, zone=ZoneInfo(zone), now=lambda: self.at)

    def workspace(self, *, name="Alpha", roles=None, created=None, **attributes):
        """Make a contract workspace and return its id."""
        values = {f"Contract.{key}": value for key, value in attributes.items()}
        return self.server.create_workspace("Contract", name, attributes=values, roles=roles, created=created)

    def approval(self, documents=(), *, performer="dfoxhoven", managers=("bridge",), wants_password=False):
        """Start an approval with one step, a countersignature and a way back, and return its process id."""
        if not any(plan.name == "Contract Approval" for plan in self.server.state.maps.values()):
            ways = {"Approve": (2,), "Reject": (1,)}
            first = MapStep(1, "Approver", performer, ways, duration=timedelta(days=2), wants_password=wants_password)
            self.server.define_map(WorkflowMap("Contract Approval", (first, MapStep(2, "Countersign", "lwhite"))))
        return self.server.start_workflow(
            "Contract Approval", documents, initiator="pwilliams", managers=list(managers)
        )
