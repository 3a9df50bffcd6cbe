"""The world before the story begins: users, groups, plans; and what there is to see of it all."""

from collections.abc import Iterable, Mapping, Sequence

from local.simulators.graph.failures import Json
from local.simulators.graph.notifying import queue_change, queue_lifecycle, send_pending
from local.simulators.graph.patching import Write, merged
from local.simulators.graph.plans import PLAN_DETAILS, add_bucket, add_plan
from local.simulators.graph.rules import Rules
from local.simulators.graph.state import Deliver, Group, Mail, State

PLANNER = "09abbdfd-ed23-44ee-a2d9-a627aa1c90f3"
"""The application that signs what people do in Planner itself."""


class World:
    """Set the scene, and look at it. Nothing here is an HTTP request."""

    def __init__(self, state: State, deliver: Deliver | None) -> None:
        self.state = state
        self.deliver = deliver

    @property
    def rules(self) -> Rules:
        """The switches."""
        return self.state.rules

    @property
    def tasks(self) -> dict[str, Json]:
        """Every live task's representation by id. Read only."""
        return {key: task.view() for key, task in self.state.tasks.items()}

    @property
    def details(self) -> dict[str, Json]:
        """Every live task's details by the task's id. Read only."""
        return {key: details.view() for key, details in self.state.details.items()}

    @property
    def plans(self) -> dict[str, Json]:
        """Every plan by id. Read only."""
        return {key: plan.view() for key, plan in self.state.plans.items()}

    @property
    def outbox(self) -> list[Mail]:
        """The mails that were accepted, oldest first."""
        return self.state.outbox

    @property
    def subscriptions(self) -> dict[str, Json]:
        """Every subscription by id, with its clientState; ended ones go when Graph is asked next."""
        return {key: item.body for key, item in self.state.subscriptions.items()}

    def plan_tasks(self, plan_id: str) -> list[Json]:
        """List a plan's tasks, oldest first."""
        return [task.view() for task in self.state.tasks_of(plan_id)]

    def plan_buckets(self, plan_id: str) -> dict[str, str]:
        """Map a plan's bucket names to their ids; of two of a name the later one counts."""
        return {bucket.body["name"]: bucket.id for bucket in self.state.buckets_of(plan_id)}

    def plan_labels(self, plan_id: str) -> dict[str, str]:
        """Map category1 to category25 to the names that a plan gives them; the others are left out."""
        return {
            key: name for key, name in self.state.plan_details[plan_id].body["categoryDescriptions"].items() if name
        }

    def name_label(self, plan_id: str, category: str, name: str | None) -> None:
        """Have somebody name a label of a plan, or take its name away."""
        details, changes = self.state.plan_details[plan_id], {"categoryDescriptions": {category: name}}
        details.commit(merged(details.body, changes, readers=PLAN_DETAILS, write=Write(self.state, person(None))), ())

    def add_user(
        self,
        mail: str,
        *,
        name: str = "",
        user_id: str = "",
        upn: str = "",
        enabled: bool = True,
        guest: bool = False,
    ) -> str:
        """
        Add a user to the directory.

        Args:
            mail: empty: the user has none.
            user_id: empty: drawn.
            upn: empty: the mail address.

        Returns:
            The user's id.
        """
        key = user_id or self.state.new_guid()
        self.state.users[key] = {
            "id": key,
            "displayName": name or mail,
            "mail": mail or None,
            "userPrincipalName": upn or mail,
            "accountEnabled": enabled,
            "userType": "Guest" if guest else "Member",
        }
        return key

    def set_manager(self, user: str, manager: str) -> None:
        """Let a user be managed by another."""
        self.state.managers[user] = manager

    def disable_user(self, user: str) -> None:
        """Block a user's account."""
        self.state.users[user] = {**self.state.users[user], "accountEnabled": False}

    def add_group(self, name: str, members: Iterable[str] = (), *, group_id: str = "", has_app: bool = False) -> str:
        """
        Add a group.

        Args:
            members: ids of users and groups.
            group_id: empty: drawn.
            has_app: whether the calling app belongs to it.
        """
        key = group_id or self.state.new_guid()
        self.state.groups[key] = Group(key, name, list(members), has_app)
        return key

    def add_member(self, group: str, member: str) -> None:
        """Take a user or group into a group; subscriptions to the group are told."""
        self.state.groups[group].members.append(member)
        queue_change(self.state, f"groups/{group}", "updated", data={"members@delta": [{"id": member}]})

    def remove_member(self, group: str, member: str) -> None:
        """Put a user or group out of a group; subscriptions to the group are told."""
        self.state.groups[group].members.remove(member)
        removed = {"id": member, "@removed": "deleted"}
        queue_change(self.state, f"groups/{group}", "updated", data={"members@delta": [removed]})

    def delete_group(self, group: str) -> None:
        """Delete a group with its plans and their tasks; subscriptions to the group are told."""
        del self.state.groups[group]
        for plan in [plan for plan in self.state.plans.values() if plan.body["owner"] == group]:
            self.delete_plan(plan.id)
        queue_change(self.state, f"groups/{group}", "deleted")

    def add_plan(
        self,
        group: str,
        title: str,
        buckets: Sequence[str] = (),
        labels: Mapping[str, str] | None = None,
        *,
        plan_id: str = "",
        user: str | None = None,
    ) -> str:
        """
        Add a plan with its buckets and named labels.

        Args:
            labels: names by `category1` to `category25`; None: none is named.
            plan_id: empty: drawn.
            user: who made it; None: nobody in particular.
        """
        write = Write(self.state, person(user))
        plan = add_plan(self.state, self.state.groups[group], title, write, plan_id=plan_id)
        for bucket in buckets:
            add_bucket(self.state, plan.id, {"name": bucket}, write)
        changes = {"categoryDescriptions": dict(labels or {})}
        details = self.state.plan_details[plan.id]
        details.refresh(merged(details.body, changes, readers=PLAN_DETAILS, write=write))
        return plan.id

    def delete_plan(self, plan_id: str) -> None:
        """Delete a plan with its buckets and tasks."""
        state = self.state
        for task_id in state.plan_tasks.pop(plan_id):
            del state.tasks[task_id], state.details[task_id]
        state.buckets = {key: item for key, item in state.buckets.items() if item.body["planId"] != plan_id}
        del state.plans[plan_id], state.plan_details[plan_id]

    def hide(self, plan_id: str) -> None:
        """Take the app's permission for a plan away: 403 with an empty code."""
        self.state.hidden.add(plan_id)

    def show(self, plan_id: str) -> None:
        """Give the permission back."""
        self.state.hidden.discard(plan_id)

    def serve_stale(self, task_id: str, *, times: int = 1) -> None:
        """Let the next reads of the task, alone or in a list, show its version before its last change."""
        self.state.stale[self.state.tasks[task_id].etag] += times

    def serve_stale_details(self, task_id: str, *, times: int = 1) -> None:
        """Let the next reads of the task's details show their version before their last change."""
        self.state.stale[self.state.details[task_id].etag] += times

    def catch_up(self) -> None:
        """Let every replica know everything."""
        for behind in (self.state.stale, self.state.missing, self.state.late):
            behind.clear()

    def omit(self, task_id: str, *, times: int = 1) -> None:
        """Let the next lists leave the task out, as a replica that does not know it yet."""
        self.state.missing[task_id] += times

    def delay(self, task_id: str, *, times: int = 1) -> None:
        """Let the next reads of the task, or of its details, answer 404 as if it was not there yet."""
        self.state.late[task_id] += times

    def announce(self, subscription_id: str, event: str) -> None:
        """Queue a lifecycle event: `reauthorizationRequired`, `subscriptionRemoved` or `missed`."""
        queue_lifecycle(self.state, subscription_id, event)

    async def deliver_pending(self) -> int:
        """
        Send the notifications that are due.

        Returns:
            How many were taken by their endpoint; 0 without a way to deliver.
        """
        return 0 if self.deliver is None else await send_pending(self.state, self.deliver)


def person(user: str | None) -> Json:
    """
    Sign as a person who uses Planner: the application stands beside the user.

    Source: https://learn.microsoft.com/graph/api/plannertask-get (its sample)
    """
    return {"user": {"displayName": None, "id": user}, "application": {"displayName": None, "id": PLANNER}}
