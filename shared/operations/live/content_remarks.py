"""What is to be said of OpenText's names: types, templates, roles, nodes, workflows, maps, steps, outcomes. Pure."""

from collections.abc import Iterator

from shared.decisions.outcome import check_outcomes
from shared.mapping.evaluation.matching import is_named
from shared.mapping.evaluation.mentions import uses_of
from shared.mapping.language.named import Named
from shared.mapping.language.rules import BaseRule, MissingDocumentRule, StepRule
from shared.mapping.language.text import folded
from shared.mapping.language.yaml_tree import Path
from shared.operations.live.landscape import Landscape, Topic
from shared.operations.live.remark import (
    Remark,
    among,
    doubt,
    is_about_spaces,
    note,
    spaces_of,
    types_shown,
    workflows_of,
    wrong,
)


def type_remarks(named: Named, found: Landscape) -> Iterator[Remark]:
    """Judge the name of a workspace type; `*` stands for any text."""
    if not found.can_tell(Topic.OPENTEXT, Topic.TYPES):
        return
    fitting = [one for one in found.types if is_named((named.name,), (one.name,))]
    if not fitting:
        known = among(named.name, (one.name for one in found.types), "types")
        yield wrong(named.path, f"there is no workspace type {named.name!r}{known}")
    elif "*" not in named.name and len(fitting) > 1:
        ids = ", ".join(str(one.type_id) for one in fitting)
        yield wrong(named.path, f"{len(fitting)} workspace types are called {named.name!r} ({ids})")


def template_remarks(named: Named, found: Landscape) -> Iterator[Remark]:
    """Judge the id of a workspace template."""
    if not found.can_tell(Topic.OPENTEXT, Topic.TYPES):
        return
    told = [str(one) for kind in found.types for one in kind.templates or ()]
    if not told:
        yield note(named.path, "the server does not tell the templates of its workspace types")
    elif named.name not in told:
        yield wrong(named.path, f"no workspace type has the template {named.name}; templates: {', '.join(told)}")


def role_remarks(named: Named, found: Landscape) -> Iterator[Remark]:
    """Judge the name of a workspace role by workspaces of the rule's types."""
    if not found.can_tell(Topic.OPENTEXT, Topic.TYPES):
        return
    spaces = [one for one in spaces_of(named.rule, found) if one.roles is not None]
    if not spaces:
        yield note(named.path, f"nobody can say whether there is a role {named.name!r}: no workspace shows its roles")
        return
    without = [one for one in spaces if folded(named.name) not in {folded(role.name) for role in one.roles or ()}]
    if len(without) == len(spaces):
        known = among(named.name, (role.name for one in spaces for role in one.roles or ()), "roles")
        yield wrong(named.path, f"no workspace has a role {named.name!r}{known}")
    elif without and is_about_spaces(named.rule):
        yield doubt(named.path, f"some workspaces of the type {types_shown(without)} have no role {named.name!r}")


def node_remarks(named: Named, found: Landscape) -> Iterator[Remark]:
    """Judge the id of a folder or of a records classification."""
    if found.can_tell(Topic.OPENTEXT) and found.nodes.get(int(named.name)) is None:
        yield wrong(named.path, f"node {named.name} can't be read: gone, hidden, or not allowed")


def workflow_remarks(named: Named, found: Landscape) -> Iterator[Remark]:
    """Judge a workflow's title by those that the integration user sees: no list tells them all."""
    if not found.can_tell(Topic.OPENTEXT, Topic.WORKFLOWS) or is_named((named.name,), found.titles):
        return
    if is_named((named.name,), found.maps.values()):
        said = f"is the name of a map, whose workflows have titles of their own: write `map: {named.name}`"
        yield doubt(named.path, f"{named.name!r} {said}")
    elif not found.titles:
        yield note(named.path, "the integration user sees no workflow: it has to manage or to have initiated them")
    else:
        yield doubt(
            named.path, f"no workflow was seen that is called {named.name!r}{among(named.name, found.titles, 'seen')}"
        )


def map_remarks(named: Named, found: Landscape) -> Iterator[Remark]:
    """Judge a workflow map, by id or name."""
    if not found.can_tell(Topic.OPENTEXT):
        return
    if Topic.MAPS in found.gaps:
        yield wrong(named.path, f"maps are not known on this server: {found.gaps[Topic.MAPS]}")
    elif named.name.isdecimal():
        yield from node_remarks(named, found)
    elif not is_named((named.name,), found.maps.values()):
        known = among(named.name, found.maps.values(), "running")
        yield doubt(named.path, f"no workflow was seen to run on a map {named.name!r}{known}")


def step_remarks(named: Named, found: Landscape) -> Iterator[Remark]:
    """Judge the name of a step by workflows that the rule may concern."""
    if not found.can_tell(Topic.OPENTEXT, Topic.WORKFLOWS) or named.rule is None:
        return
    seen = {step.name for one in workflows_of(named.rule, found) for step in (*one.current, *one.completed)}
    seen |= {name for one in workflows_of(named.rule, found) for name in one.next_steps}
    if not seen:
        yield note(named.path, f"nobody can say whether there is a step {named.name!r}: no such workflow was seen")
    elif not is_named((named.name,), seen):
        yield doubt(named.path, f"no step {named.name!r} was seen{among(named.name, seen, 'seen')}")


def rule_remarks(rule: BaseRule, path: Path, found: Landscape) -> Iterator[Remark]:
    """Judge a rule as a whole: its outcomes, and the modules that it needs."""
    if not found.can_tell(Topic.OPENTEXT):
        return
    if isinstance(rule, StepRule):
        yield from _outcome_remarks(rule, path, found)
    uses, spaces = uses_of(rule), spaces_of(rule, found)
    if isinstance(rule, MissingDocumentRule) and any(one.missing_documents is None for one in spaces):
        yield wrong((*path, "on"), "the server can't say which documents are missing: such rules make nothing")
    parts = (("rm_status", "records status"), ("holds", "holds"), ("classifications", "classifications"))
    for part, what in parts:
        word = "classification" if part == "classifications" else part
        is_used = uses.mentions(word) or (part == "classifications" and uses.classification)
        if is_used and any(getattr(one, part) is None for one in spaces):
            yield doubt(path, f"the server does not tell {what}: they are not known, which is not none")


def _outcome_remarks(rule: StepRule, path: Path, found: Landscape) -> Iterator[Remark]:
    waiting = [step for one in workflows_of(rule, found) for step in one.current if _is_meant(rule, step.name)]
    for step in waiting:
        if (form := found.forms.get(step.ref)) is None:
            continue
        if form.wants_password:
            yield doubt((*path, "when"), f"the step {step.name!r} wants a password: it can only be decided in OpenText")
        elif (why := check_outcomes(form, rule.choices)) is not None:
            offered = [one.key for one in form.dispositions]
            odd = next((one.disposition for one in rule.choices if one.disposition not in offered), "")
            key = next(
                (key for key, one in zip(rule.outcomes, rule.choices, strict=True) if one.disposition == odd), ""
            )
            place = (*path, "outcomes", key) if key else path
            near = among(odd, offered, "offered") if odd else ""
            yield wrong(place, f"{step.name}: {why}{near}")
        return
    if rule.choices and not any(step.ref in found.forms for step in waiting):
        yield note((*path, "outcomes"), "nobody can say whether the step offers these: none was seen that waits")


def _is_meant(rule: StepRule, step: str) -> bool:
    return rule.when.step is None or is_named(rule.when.step, (step,))
