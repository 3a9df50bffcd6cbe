"""Builders for tests of the mapping: people, origins, answers, and rules written as an administrator writes them."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import yaml

from shared.mapping.evaluation.wanted import evaluated, lookups
from shared.mapping.language.load import read_mapping
from shared.mapping.language.rules import Mapping
from shared.models.graph import EntraUser
from shared.models.keys import OriginKind
from shared.models.opentext import Document, Person, Role, Workspace
from shared.models.origin import Origin
from shared.models.people import Directory, Lookups
from shared.models.wanted import Wanted, WantedTask
from shared.models.workflow import Step, StepRef, Workflow

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""A Monday."""
CREATED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
STARTED = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
GROUP = "11111111-1111-4111-8111-111111111111"
HEAD = {"version": 1, "plans": {"contracts": {"group": GROUP, "title": "Contracts"}}}


def person(login: str, **changes: Any) -> Person:
    given = {
        "user_id": sum(map(ord, login)),
        "login": login,
        "name": login.title(),
        "email": f"{login}@contoso.example",
    }
    return Person(**{**given, **changes})


LIZ, DEKE, PETER, NINA = (person(login) for login in ("lwhite", "dfoxhoven", "pwilliams", "nkaur"))
ROLES = (
    Role(name="Legal", members=(LIZ, NINA)),
    Role(name="Manager", members=(PETER,)),
    Role(name="Empty"),
)


def workspace(**changes: Any) -> Workspace:
    given: dict[str, Any] = {
        "node_id": 28866,
        "name": "Contract 4600000044",
        "workspace_type": "Contract",
        "created": CREATED,
        "url": "https://otcs.example/cs/cs/app/nodes/28866",
        "roles": ROLES,
        "attributes": {
            "Contract.Region": "EMEA",
            "Contract.Owner": "lwhite",
            "Contract.End Date": "2027-06-30",
            **dict.fromkeys(("A.End", "A.None", "Contract.None", "Contract.Nothing")),
        },
    }
    return Workspace(**{**given, **changes})


def document(node_id: int = 5711, **changes: Any) -> Document:
    given = {
        "node_id": node_id,
        "name": "Contract.docx",
        "version": 3,
        "url": f"https://otcs.example/cs/cs/app/nodes/{node_id}",
        "attributes": {"Contract.Approval": "Pending"},
    }
    return Document(**{**given, **changes})


def step(task_id: int = 1, **changes: Any) -> Step:
    ref = StepRef(process_id=5, subprocess_id=5, task_id=task_id, visit="2026-11-19T10:00:00")
    return Step(**{"ref": ref, "name": "Approver", "started": STARTED, "performers": (DEKE,), **changes})


def of_workspace(**changes: Any) -> Origin:
    return Origin(kind=OriginKind.WORKSPACE, workspace=workspace(**changes))


def of_workflow(*steps: Step, space: Workspace | None = None, **changes: Any) -> Origin:
    given = {
        "process_id": 5,
        "name": "Contract Approval",
        "current": steps or (step(),),
        "documents": (document(),),
        "initiator": PETER,
        "url": "https://otcs.example/cs/cs/app/processes/5/5/1",
        "next_steps": ("Countersign",),
    }
    return Origin(kind=OriginKind.WORKFLOW, workflow=Workflow(**{**given, **changes}), workspace=space or workspace())


def of_document(**changes: Any) -> Origin:
    return Origin(kind=OriginKind.DOCUMENT, document=document(**changes), workspace=workspace())


def user(address: str, **changes: Any) -> EntraUser:
    return EntraUser(**{"id": f"id-{address.partition('@')[0]}", "mail": address, "account_enabled": True, **changes})


def answers(asked: Lookups, **special: EntraUser | None) -> Directory:
    """Answer every question: everybody exists, but for those who are given by name."""

    def known(address: str) -> EntraUser | None:
        name = address.partition("@")[0]
        return special.get(name, user(address))

    return Directory(
        users={address: known(address) for address in asked.emails},
        managers={address: user(f"boss-of-{address}") for address in asked.managers_of},
        groups={group: (user("member@contoso.example"),) for group in asked.groups | asked.plan_groups},
    )


def text_of(*rules: dict[str, Any], **head: Any) -> str:
    # Through JSON, so that what two rules share is written out twice: aliases are refused.
    written = json.loads(json.dumps({**HEAD, **head, "rules": rules}))
    return yaml.safe_dump(written, sort_keys=False)


def mapping_of(*rules: dict[str, Any], **head: Any) -> Mapping:
    return read_mapping(text_of(*rules, **head))


def workspace_rule(*tasks: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A rule for workspaces; each task gets what it lacks."""
    whole = [{"key": f"task-{number}", "title": f"Task {number}", **task} for number, task in enumerate(tasks or ({},))]
    return {"id": "package", "on": "workspace", "plan": "contracts", "tasks": whole, **changes}


def step_rule(*, task: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "id": "approval",
        "on": "step",
        "plan": "contracts",
        "task": {"title": "Approve", **(task or {})},
        **changes,
    }


def want(
    mapping: Mapping, origin: Origin, now: datetime = NOW, *, people: dict[str, Any] | None = None, **how: Any
) -> Wanted:
    directory = answers(lookups(mapping, origin, now), **(people or {}))
    return evaluated(mapping, origin, directory, now, **how).wanted


def tasks_of(
    *rules: dict[str, Any], origin: Origin | None = None, head: dict[str, Any] | None = None, **how: Any
) -> tuple[WantedTask, ...]:
    return want(mapping_of(*rules, **(head or {})), origin or of_workspace(), **how).tasks


def task_of(*rules: dict[str, Any], **how: Any) -> WantedTask:
    (task,) = tasks_of(*rules, **how)
    return task


def day(text: str) -> date:
    return date.fromisoformat(text)


def later(**delta: float) -> datetime:
    return NOW + timedelta(**delta)
