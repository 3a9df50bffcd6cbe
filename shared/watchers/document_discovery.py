"""
Find documents that no hint announced: in the folders that rules name, or in workspaces of the mapped types.

A few containers at a time, round after round, so that it costs the same however many there are. What is found was
made or changed since the last round began.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from shared.errors import NeverError, RetryLaterError, SignInRefusedError, ThrottledError
from shared.mapping.evaluation.needs import rules_for
from shared.mapping.evaluation.sources import exact_types, is_type_mapped, named_folders
from shared.mapping.language.rules import BaseRule
from shared.models.document_round import Container, DocumentRound
from shared.models.keys import OriginKind, origin_key
from shared.services import Services

log = logging.getLogger(__name__)
CURSOR = "discovery/documents"
CONTAINERS_A_RUN = 20
DEPTH = 3
"""Levels of folders below a workspace."""


@dataclass(frozen=True)
class Looked:
    """What one run found."""

    found: list[str] = field(default_factory=list)
    """Keys of origins."""
    place: DocumentRound | None = None
    """How far the search has come: to be saved once they are handed on. None: no rule is about documents."""
    failed: RetryLaterError | None = None
    """Why the run ended early: one container did not answer."""


async def find_documents(services: Services) -> Looked:
    """
    Look into the next few containers.

    Raises:
        RetryLaterError: which containers there are could not be read; or OpenText asks for a pause.
    """
    rules = rules_for(services.mapping, OriginKind.DOCUMENT)
    if not rules:
        return Looked()
    found: dict[str, None] = {}
    place = await _begun(rules, services)
    for _ in range(CONTAINERS_A_RUN):
        if not place.left and place.page:
            place = await _with_workspaces(place, rules, services)
        if not place.left:
            break
        try:
            changed, below = await _look_into(place, services)
        except ThrottledError:
            raise
        except RetryLaterError as error:
            # Put off to the next round: what comes first and never answers would hold up all that is behind it.
            return Looked(list(found), place.without_missed(), error)
        found |= dict.fromkeys(changed)
        place = place.without_first(below)
    return Looked(list(found), place)


async def _begun(rules: Sequence[BaseRule], services: Services) -> DocumentRound:
    now, roots = services.now(), tuple(Container(node_id=node, depth=0) for node in named_folders(rules))
    kept = await services.cursors.find(CURSOR)
    try:
        place = None if kept is None else DocumentRound.model_validate_json(kept)
    except ValidationError:
        log.warning("how far the search for documents had come can't be read: it begins anew")
        place = None
    if place is None:
        return DocumentRound.first(now, roots)
    return place.next(now, roots) if place.is_over else place


async def _with_workspaces(place: DocumentRound, rules: Sequence[BaseRule], services: Services) -> DocumentRound:
    """Read one more page of the workspaces in which rules look for documents."""
    anywhere = [rule for rule in rules if rule.when.folder is None]
    if not anywhere:
        return place.filled((), 0)
    workspaces = services.opentext.workspaces
    names = exact_types(anywhere)
    if names is None:
        names = tuple(kind.name for kind in await workspaces.types.list_all() if is_type_mapped(anywhere, kind.name))
    pages = [await workspaces.list_page(name, place.page) for name in names]
    found = tuple(Container(node_id=node, depth=DEPTH) for page in pages for node in page.nodes)
    return place.filled(found, 0 if all(page.is_last for page in pages) else place.page + 1)


async def _look_into(place: DocumentRound, services: Services) -> tuple[list[str], tuple[Container, ...]]:
    """List what changed in a container, and the containers in it; one that can't be read costs itself."""
    container, changed, below = place.left[0], list[str](), list[Container]()
    try:
        async for stub in services.opentext.tree.list_changed(container.node_id, container.since or place.since):
            if stub.is_container:
                # A workspace in it is a container of its own in this walk, where rules are about its type.
                if container.depth and not stub.is_workspace:
                    below.append(Container(node_id=stub.node_id, depth=container.depth - 1))
            elif not stub.is_evidence:
                changed.append(origin_key(OriginKind.DOCUMENT, stub.original or stub.node_id))
    except SignInRefusedError:
        raise
    except NeverError as error:
        log.warning("discovery: documents in %d: %s", container.node_id, error)
    return changed, tuple(below)
