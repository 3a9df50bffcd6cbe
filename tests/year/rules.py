"""The rules that the company lives by: the words of the mapping for what the model says apart."""

import json
from pathlib import Path
from typing import Any

import yaml

from tests.repository import ROOT
from tests.year.model import APPROVAL_DAYS, LEVEL_DAYS, NOTICE_MONTHS, REVIEW_DAYS, STEP_LEVEL_DAYS

WAITING = "Waiting"
"""What the record's approval reads while everything rests."""
MAILS = [
    {"on": "overdue", "to": ["role:Manager"], "subject": "Overdue: {{ task.title }}"},
    {"on": "completed", "to": ["role:Manager"], "subject": "Completed: {{ task.title }}"},
]
WORDS = {"Remind": "reminded", "Overdue": "overdue", "Completed": "completed", "Level": "level"}
"""What a mail or task is, by how its title begins."""


def write_mapping(folder: Path) -> Path:
    """Write the mapping file and return its path."""
    path = folder / "mapping.yaml"
    whole = yaml.safe_load((ROOT / "mapping.yaml").read_text())
    # JSON is YAML, too, and writes out what YAML would refer to.
    path.write_text(json.dumps({**whole, "rules": [_package(), _approval()]}))
    return path


def _package() -> dict[str, Any]:
    review = {
        "key": "review",
        "title": "{{ workspace.name }} review",
        "due": {"from": "created", "business_days": REVIEW_DAYS},
        "owners": {"due": "planner"},
    }
    notice = {
        "key": "notice",
        "title": "{{ workspace.name }} notice",
        "due": {"from": "attribute:Contract.End Date", "months": -NOTICE_MONTHS, "adjust": "previous"},
    }
    return {
        "id": "package",
        "on": "workspace",
        "when": {"workspace_type": "Contract"},
        "plan": "contracts",
        "tasks": [{**task, "assign": "role:Legal"} for task in (review, notice)],
        "pause": {"attributes": {"Contract.Approval": WAITING}},
        "notify": MAILS,
        "escalate": _ladder(LEVEL_DAYS, "due"),
    }


def _approval() -> dict[str, Any]:
    return {
        "id": "approval",
        "on": "step",
        "when": {"workflow": "Contract Approval", "step": "Approver"},
        "plan": "contracts",
        "task": {"title": "{{ document.name }} approval", "due": {"from": "started", "business_days": APPROVAL_DAYS}},
        "outcomes": {"Approve": "Approve", "Reject": "Reject"},
        "notify": MAILS,
        "escalate": _ladder(STEP_LEVEL_DAYS, "started"),
    }


def _ladder(days: tuple[int, int], start: str) -> list[dict[str, Any]]:
    reminder, lead = ({"from": start, "business_days": count} for count in days)
    return [
        {"key": "reminder", "after": reminder, "remind": True, "title": "Remind: {{ task.title }}"},
        {"key": "lead", "after": lead, "to": "role:Manager", "title": "Level: {{ task.title }}"},
    ]
