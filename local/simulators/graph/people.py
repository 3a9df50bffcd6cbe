"""
What people do in Planner, each act in a user's name.

A person always sees the current version, so these acts name no etag; all other rules hold for them too.
"""

from collections.abc import Iterable
from datetime import datetime

from local.simulators.graph.details import change_details
from local.simulators.graph.failures import Json
from local.simulators.graph.patching import Write
from local.simulators.graph.plans import add_bucket, drop_bucket
from local.simulators.graph.task_writes import add_task, change_task, drop_task
from local.simulators.graph.values import stamp
from local.simulators.graph.world import World, person

_HINT = " !"


class People(World):
    """
    Acts of people. Each raises GraphError where Planner would refuse, KeyError for what is not there.

    Users, plans, tasks are given by id; buckets by name or id; checklist items by title or key.
    """

    def person_create_task(
        self,
        user: str,
        plan_id: str,
        title: str,
        *,
        bucket: str | None = None,
        assignees: Iterable[str] = (),
        due: datetime | None = None,
        **more: object,
    ) -> str:
        """
        Make a task by hand.

        Args:
            more: further properties under Graph's names.

        Returns:
            Its id.
        """
        given: Json = {"planId": plan_id, "title": title, "assignments": assigning(assignees), **more}
        if bucket is not None:
            given["bucketId"] = self.bucket_id(plan_id, bucket)
        if due is not None:
            given["dueDateTime"] = stamp(due)
        return add_task(self.state, given, self._by(user)).id

    def person_patch_task(self, user: str, task_id: str, **changes: object) -> None:
        """Change a task's properties, under Graph's names and in Graph's shapes."""
        change_task(self.state.tasks[task_id], changes, self._by(user))

    def complete(self, user: str, task_id: str) -> None:
        """Mark a task completed."""
        self.person_patch_task(user, task_id, percentComplete=100)

    def reopen(self, user: str, task_id: str, *, percent: int = 0) -> None:
        """Take a completion back."""
        self.person_patch_task(user, task_id, percentComplete=percent)

    def reassign(self, user: str, task_id: str, to: Iterable[str]) -> None:
        """Let exactly these users be assigned."""
        wanted = set(to)
        held = self.state.tasks[task_id].body["assignments"]
        gone = dict.fromkeys(sorted(set(held) - wanted))
        self.person_patch_task(user, task_id, assignments={**gone, **assigning(sorted(wanted - set(held)))})

    def set_due(self, user: str, task_id: str, due: datetime | None) -> None:
        """Set the due date; None takes it away."""
        self.person_patch_task(user, task_id, dueDateTime=None if due is None else stamp(due))

    def move_to_bucket(self, user: str, task_id: str, bucket: str) -> None:
        """Drag a task to another bucket of its plan."""
        plan_id = self.state.tasks[task_id].body["planId"]
        self.person_patch_task(user, task_id, bucketId=self.bucket_id(plan_id, bucket))

    def label(self, user: str, task_id: str, category: str, *, is_set: bool = True) -> None:
        """Put a label (`category1` ...) on a task, or take it off."""
        self.person_patch_task(user, task_id, appliedCategories={category: is_set})

    def person_patch_details(self, user: str, task_id: str, **changes: object) -> None:
        """Change a task's details, under Graph's names and in Graph's shapes."""
        change_details(self.state.tasks[task_id], changes, self._by(user))

    def edit_description(self, user: str, task_id: str, text: str) -> None:
        """Write a task's description anew."""
        self.person_patch_details(user, task_id, description=text)

    def tick(self, user: str, task_id: str, item: str, *, checked: bool = True) -> None:
        """Tick a checklist item, or take its tick away."""
        self._patch_item(user, task_id, self.checklist_key(task_id, item), {"isChecked": checked})

    def add_checklist_item(self, user: str, task_id: str, title: str, *, checked: bool = False) -> str:
        """Add an item to a task's checklist and return its key."""
        key = self.state.new_guid()
        self._patch_item(user, task_id, key, {"title": title, "isChecked": checked, "orderHint": _HINT})
        return key

    def remove_checklist_item(self, user: str, task_id: str, item: str) -> None:
        """Delete a checklist item."""
        self.person_patch_details(user, task_id, checklist={self.checklist_key(task_id, item): None})

    def delete(self, user: str, task_id: str) -> None:
        """Delete a task for good. The user is known to nobody afterwards."""
        self._by(user)
        drop_task(self.state, self.state.tasks[task_id])

    def move(self, user: str, task_id: str, plan_id: str) -> None:
        """Move a task to another plan: it keeps its id, and loses its bucket and its labels."""
        self._by(user)
        state, task = self.state, self.state.tasks[task_id]
        del state.plan_tasks[task.body["planId"]][task_id]
        state.plan_tasks[plan_id][task_id] = None
        body = {**task.body, "planId": plan_id, "bucketId": None, "appliedCategories": {}}
        task.commit(body, [("planId",), ("bucketId",), ("appliedCategories",)])

    def add_bucket(self, user: str, plan_id: str, name: str) -> str:
        """Add a bucket to a plan and return its id."""
        return add_bucket(self.state, plan_id, {"name": name}, self._by(user)).id

    def delete_bucket(self, user: str, bucket_id: str) -> None:
        """Delete a bucket with its tasks."""
        self._by(user)
        drop_bucket(self.state, bucket_id)

    def archive(self, item: str) -> None:
        """Archive a plan or a task: read-only, and v1.0 does not show it."""
        self.state.archived.add(item)

    def unarchive(self, item: str) -> None:
        """Take a plan or a task out of the archive."""
        self.state.archived.discard(item)

    def make_recurring(self, task_id: str) -> None:
        """Let the task's completion make the next one of its series."""
        self.state.recurring.add(task_id)

    def require_checklist(self, task_id: str) -> None:
        """Refuse the task's completion while an item of its checklist is open."""
        self.state.needs_checklist.add(task_id)

    def bucket_id(self, plan_id: str, bucket: str) -> str:
        """Find a bucket's id by its name or its id."""
        return bucket if bucket in self.state.buckets else self.plan_buckets(plan_id)[bucket]

    def checklist_key(self, task_id: str, item: str) -> str:
        """
        Find a checklist item's key by its title or its key.

        Raises:
            KeyError: there is none.
        """
        checklist = self.state.details[task_id].body["checklist"]
        if item in checklist:
            return item
        by_title = {entry["title"]: key for key, entry in checklist.items()}
        return str(by_title[item])

    def _patch_item(self, user: str, task_id: str, key: str, parts: Json) -> None:
        entry = {"@odata.type": "#microsoft.graph.plannerChecklistItem", **parts}
        self.person_patch_details(user, task_id, checklist={key: entry})

    def _by(self, user: str) -> Write:
        """Sign a write, by a user who is in the directory."""
        return Write(self.state, person(self.state.users[user]["id"]))


def assigning(users: Iterable[str]) -> Json:
    """Write assignments as a PATCH wants them."""
    return {user: {"@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": _HINT} for user in users}
