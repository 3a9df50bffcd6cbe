"""Which plan a task belongs to."""

import hashlib

from shared.mapping.evaluation.choosing import chosen
from shared.mapping.evaluation.scope import Scene
from shared.mapping.language.rules import Mapping
from shared.mapping.language.sections import PlanSpec
from shared.mapping.language.tasks import PlanChoice, WorkspacePlan
from shared.models.wanted import PlanTarget


def target(choice: PlanChoice, mapping: Mapping, scene: Scene) -> PlanTarget:
    """
    Resolve a plan: by name, as written out, or the workspace's own.

    Raises:
        RenderError: the title of the workspace's plan can't be filled in.
        KeyError: no such name (refused when a file is read).
    """
    meant: str | PlanSpec | WorkspacePlan = chosen(choice, scene)
    if isinstance(meant, WorkspacePlan):
        return _own(meant, scene)
    spec = meant if isinstance(meant, PlanSpec) else mapping.plans[meant]
    return PlanTarget(plan_id=spec.id, title=spec.title, group_id=spec.group, make=spec.make, buckets=spec.buckets)


def _own(choice: WorkspacePlan, scene: Scene) -> PlanTarget:
    node = scene.workspace.node_id if scene.workspace is not None else 0
    # The key names the making, so that renaming the workspace makes no second plan.
    template = hashlib.sha256(choice.title.source.encode()).hexdigest()[:8]
    return PlanTarget(
        title=choice.title.render(scene.words),
        group_id=choice.group,
        make=True,
        buckets=choice.buckets,
        key=f"workspace-{node}|{template}",
    )
