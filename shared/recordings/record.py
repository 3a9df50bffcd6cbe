"""Record an origin with the directory's answers: enough to run another mapping over it, and no more."""

from shared.mapping.evaluation.wanted import lookups
from shared.mapping.language.rules import Mapping
from shared.models.link import LinkState
from shared.models.origin import Needs, Origin
from shared.models.people import Lookups
from shared.models.recording import Recording
from shared.reconciler.observe import read_origin
from shared.recordings.pseudonymise import people_of
from shared.services import Services

EVERYTHING = Needs(
    roles=True,
    attributes=True,
    workspace=True,
    records=True,
    holds=True,
    classifications=True,
    missing_documents=True,
    map=True,
)
"""A changed mapping may ask for what today's does not."""


async def record_origin(key: str, services: Services) -> Recording:
    """
    Read an origin whole, and what the directory knows of everybody in it. Not redacted yet.

    Raises:
        UnreadableError, NotFoundError: the origin can't be read.
        RetryLaterError: something did not answer.
    """
    origin = await read_origin(key, services, need=EVERYTHING)
    now = services.now()
    directory = await services.directory.answer(
        _asked(services.mapping, origin, lookups(services.mapping, origin, now))
    )
    links = await services.origins.find_links(key)
    return Recording(
        origin=origin,
        directory=directory,
        now=now,
        completed=tuple(sorted(item for item, link in links.items() if link.state is LinkState.COMPLETED)),
        act_as=services.settings.opentext_act_as,
    )


def _asked(mapping: Mapping, origin: Origin, asked: Lookups) -> Lookups:
    """Ask for everybody whom the origin shows as well, and for their managers: another rule may want them."""
    domain = mapping.people.domain
    addresses = {
        (person.email or f"{person.login}@{domain}").lower()
        for person in people_of(origin)
        if person.email or (domain and person.login)
    }
    return asked.and_about(addresses)
