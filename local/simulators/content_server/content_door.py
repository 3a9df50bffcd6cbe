"""What people do with content at the simulated server: workspaces, documents, attributes, records."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from local.simulators.content_server import categories, nodes, records, workspaces
from local.simulators.content_server.model import (
    Attribute,
    AttributeSet,
    Hold,
    Missing,
    Node,
    Role,
    Value,
    WorkspaceType,
)
from local.simulators.content_server.state import ADMIN, ROOT, State

FOLDER, SHORTCUT = 0, 1
CLASSIFICATION = 199


class ContentDoor:
    """Nodes, by their ids; people by their logins."""

    state: State

    def add_category(self, name: str, attributes: Sequence[str | Attribute | AttributeSet]) -> int:
        """Define a category and return its id. A bare name is an attribute of type String."""
        given = tuple(Attribute(item) if isinstance(item, str) else item for item in attributes)
        return categories.define(self.state, name, given).id

    def add_workspace_type(self, name: str) -> int:
        """Define a kind of workspace and return its id."""
        kind = WorkspaceType(self.state.next_id(), name, self.state.next_id())
        self.state.types[kind.id] = kind
        return kind.id

    def create_workspace(
        self,
        kind: str,
        name: str,
        *,
        attributes: Mapping[str, object] | None = None,
        roles: Mapping[str, Sequence[str]] | None = None,
        created: datetime | None = None,
        user: str = "Admin",
    ) -> int:
        """
        Make a business workspace and return its id.

        Args:
            kind: a workspace type's name.
            attributes: by "Category.Attribute" or "Category.Set[1].Attribute".
            roles: logins and groups' names by role; the first role leads.
            created: None: now.
        """
        owner = self.state.user_named(user).id
        named = next(item for item in self.state.types.values() if item.name == kind)
        workspace = workspaces.add_workspace(self.state, named, name, owner=owner, created=created)
        for path, value in (attributes or {}).items():
            categories.set_by_name(self.state, self.state.nodes[workspace.id], path, value, owner)
        for role, members in (roles or {}).items():
            workspaces.add_role(self.state, workspace, role, [self.state.member_named(item) for item in members])
        return workspace.id

    def role(self, workspace: int, name: str) -> Role:
        """Look at a role of a workspace."""
        return next(role for role in self.state.workspaces[workspace].roles if role.name == name)

    def add_role_member(self, workspace: int, role: str, member: str) -> None:
        """Put a user or group into a role."""
        self.role(workspace, role).members.append(self.state.member_named(member))

    def remove_role_member(self, workspace: int, role: str, member: str) -> None:
        """Take a user or group out of a role."""
        self.role(workspace, role).members.remove(self.state.member_named(member))

    def add_missing(self, workspace: int, name: str, *, due: datetime | None = None) -> int:
        """Let a workspace lack a document; return the id of what is missing."""
        missing = Missing(self.state.next_id(), name, due)
        self.state.workspaces[workspace].missing.append(missing)
        return missing.id

    def supply_missing(self, workspace: int, missing: int) -> None:
        """Let the workspace lack it no more."""
        found = self.state.workspaces[workspace]
        found.missing = [item for item in found.missing if item.id != missing]

    def add_folder(self, parent: int, name: str, *, user: str = "Admin") -> int:
        """Make a folder and return its id."""
        owner = self.state.user_named(user).id
        return self.state.add_node(name=name, kind=FOLDER, parent=parent, owner=owner).id

    def add_document(
        self,
        parent: int,
        name: str,
        content: bytes = b"text",
        *,
        mime: str = "application/octet-stream",
        user: str = "Admin",
    ) -> int:
        """Upload a document and return its id."""
        owner = self.state.user_named(user).id
        node = self.state.add_node(name=name, kind=nodes.DOCUMENT, parent=parent, owner=owner)
        nodes.add_version(self.state, node, content, name=name, mime=mime, user=owner)
        return node.id

    def add_version(self, document: int, content: bytes, *, user: str = "Admin") -> int:
        """Upload a new version and return its number."""
        node, newest = self.state.nodes[document], self.state.nodes[document].versions[-1]
        by = self.state.user_named(user).id
        return nodes.add_version(
            self.state, node, content, name=newest.file_name, mime=newest.mime_type, user=by
        ).number

    def reserve(self, user: str, node: int) -> None:
        """Reserve a node: nobody else can change it."""
        self.state.nodes[node].reserved_by = self.state.user_named(user).id
        self.state.nodes[node].reserved_at = self.state.now()

    def unreserve(self, node: int) -> None:
        """Let everybody change it again."""
        self.state.nodes[node].reserved_by, self.state.nodes[node].reserved_at = 0, None

    def rename(self, user: str, number: int, name: str) -> None:
        """Give a node another name."""
        node = self.state.nodes[number]
        siblings = self.state.children[node.parent]
        del siblings[node.name.casefold()]
        siblings[name.casefold()] = node.id
        node.name = name
        self.state.touch(node, self.state.user_named(user).id)

    def move(self, number: int, parent: int) -> None:
        """Put a node into another container; what stands in it goes along."""
        node = self.state.nodes[number]
        del self.state.children[node.parent][node.name.casefold()]
        self.state.children.setdefault(parent, {})[node.name.casefold()] = node.id
        node.parent = parent

    def add_shortcut(self, parent: int, original: int, *, user: str = "Admin") -> int:
        """Put a shortcut to a node into a container and return its id."""
        owner = self.state.user_named(user).id
        name = f"Shortcut to {self.state.nodes[original].name}"
        node = self.state.add_node(name=name, kind=SHORTCUT, parent=parent, owner=owner)
        node.original = original
        return node.id

    def delete(self, number: int, *, user: str = "Admin") -> None:
        """Delete a node and what stands in it: it lies in the recycle bin then."""
        nodes.drop(self.state, self.state.nodes[number], self.state.user_named(user).id)

    def restore(self, number: int) -> None:
        """Take a node out of the recycle bin, to where it was."""
        node = next(one for one in self.state.recycled if one.id == number)
        self.state.recycled.remove(node)
        self.state.nodes[node.id] = node
        self.state.children.setdefault(node.parent, {})[node.name.casefold()] = node.id

    def set_attribute(self, user: str, number: int, path: str, value: object) -> None:
        """Change an attribute by its name: "Category.Attribute", "Category.Set[1].Attribute"."""
        by = self.state.user_named(user).id
        categories.set_by_name(self.state, self.state.nodes[number], path, value, by)

    def attribute(self, number: int, path: str) -> Value:
        """Look at an attribute. None: empty, or its category is not on the node."""
        category, key, _ = categories.key_of(self.state, path)
        assigned = self.state.nodes[number].categories.get(category.id)
        return None if assigned is None else assigned.values.get(key)

    def add_hold(self, number: int, name: str, *, user: str = "Admin") -> None:
        """Put a node under a hold; one that no one knows yet is defined first."""
        hold = next((item for item in self.state.holds.values() if item.name == name), None)
        hold = hold or Hold(self.state.next_id(), name)
        self.state.holds[hold.id] = hold
        records.apply_hold(self.state, self.state.nodes[number], hold, self.state.user_named(user).id)

    def release_hold(self, number: int, name: str) -> None:
        """Take a node out of a hold."""
        node = self.state.nodes[number]
        node.holds = {key: applied for key, applied in node.holds.items() if applied.hold.name != name}

    def make_record(self, number: int, class_id: int, *, status: str = "ACTIVE", user: str = "Admin") -> None:
        """Make a node a record, or change the class and status of one."""
        node = self.state.nodes[number]
        records.classify(self.state, node, class_id, self.state.user_named(user).id)
        if node.record is not None:
            node.record.status = status

    def classify(self, number: int, name: str) -> None:
        """Put a plain classification on a node; one that no one knows yet is defined first."""
        found = self.state.named_child(ROOT, name)
        if found is None:
            found = self.state.add_node(name=name, kind=CLASSIFICATION, parent=ROOT, owner=ADMIN).id
        node = self.state.nodes[number]
        if found not in node.classifications:
            node.classifications.append(found)
            self.state.note(node, records.CLASSIFIED, ADMIN)

    def node(self, number: int) -> Node:
        """Look at a node: its versions, values, holds, audit."""
        return self.state.nodes[number]

    def find_child(self, parent: int, name: str) -> int | None:
        """Look for a node by its name in a container."""
        return self.state.named_child(parent, name)
