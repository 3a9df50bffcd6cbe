"""What is said of each name of a mapping, by what both systems hold."""

import pytest

from shared.mapping.language.load import examine
from shared.models.graph import EntraUser
from shared.models.opentext import AttributeDefinition, AttributeType, Document, Role, Workspace, WorkspaceType
from shared.models.people import Directory
from shared.models.workflow import Step, StepForm, StepRef, Workflow
from shared.operations.live.check import remarks
from shared.operations.live.landscape import Landscape, PlanFound, Topic
from tests.narrowing import sure

GROUP, OTHER = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
PLAN = "xqQg5FS2LkCp935s-FIFm2QAFkHM"
HEAD = f"version: 1\npeople: {{nobody: unassigned}}\nplans: {{p: {{id: {PLAN}, group: {GROUP}}}}}\nrules:\n"
TASKS = "  - {id: r, on: workspace, plan: p, %s}\n"
STEP = "  - {id: r, on: step, plan: p, task: {title: T}, %s}\n"
REF = StepRef(process_id=1, subprocess_id=1, task_id=1, visit="now")
KEYS = {
    "C.Number": AttributeType.INTEGER,
    "C.Truth": AttributeType.BOOLEAN,
    "C.Day": AttributeType.DATE,
    "C.Text": AttributeType.TEXT,
    "C.User": AttributeType.USER,
}
DEFINED = tuple(
    AttributeDefinition(name=name, key=f"7_{n}", type=kind) for n, (name, kind) in enumerate(KEYS.items(), 2)
)
SPACE = Workspace(node_id=1, name="W", workspace_type="A", definitions=DEFINED, roles=(Role(name="Legal"),))
FLOW = Workflow(process_id=1, name="Approval", map_id=5, map_name="Map", current=(Step(ref=REF, name="Approver"),))


def task(**words):
    return TASKS % f"tasks: [{{key: t, title: T, {', '.join(f'{key}: {value}' for key, value in words.items())}}}]"


def when(condition):
    return TASKS % f"when: {condition}, tasks: [{{key: t, title: T}}]"


def said(text, **found):
    mapping = sure(examine(text).mapping)
    plans = {spec: PlanFound(title="P", group=GROUP, buckets=("B",), labels=("L",)) for spec in mapping.plans.values()}
    known = {"types": (WorkspaceType(type_id=1, name="A", templates=(9,)),), "workspaces": [SPACE]}
    landscape = Landscape(**{**known, "plans": plans, "groups": {GROUP: None}, **found})
    return [(one.severity.value, one.message) for one in remarks(mapping, landscape)]


def of_plans(text, **plan):
    mapping = sure(examine(text).mapping)
    return {spec: PlanFound(**plan) for spec in mapping.plans.values()}


