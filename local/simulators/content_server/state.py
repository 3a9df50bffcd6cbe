"""Everything that the simulated server holds, with its clock, ids and dates. No rule of an endpoint stands here."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from local.simulators.content_server.exchange import UNSEEN, RefusedCall
from local.simulators.content_server.model import (
    Audit,
    Category,
    Group,
    Hold,
    Node,
    Role,
    User,
    Workspace,
    WorkspaceType,
)
from local.simulators.content_server.process import Process, WorkflowMap

ROOT = 2000
ADMIN = 1000


class State:
    """
    The server's memory.

    Args:
        now: the clock; aware.
        zone: of the dates that are written without one.
    """

    def __init__(self, *, now: Callable[[], datetime], zone: str, seed: int) -> None:
        self.now = now
        self.zone = ZoneInfo(zone)
        self.last_id = 10_000 + seed % 1000 * 1_000_000
        self.users: dict[int, User] = {}
        self.logins: dict[str, int] = {}
        self.groups: dict[int, Group] = {}
        self.nodes: dict[int, Node] = {}
        self.children: dict[int, dict[str, int]] = {}
        self.categories: dict[int, Category] = {}
        self.types: dict[int, WorkspaceType] = {}
        self.workspaces: dict[int, Workspace] = {}
        self.roles: dict[int, Role] = {}
        self.accessed: dict[int, list[int]] = {}
        self.holds: dict[int, Hold] = {}
        self.maps: dict[int, WorkflowMap] = {}
        self.processes: dict[int, Process] = {}
        self.reminders: dict[int, list[dict[str, Any]]] = {}
        self.webreports: dict[str, Callable[[dict[str, str]], object]] = {}
        self.recycled: list[Node] = []
        """What was deleted and not purged."""
        self.otherwise: set[str] = set()
        """Beliefs that do not hold here."""
        self.records_module = True
        self.proxies_enabled = True
        self.filters_by_email = True
        self.has_node_list = True
        self.has_running_list = True

    def believed(self, belief: str) -> bool:
        """Tell whether a belief of docs/beliefs.yaml holds here: each rule of it asks at its own place."""
        return belief not in self.otherwise

    def next_id(self) -> int:
        """Give the next id of the one id space."""
        self.last_id += 1
        return self.last_id

    def zoneless(self, at: datetime | None) -> str:
        """Write a time as workflows do: in the server's zone, without saying so. Empty: none."""
        return "" if at is None else at.astimezone(self.zone).replace(tzinfo=None).isoformat(timespec="seconds")

    def zulu(self, at: datetime | None) -> str | None:
        """Write a time as nodes do: in UTC, with a Z."""
        if not self.believed("content-node-dates-utc"):
            return self.zoneless(at)
        return None if at is None else f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"

    def user_named(self, login: str) -> User:
        """
        Find a user by login; whoever plays a story must know them.

        Raises:
            KeyError: there is no such user.
        """
        return self.users[self.logins[login.lower()]]

    def member_named(self, name: str) -> int:
        """
        Find the id of a user by login or of a group by name.

        Raises:
            KeyError: there is neither.
        """
        group = next((group.id for group in self.groups.values() if group.name == name), None)
        return self.logins[name.lower()] if group is None else group

    def can_see(self, user: int, node: Node) -> bool:
        """Tell whether permissions let this user see the node."""
        if self.users[user].is_admin:
            return True
        return not node.hidden and user not in node.hidden_from

    def find_visible(self, node_id: int, user: int) -> Node | None:
        """Find a node; one that may not be seen is none."""
        node = self.nodes.get(node_id)
        return node if node is not None and self.can_see(user, node) else None

    def visible(self, node_id: int, user: int, *, status: int = 400, text: str = UNSEEN) -> Node:
        """
        Read a node. Absent and forbidden are told in the same words.

        Raises:
            RefusedCall: with the status and text of the endpoint that asks.
        """
        node = self.find_visible(node_id, user)
        if node is None:
            raise RefusedCall(status, text.format(id=node_id))
        return node

    def named_child(self, parent: int, name: str) -> int | None:
        """Find a child by name; case does not tell names apart."""
        return self.children.get(parent, {}).get(self.folded(name))

    def folded(self, name: str) -> str:
        """Write a name as it is compared with others."""
        return name.casefold() if self.believed("content-names-fold-case") else name

    def children_of(self, parent: int) -> Iterator[Node]:
        """List what stands in a container, in the order in which it was made."""
        return (self.nodes[child] for child in self.children.get(parent, {}).values())

    def add_node(self, *, name: str, kind: int, parent: int, owner: int, created: datetime | None = None) -> Node:
        """
        Put a node into the tree.

        Raises:
            RefusedCall: 500, the name is taken in that container.
        """
        taken = self.named_child(parent, name)
        if taken is not None and self.nodes[taken].name == name and not self.believed("content-name-taken"):
            name = f"{name} ({self.last_id + 1})"
        if self.named_child(parent, name) is not None:
            raise RefusedCall(500, f"An item with the name '{name}' already exists.")
        at = created or self.now()
        node = Node(self.next_id(), name, kind, parent, owner, created=at, modified=at, modified_by=owner)
        self.nodes[node.id] = node
        self.children.setdefault(parent, {})[self.folded(name)] = node.id
        return node

    def touch(self, node: Node, user: int) -> None:
        """Note who changed a node, and when."""
        node.modified, node.modified_by = self.now(), user

    def note(self, node: Node, kind: int, user: int) -> None:
        """Write a line of the audit, which clients can only read."""
        node.audit.append(Audit(self.next_id(), kind, self.now(), user))

    def changeable(self, node: Node, user: int) -> Node:
        """
        Make sure that a node may be changed.

        Raises:
            RefusedCall: 400, it is held, finalised or reserved by somebody else.
        """
        if node.holds:
            raise RefusedCall(400, f"The item '{node.name}' is on hold and cannot be changed.")
        if node.record is not None and node.record.official:
            raise RefusedCall(400, f"The item '{node.name}' is an official record and cannot be changed.")
        if node.reserved_by not in (0, user):
            raise RefusedCall(400, f"The item '{node.name}' is reserved by another user.")
        return node

    def group_users(self, group: int) -> set[int]:
        """Expand a group to its users; groups in groups too, also in circles."""
        found: set[int] = set()
        seen: set[int] = set()
        open_groups = [group]
        while open_groups:
            current = open_groups.pop()
            if current in seen:
                continue
            seen.add(current)
            for member in self.groups[current].members:
                (open_groups.append if member in self.groups else found.add)(member)
        return found
