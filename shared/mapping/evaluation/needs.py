"""Which optional parts of an origin a mapping asks for: each costs calls."""

from shared.mapping.evaluation.mentions import uses_of
from shared.mapping.language.rules import (
    BaseRule,
    DocumentRule,
    Mapping,
    MissingDocumentRule,
    StepRule,
    WorkspaceRule,
)
from shared.models.keys import OriginKind
from shared.models.origin import Needs

_RULES: dict[OriginKind, tuple[type[BaseRule], ...]] = {
    OriginKind.WORKSPACE: (WorkspaceRule, MissingDocumentRule),
    OriginKind.WORKFLOW: (StepRule,),
    OriginKind.DOCUMENT: (DocumentRule,),
    OriginKind.NODE: (),
}


def rules_for(mapping: Mapping, kind: OriginKind) -> tuple[BaseRule, ...]:
    """Return the rules that concern origins of a kind, in order."""
    return tuple(rule for rule in mapping.rules if isinstance(rule, _RULES[kind]))


def needs(mapping: Mapping, kind: OriginKind) -> Needs:
    """Tell what has to be read of an origin of this kind."""
    rules = rules_for(mapping, kind)
    uses = [uses_of(rule) for rule in rules]
    attributes = any(use.attributes for use in uses)
    roles = any(use.roles for use in uses)
    return Needs(
        roles=roles,
        attributes=attributes,
        # Roles are always the workspace's, and so are attributes that the document does not have.
        workspace=kind is not OriginKind.WORKSPACE and (roles or attributes or any(use.workspace for use in uses)),
        records=any(use.mentions("rm_status") for use in uses),
        holds=any(use.mentions("holds") for use in uses),
        classifications=any(use.classification or use.mentions("classification") for use in uses),
        movement=any(use.movement for use in uses),
        missing_documents=any(isinstance(rule, MissingDocumentRule) for rule in rules),
        map=any(use.map for use in uses),
    )