PLAIN = HEAD + task(bucket="B")
TWO_TYPES = (WorkspaceType(type_id=1, name="A"), WorkspaceType(type_id=2, name="A"))
ELSEWHERE = Workspace(
    node_id=2, name="X", workspace_type="B", definitions=(DEFINED[3].model_copy(update={"key": "8_2"}),)
)
PERSON = HEAD.replace("{nobody: unassigned}", "{fallback: a@b.example}") + task(assign='"user:c@d.example"')
ANN, BOB = EntraUser(id="1", mail="a@b.example", account_enabled=False), EntraUser(id="2", account_enabled=False)
NOTIFY = '[{on: completed, to: ["user:x@y.example"]}]'
OUTSIDE = (Document(node_id=3, name="D", definitions=DEFINED[:1]),)
SAID = {
    "nothing is wrong": (PLAIN, {}, []),
    "two types of one name": (
        HEAD + when("{workspace_type: A}"),
        {"types": TWO_TYPES},
        ["2 workspace types are called"],
    ),
    "templates that nobody tells": (
        HEAD + when("{template: 9}"),
        {"types": TWO_TYPES},
        ["does not tell the templates"],
    ),
    "a role that nobody shows": (HEAD + when("{role: {X: {exists: true}}}"), {"workspaces": []}, ["nobody can say"]),
    "a role of some": (
        HEAD + when("{role: {Legal: {exists: true}}}"),
        {"workspaces": [SPACE, SPACE.model_copy(update={"node_id": 2, "workspace_type": "B", "roles": ()})]},
        ["some workspaces of the type 'B' have no role 'Legal'"],
    ),
    "an attribute that nobody shows": (
        HEAD + task(progress="C.Number"),
        {"workspaces": []},
        ["nobody can say whether"],
    ),
    "a percentage that is a day": (HEAD + task(progress="C.Day"), {}, ["holds a date: it is no percentage"]),
    "a value that a number can't be": (
        HEAD + task(on_complete="{set: {C.Number: many, C.Truth: perhaps, C.Day: soon, C.Text: x}}"),
        {},
        ["can't be set to 'many'", "can't be set to 'perhaps'", "can't be set to 'soon'"],
    ),
    "values that fit": (HEAD + task(on_complete="{set: {C.Number: 5, C.Truth: true, C.Day: 2027-06-01}}"), {}, []),
    "a day asked of a number": (
        HEAD + when("{attributes: {C.Number: {max: today}}}"),
        {},
        ["can't be compared with max today"],
    ),
    "an attribute by its key": (HEAD + when("{attributes: {7_2: 5}}"), {}, []),
    "a key that is none": (HEAD + when("{attributes: {7_99: 5}}"), {}, ["7_99 is not there"]),
    "another attribute here and there": (
        HEAD + when("{attributes: {C.Text: x}}"),
        {"workspaces": [SPACE, ELSEWHERE]},
        ["C.Text is another attribute here and there (7_5, 8_2)"],
    ),
    "an attribute that a document may have": (
        HEAD + STEP % 'context: ["attribute:C.Other"]',
        {"workflows": [FLOW]},
        ["no document was seen that may have it"],
    ),
    "an attribute of the document": (
        HEAD + STEP % 'context: ["attribute:C.Number"]',
        {"workflows": [FLOW.model_copy(update={"documents": OUTSIDE})], "workspaces": []},
        [],
    ),
    "an id of a map": (HEAD + STEP % "when: {map: 5}", {"nodes": {5: None}}, ["node 5 can't be read"]),
    "a title that is a map's name": (
        HEAD + STEP % "when: {workflow: Map}",
        {"titles": frozenset({"Approval"}), "maps": {5: "Map"}},
        ["write `map: Map`"],
    ),
    "a map that runs": (HEAD + STEP % "when: {map: Map}", {"maps": {5: "Map"}}, []),
    "a step that wants a password": (
        HEAD + STEP % "outcomes: {Approve: Approve}",
        {"workflows": [FLOW], "forms": {REF: StepForm(wants_password=True)}},
        ["wants a password"],
    ),
    "a form that nobody shows": (HEAD + STEP % "outcomes: {A: B}", {"workflows": [FLOW]}, ["none was seen that waits"]),
    "missing documents that nobody tells": (
        HEAD + "  - {id: r, on: missing_document, plan: p, task: {title: T}}\n",
        {"workspaces": [SPACE.model_copy(update={"missing_documents": None})]},
        ["can't say which documents are missing"],
    ),
    "classifications that nobody tells": (
        HEAD + when("{classification: Secret}"),
        {"workspaces": [SPACE.model_copy(update={"classifications": None})]},
        ["does not tell classifications"],
    ),
    "nodes of evidence": (
        HEAD + TASKS % "evidence: {folder: 4, rm_class: 6}, tasks: [{key: t, title: T}]",
        {"nodes": {4: "Folder", 6: None}},
        ["node 6 can't be read"],
    ),
    "a plan of another group": (
        PLAIN,
        {"plans": of_plans(PLAIN, title="P", group=OTHER, buckets=("B",))},
        [f"belongs to group {OTHER}, not to {GROUP}"],
    ),
    "a plan that will be made": (PLAIN, {"plans": of_plans(PLAIN, is_to_be_made=True)}, ["it will be made"]),
    "two plans of one title": (
        PLAIN,
        {"plans": of_plans(PLAIN, buckets=("B",), twins=1)},
        ["2 plans of the group are called"],
    ),
    "a plan whose group can't be read": (
        PLAIN,
        {"plans": of_plans(PLAIN, why_not="403"), "groups": {GROUP: "403"}},
        [f"plans of group {GROUP} can't be read: 403"],
    ),
    "a plan that is gone": (PLAIN, {"plans": of_plans(PLAIN, why_not="404")}, ["404"]),
    "a group by a setting that is not set": (
        HEAD + task(plan="{per: workspace, group: {setting: GROUP_A}}"),
        {},
        ["the setting that names the group is not set"],
    ),
    "buckets and labels that the record chooses": (
        HEAD
        + task(
            bucket='{by: "attribute:C.Text", map: {x: B, y: Bucket}, else: B}',
            labels='{by: "attribute:C.Text", map: {x: [L, M]}}',
        ),
        {},
        ["no bucket 'Bucket'", "no label 'M'"],
    ),
    "accounts that are disabled": (
        PERSON,
        {"directory": Directory(users={"a@b.example": ANN, "c@d.example": BOB})},
        ["the account of a@b.example is disabled", "the account of c@d.example is disabled"],
    ),
    "a mail to somebody who is not in the directory": (HEAD + task(notify=NOTIFY), {}, ["mails go there all the same"]),
    "a system that does not answer": (
        PERSON
        + when("{workspace_type: X, template: 1, folder: 2, role: {R: {exists: true}}}").replace("id: r,", "id: s,"),
        {"gaps": {Topic.OPENTEXT: "503", Topic.GRAPH: "503"}},
        ["OpenText can't be asked, or not whole: 503", "Microsoft Graph can't be asked, or not whole: 503"],
    ),
}


@pytest.mark.parametrize(("text", "found", "expected"), SAID.values(), ids=SAID)
def test_what_is_said_of_a_name(text, found, expected):
    told = [message for _, message in said(text, **found)]

    assert len(told) == len(expected)
    assert all(part in message for part, message in zip(expected, told, strict=True))
