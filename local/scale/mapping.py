"""The mapping of the scale model: a rule a plan, and approvals that escalate."""

import json
from pathlib import Path

from local.demo.world import CONTRACTS_GROUP
from local.simulators.content_server import ContentServer

PLANS = 25
"""Plans that something happens in."""
APPROVALS = "Approvals"


def plan_title(number: int) -> str:
    """Name one of the plans."""
    return f"Plan {number:02}"


def write_mapping(folder: Path) -> Path:
    """Write the mapping file; YAML reads JSON."""
    titles = [plan_title(number) for number in range(PLANS)] + [APPROVALS]
    plans = {_key(title): {"group": CONTRACTS_GROUP, "title": title} for title in titles}
    rules = [_package(number) for number in range(PLANS)] + [_approval()]
    file = folder / "mapping.yaml"
    file.write_text(json.dumps({"version": 1, "people": {"domain": "contoso.example"}, "plans": plans, "rules": rules}))
    return file


def create_package(content: ContentServer, number: int) -> int:
    """Make a workspace that gets the four tasks of one of the plans; return its node id."""
    attributes = {"Contract.Region": f"R{number % PLANS:02}", "Contract.Owner": "lwhite@contoso.example"}
    return content.create_workspace("Contract", f"Package {number}", attributes=attributes)


def _package(number: int) -> dict[str, object]:
    tasks = [
        {
            "key": f"task-{place}",
            "title": f"{{{{ workspace.name }}}}: task {place}",
            "assign": "attribute:Contract.Owner",
            "due": {"from": "created", "business_days": 5 + place},
            "checklist": ["First", "Second"],
        }
        for place in range(4)
    ]
    when = {"workspace_type": "Contract", "attributes": {"Contract.Region": f"R{number:02}"}}
    return {
        "id": f"package-{number:02}",
        "on": "workspace",
        "when": when,
        "plan": _key(plan_title(number)),
        "tasks": tasks,
    }


def _approval() -> dict[str, object]:
    return {
        "id": "approval",
        "on": "step",
        "when": {"workflow": "Contract Approval", "step": "Approver"},
        "plan": _key(APPROVALS),
        "task": {"title": "Approve {{ document.name }}"},
        "outcomes": {"Approve": "Approve", "Reject": "Reject"},
        "escalate": [
            {"after": {"days": 3}, "to": "user:legal-lead@contoso.example", "title": "Overdue: {{ task.title }}"}
        ],
    }


def _key(title: str) -> str:
    return title.lower().replace(" ", "-")
