"""Check a mapping against both systems: every name that it uses, with line, and the nearest one that there is."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from shared.mapping.language.load import Examined, Severity, finding_at, in_order
from shared.mapping.language.named import Named, names_in
from shared.mapping.language.rules import Mapping
from shared.models.wanted import NameKind
from shared.models.words import ActAs
from shared.operations.live import content_remarks as content
from shared.operations.live import planner_remarks as planner
from shared.operations.live.attribute_remarks import attribute_remarks
from shared.operations.live.landscape import Landscape, Topic
from shared.operations.live.remark import Remark
from shared.operations.live.survey import Systems, survey

_JUDGES: dict[NameKind, Callable[[Named, Landscape], Iterator[Remark]]] = {
    NameKind.WORKSPACE_TYPE: content.type_remarks,
    NameKind.TEMPLATE: content.template_remarks,
    NameKind.ROLE: content.role_remarks,
    NameKind.FOLDER: content.node_remarks,
    NameKind.NODE: content.node_remarks,
    NameKind.WORKFLOW: content.workflow_remarks,
    NameKind.MAP: content.map_remarks,
    NameKind.STEP: content.step_remarks,
    NameKind.ATTRIBUTE: attribute_remarks,
    NameKind.PLAN: planner.plan_remarks,
    NameKind.BUCKET: planner.bucket_remarks,
    NameKind.LABEL: planner.label_remarks,
    NameKind.GROUP: planner.group_remarks,
    NameKind.PERSON: planner.person_remarks,
    NameKind.LOGIN: planner.login_remarks,
}
_NEVER_WHOLE = frozenset({Topic.WORKSPACES, Topic.WORKFLOWS, Topic.MAPS, Topic.LOGINS})
"""Where one that can't be read leaves others to look at."""


async def check_live(examined: Examined, systems: Systems, act_as: ActAs) -> Examined:
    """
    Ask both systems for every name of a file that can be used; return it with what was found besides. Writes nothing.

    A file that can't be used comes back as it is.
    """
    if examined.mapping is None:
        return examined
    found = await survey(examined.mapping, systems, act_as)
    said = dict.fromkeys(remarks(examined.mapping, found))
    more = [finding_at(examined.tree, one.path, one.message, one.severity) for one in said]
    return replace(examined, findings=in_order((*examined.findings, *more)))


def remarks(mapping: Mapping, found: Landscape) -> Iterator[Remark]:
    """Judge every name by what the systems hold. Pure."""
    for topic, why in found.gaps.items():
        severity = Severity.WARNING if topic in _NEVER_WHOLE else Severity.ERROR
        yield Remark(severity, (), f"{topic} can't be asked, or not whole: {why}")
    for named in names_in(mapping):
        yield from _JUDGES[named.kind](named, found)
    for number, rule in enumerate(mapping.rules):
        yield from content.rule_remarks(rule, ("rules", number), found)
