"""What administrators do at the simulated server: people, groups, sign-in, switches."""

from collections.abc import Callable, Iterable
from datetime import datetime

from local.simulators.content_server.model import Group, Node, User
from local.simulators.content_server.sign_in import OauthClient, SignIn
from local.simulators.content_server.state import ADMIN, ROOT, State

PERMISSION_CHANGED = 9
PASSWORD = "secret"
"""Everybody's, unless another is given."""


class PeopleDoor:
    """Users and their ways in."""

    state: State
    sign_in: SignIn

    def _begin(self) -> None:
        """Every server has its administrator and its root."""
        self._add_user(User(ADMIN, "Admin", "Admin", "", "admin@localhost", "admin", is_admin=True))
        at = self.state.now()
        self.state.nodes[ROOT] = Node(ROOT, "Enterprise", 141, -1, ADMIN, at, at, ADMIN)

    def _add_user(self, user: User) -> int:
        self.state.users[user.id] = user
        self.state.logins[user.login.lower()] = user.id
        return user.id

    def add_user(
        self,
        login: str,
        name: str = "",
        *,
        email: str | None = None,
        password: str = PASSWORD,
        is_admin: bool = False,
    ) -> int:
        """
        Add a user and return the id.

        Args:
            name: first and last name; empty: the login.
            email: None: login@contoso.example; empty: none on record.
        """
        first, _, last = (name or login).partition(" ")
        address = f"{login}@contoso.example" if email is None else email
        return self._add_user(User(self.state.next_id(), login, first, last, address, password, is_admin=is_admin))

    def add_group(self, name: str, members: Iterable[str] = ()) -> int:
        """Add a group of logins and of other groups' names; return its id."""
        group = Group(self.state.next_id(), name, [self.state.member_named(member) for member in members])
        self.state.groups[group.id] = group
        return group.id

    def join(self, group: str, member: str) -> None:
        """Put a user or a group into a group; circles are possible."""
        self.state.groups[self.state.member_named(group)].members.append(self.state.member_named(member))

    def leave(self, group: str, member: str) -> None:
        """Take a user or a group out of a group."""
        self.state.groups[self.state.member_named(group)].members.remove(self.state.member_named(member))

    def add_oauth_client(self, client_id: str, secret: str, *, user: str, may_impersonate: bool = False) -> None:
        """Make an application known to OTDS, which Content Server knows as this user."""
        user_id = self.state.user_named(user).id
        self.sign_in.clients[client_id] = OauthClient(client_id, secret, user_id, may_impersonate)

    def add_proxy(self, user: str, proxy: str) -> None:
        """Let somebody act for a user, as the user may allow in their own settings."""
        self.state.user_named(user).proxies.add(self.state.user_named(proxy).id)

    def expire_tickets(self) -> None:
        """Lose all sessions at once; the next request with an old ticket is answered 401."""
        self.sign_in.forget_sessions()

    def switch(
        self,
        *,
        records: bool | None = None,
        proxies: bool | None = None,
        email_filter: bool | None = None,
        node_list: bool | None = None,
        running_list: bool | None = None,
    ) -> None:
        """Turn the records module, proxies, the filter of members by e-mail, two lists on or off. None: as it is."""
        self.state.has_running_list = self.state.has_running_list if running_list is None else running_list
        self.state.has_node_list = self.state.has_node_list if node_list is None else node_list
        self.state.records_module = self.state.records_module if records is None else records
        self.state.proxies_enabled = self.state.proxies_enabled if proxies is None else proxies
        self.state.filters_by_email = self.state.filters_by_email if email_filter is None else email_filter

    def add_webreport(self, nickname: str, run: Callable[[dict[str, str]], object]) -> None:
        """Offer a WebReport: called with the query's parameters, gives what is sent as JSON."""
        self.state.webreports[nickname] = run

    def add_reminder(self, user: str, name: str, *, due: datetime | None = None) -> None:
        """Put a row that is no workflow step among somebody's assignments."""
        row = {"id": self.state.next_id(), "name": name, "type": 31214, "type_name": "Reminder", "workflow_id": None}
        row["date_due"] = self.state.zoneless(due) or None
        self.state.reminders.setdefault(self.state.user_named(user).id, []).append(row)

    def hide(self, number: int, *logins: str) -> None:
        """Take the permission to see a node or a workflow away: from these users, or from all but administrators."""
        users = {self.state.user_named(login).id for login in logins}
        if number in self.state.processes:
            others = {user.id for user in self.state.users.values() if not user.is_admin}
            self.state.processes[number].hidden_from |= users or others
            return
        node = self.state.nodes[number]
        node.hidden = node.hidden or not users
        node.hidden_from |= users
        self.state.note(node, PERMISSION_CHANGED, ADMIN)

    def unhide(self, number: int) -> None:
        """Give everybody the permission back."""
        if number in self.state.processes:
            self.state.processes[number].hidden_from.clear()
            return
        node = self.state.nodes[number]
        node.hidden = False
        node.hidden_from.clear()
        self.state.note(node, PERMISSION_CHANGED, ADMIN)
