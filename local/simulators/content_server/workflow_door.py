"""What people do with workflows at the simulated server, and what checks may look at."""

from collections.abc import Iterable, Sequence
from typing import Any

from local.simulators.content_server import workflows
from local.simulators.content_server.process import SEND_ON, Process, Visit, WorkflowMap
from local.simulators.content_server.state import State


class NotTheirsError(Exception):
    """Somebody acts on a step that is not (any more) theirs, or does what it does not offer."""


class WorkflowDoor:
    """Workflows by their process ids, steps by their numbers, people by their logins."""

    state: State

    def define_map(self, plan: WorkflowMap) -> int:
        """Keep a workflow map and return its id."""
        return workflows.define_map(self.state, plan).id

    def start_workflow(
        self,
        plan: str,
        documents: Iterable[int] = (),
        *,
        initiator: str,
        managers: Sequence[str] = (),
        workspace: int | None = None,
        name: str = "",
    ) -> int:
        """
        Start a workflow and return its process id.

        Args:
            plan: a map's name.
            managers: nobody named: the initiator manages it.
            name: empty: the map's.
        """
        chosen = next(item for item in self.state.maps.values() if item.name == plan)
        process = workflows.start_workflow(
            self.state,
            chosen,
            initiator=self.state.user_named(initiator).id,
            documents=documents,
            managers=[self.state.user_named(login).id for login in managers],
            name=name,
            workspace=workspace,
        )
        return process.id

    def attach(self, user: str, process_id: int, document: int) -> int:
        """Attach one more document; return the id of its shortcut."""
        process = self.workflow(process_id)
        by = self.state.user_named(user).id
        return workflows.attach(self.state, process, self.state.nodes[document], by).id

    def detach(self, process_id: int, document: int) -> None:
        """Take an attached document away again."""
        folder = self.workflow(process_id).folder
        for link in [item for item in self.state.children_of(folder) if item.original == document]:
            self.delete_link(link.id)

    def delete_link(self, number: int) -> None:
        """Take a shortcut away; its original stays."""
        node = self.state.nodes.pop(number)
        del self.state.children[node.parent][self.state.folded(node.name)]

    def _theirs(self, user: str, process_id: int, task_id: int) -> tuple[Process, Visit, int]:
        process, who = self.workflow(process_id), self.state.user_named(user).id
        visit = process.find_current(task_id)
        if visit is None or process.state != "running" or not workflows.is_performer(self.state, visit, who):
            message = f"step {task_id} of {process_id} is not {user}'s"
            raise NotTheirsError(message)
        return process, visit, who

    def accept_step(self, user: str, process_id: int, task_id: int) -> None:
        """
        Take a group's step.

        Raises:
            NotTheirsError: it does not wait for a group of this user.
        """
        process, visit, who = self._theirs(user, process_id, task_id)
        workflows.accept(self.state, process, visit, who)

    def complete_step(
        self, user: str, process_id: int, task_id: int, disposition: str = SEND_ON, *, comment: str = ""
    ) -> None:
        """
        Finish a step as its performer in OpenText itself; a group's step is accepted on the way.

        Raises:
            NotTheirsError: it is not this user's, or does not offer the disposition.
        """
        process, visit, who = self._theirs(user, process_id, task_id)
        if disposition not in visit.step.next:
            message = f"step {task_id} of {process_id} does not offer {disposition}"
            raise NotTheirsError(message)
        if not visit.performer:
            workflows.accept(self.state, process, visit, who)
        workflows.complete(self.state, process, visit, user=who, disposition=disposition, comment=comment)

    def delegate(self, user: str, process_id: int, task_id: int, to: str) -> None:
        """
        Hand a step to another user or to a group: as its performer or as a manager.

        Raises:
            NotTheirsError: it does not wait.
        """
        process, who = self.workflow(process_id), self.state.user_named(user).id
        visit = process.find_current(task_id)
        if visit is None:
            message = f"step {task_id} of {process_id} does not wait"
            raise NotTheirsError(message)
        workflows.delegate(self.state, process, visit, user=who, to=self.state.member_named(to))

    def change_workflow(self, process_id: int, wanted: str) -> bool:
        """Suspend, resume, stop or archive. False: it can't be, from the state that it is in."""
        return workflows.change_state(self.state, self.workflow(process_id), wanted)

    def stop_workflow(self, process_id: int) -> bool:
        """Stop a workflow. False: it has ended already."""
        return self.change_workflow(process_id, "stop")

    def stick(self, process_id: int, *, is_stuck: bool = True) -> None:
        """Let a workflow take what is sent on, and not move; or let it move again."""
        self.workflow(process_id).is_stuck = is_stuck

    def add_manager(self, process_id: int, login: str) -> None:
        """Let somebody manage a workflow, and so see it in their list."""
        self.workflow(process_id).managers.add(self.state.user_named(login).id)

    def remove_manager(self, process_id: int, login: str) -> None:
        """Let somebody manage it no more."""
        self.workflow(process_id).managers.discard(self.state.user_named(login).id)

    def workflow(self, process_id: int) -> Process:
        """Look at a workflow: its visits say who completed what, when, how, with which document versions."""
        process = self.state.processes[process_id]
        workflows.advance(self.state, process)
        return process

    def todo_rows(self) -> list[dict[str, Any]]:
        """List every waiting step of every workflow, as a customer's report over the view `Todo` does."""
        rows: list[dict[str, Any]] = []
        for number, process in self.state.processes.items():
            rows += [self._todo(process, visit) for visit in self.workflow(number).current]
        return rows

    def _todo(self, process: Process, visit: Visit) -> dict[str, Any]:
        member = visit.performer or visit.group
        group = self.state.groups.get(member)
        return {
            "subwork_title": process.name,
            "subworktask_title": visit.step.name,
            "subworktask_performerID_name": group.name if group else self.state.users[member].login,
            "subworktask_datedue_max": self.state.zoneless(visit.due),
            "work_workid": process.id,
            "subwork_subworkid": process.id,
            "subworktask_taskid": visit.task_id,
        }
