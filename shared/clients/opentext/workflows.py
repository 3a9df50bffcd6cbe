"""
Workflows: where they stand, what a step offers, and acting on one.

Acting is done in the performer's name and cannot be repeated: a workflow that loops would be advanced twice.

Source: OTCS REST, v2/workflows/status, v1/forms/processes/tasks/update,
PUT v2/processes/{id}/subprocesses/{id}/tasks/{id}.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from shared.clients.opentext.answers import Json, at, decoded, each, many, number, obj, rows, text
from shared.clients.opentext.errors import garbled
from shared.clients.opentext.gaps import Gaps
from shared.clients.opentext.maps import Maps
from shared.clients.opentext.members import Members
from shared.clients.opentext.nodes import Nodes
from shared.clients.opentext.server import Site
from shared.clients.opentext.session import Session
from shared.clients.opentext.transport import Query
from shared.clients.opentext.workflow_answers import (
    activity_of,
    form_of,
    listed,
    performer_of,
    reported,
    status_of,
    steps_of,
)
from shared.errors import UnreadableError
from shared.models.listed import Listed
from shared.models.opentext import DocumentVersion, Part, Person
from shared.models.origin import Needs
from shared.models.workflow import Activity, StatusRow, Step, StepForm, StepRef, Workflow

ACTIVITIES = 1000
"""Asked for at once; the newest come first."""


class Workflows:
    """Reads workflows and acts on steps. Every method raises what `Session` raises."""

    def __init__(self, site: Site, members: Members, nodes: Nodes, maps: Maps) -> None:
        self._site = site
        self._members = members
        self._nodes = nodes
        self._maps = maps

    async def read(self, process_id: int, needs: Needs) -> Workflow:
        """
        Read a workflow: its steps with their performers, and what is attached.

        Raises:
            UnreadableError: gone or hidden. What of it can't be read stands in `not_known`, of it and of its steps.
        """
        what = f"v2/workflows/status/processes/{process_id}"
        results = obj((await self._site.read_one(what)).get("results"))
        details = obj(results.get("wf_details"))
        if not details:
            raise garbled(what, wrote=False)
        gaps = Gaps()
        current = gaps.rows(Part.STEPS, steps_of(results, "current", self._site.zone))
        completed = gaps.rows(Part.STEPS.of("completed"), steps_of(results, "completed", self._site.zone))
        folder = gaps.value(Part.DOCUMENTS, number, at(results, "attachments", "attachment_folder_id"))
        documents = await gaps.read(Part.DOCUMENTS, self._nodes.list_attached(folder, needs, gaps)) if folder else ()
        containers = [document.node_id for document in documents or () if document.is_container]
        contained = await gaps.read(Part.DOCUMENTS, self._nodes.list_contained(containers, gaps)) if containers else ()
        map_id = await gaps.read(Part.MAP, self._maps.read(process_id)) if needs.map else None
        return Workflow(
            process_id=process_id,
            name=text(details.get("wf_name")),
            map_id=map_id,
            map_name=await gaps.read(Part.MAP, self._maps.read_name(map_id)) if map_id is not None else None,
            status=status_of(details.get("status")),
            initiated=gaps.value(Part.INITIATED, self._site.instant, details.get("date_initiated")),
            due=gaps.value(Part.DUE, self._site.due_on, details.get("due_date")),
            initiator=gaps.value(Part.INITIATOR, _initiator, details),
            # Of the current steps alone: each performer may cost calls, and nobody acts on a completed step.
            current=tuple([await self._with_performers(step) for step in current]),
            completed=completed,
            next_steps=_names(at(results, "step_list", "next")),
            documents=documents or (),
            contained=contained or (),
            # Smart UI has no page for a workflow, only for its steps: of one that has ended the last will do.
            url=self._url((*current, *completed[-1:])),
            not_known=gaps.not_known,
        )

    async def read_form(self, step: StepRef, *, acting: Person | None) -> StepForm:
        """
        Read what a step offers to its performer.

        Args:
            acting: whose step it is; None: the integration user's own.

        Raises:
            UnreadableError: it is not, or no longer, theirs.
        """
        query: Query = (
            ("process_id", step.process_id),
            ("subprocess_id", step.subprocess_id),
            ("task_id", step.task_id),
        )
        # In the performer's own name: to anybody else Content Server says that there is no such workflow.
        answer = await (await self._acting(acting)).get("v1/forms/processes/tasks/update", query)
        return form_of(obj(answer.get("data")))

    async def read_versions(self, node_ids: Iterable[int]) -> tuple[DocumentVersion, ...]:
        """
        Read which versions of nodes there are now, by id.

        Raises:
            UnreadableError: one of them can't be read.
        """
        return await self._nodes.list_versions(node_ids)

    async def accept(self, step: StepRef, *, acting: Person | None) -> None:
        """Take a group's step as the performer's own: only then can it be sent on."""
        await self._act(step, {"action": "accept"}, acting)

    async def send_on(self, step: StepRef, *, disposition: str | None, comment: str, acting: Person | None) -> None:
        """
        Finish a step. Cannot be repeated.

        Args:
            disposition: the disposition's key, not its label; case-sensitive. None: plain sending on.
            comment: stays in the workflow's audit.
            acting: whose step it is; None: the integration user's own.

        Raises:
            UnreadableError: it is not, or no longer, theirs.
            RefusedError: the step does not offer this, or wants a password.
            OutcomeUnknownError: it may have been done: read before you send again.
        """
        # One of the two: Content Server refuses an action beside a custom action.
        chosen = {"action": "SendOn"} if disposition is None else {"custom_action": disposition}
        await self._act(step, {**chosen, "comment": comment}, acting)

    async def delegate(self, step: StepRef, *, to: int, comment: str, acting: Person | None) -> None:
        """Hand a step to another user. The visit stays the same."""
        await self._act(step, {"action": "Delegate", "assignee": str(to), "comment": comment}, acting)

    async def activities(self, step: StepRef) -> tuple[Activity, ...]:
        """List what was done in the step's sub-workflow, as Content Server orders it."""
        path = f"v2/processes/{step.process_id}/subprocesses/{step.subprocess_id}/activities"
        answer = await self._site.get(path, (("limit", ACTIVITIES),))
        return tuple(activity_of(row, self._site.zone) for row in rows(answer))

    async def list_status(
        self,
        kind: Literal["Managed", "Initiated", "Both"],
        status: Literal["ontime", "workflowlate", "completed", "stopped"],
    ) -> Listed[StatusRow]:
        """
        List the workflows that the integration user manages or initiated: others never show.

        The list has no pages. One status a call: several at once are not understood everywhere.
        """
        answer = await self._site.get("v2/workflows/status", (("kind", kind), ("wstatus", status)))
        return each(rows(answer), lambda row: listed(row, self._site.zone))

    async def webreport(self, nickname: str, parameters: Query = ()) -> Listed[StatusRow]:
        """
        Run the customer's report over all steps, whoever manages them.

        It has to answer JSON: a list of objects, or one object with the list in `data` or `results`. Each has
        `process_id`, and may have `subprocess_id`, `task_id`, `task_name`, `task_start_date`, `task_due_date`,
        `task_status`, `wf_name`, `status_key`; the column names of the view `Todo` are understood too.

        Raises:
            UnreadableError: there is no such report, or it is not JSON.
        """
        path = f"v1/webreports/{nickname}"
        content = await self._site.service.get_bytes(path, (("format", "webreport"), *parameters))
        try:
            answer = decoded(content)
        except ValueError as error:
            message = f"report {nickname!r} does not answer JSON"
            raise UnreadableError(message) from error
        return each(_report_rows(answer), lambda row: reported(row, self._site.zone))

    async def _act(self, step: StepRef, body: dict[str, str], acting: Person | None) -> None:
        path = f"v2/processes/{step.process_id}/subprocesses/{step.subprocess_id}/tasks/{step.task_id}"
        await (await self._acting(acting)).put_body(path, body)

    async def _acting(self, person: Person | None) -> Session:
        if person is None:
            return self._site.service
        return await self._site.sessions.performer(person)

    async def _with_performers(self, step: Step) -> Step:
        """Complete a step's performers: addresses that were not sent, and the users of its group."""
        gaps = Gaps()
        people: dict[int, Person] = {}
        for person in step.performers:
            found = await gaps.read(Part.PERFORMERS, self._complete(person))
            # One who can't be read stays as the step tells: left out, it would seem that the step is not this person's.
            people[person.user_id] = found or person
        if step.group is not None:
            members = await gaps.read(Part.PERFORMERS, self._expand(step.group))
            people.update({person.user_id: person for person in members or ()})
        # By id: the same performers make the same step, in whatever order the server sends them.
        return step.performed_by(tuple(people[user_id] for user_id in sorted(people)), gaps.not_known)

    async def _complete(self, person: Person) -> Person:
        if person.email is not None and person.login:
            return person
        return await self._members.read(person.user_id)

    async def _expand(self, group: str) -> tuple[Person, ...]:
        group_id = await self._members.find_group(group)
        if group_id is None:
            message = f"group {group!r} holds a step, but is gone or hidden"
            raise UnreadableError(message)
        return await self._members.expand(group_id)

    def _url(self, steps: Sequence[Step]) -> str:
        return self._site.step_url(steps[0].ref) if steps else ""


def _report_rows(answer: object) -> list[Json]:
    return rows(obj(answer).get("data", answer) if isinstance(answer, dict) else answer)


def _initiator(details: Json) -> Person | None:
    row = obj(details.get("initiator"))
    return performer_of(row) if row else None


def _names(steps: object) -> tuple[str, ...]:
    found = (text(obj(row).get("task_name")) for row in many(steps))
    return tuple(name for name in found if name)
