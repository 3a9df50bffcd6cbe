"""OTDS, and acting for somebody: three ways, and refusals."""

from shared.clients.opentext.sign_in import Credential, Impersonation
from shared.conformance.observed import CannotTellError, Observed, Verdict, differs, judged
from shared.conformance.registry import probe
from shared.conformance.sandbox import Sandbox
from shared.errors import RefusedError
from shared.models.opentext import Person

NOBODY = Person(user_id=0, login="conformance-check-nobody", name="Nobody", email=None)


@probe("otds-token-ends")
async def token(box: Sandbox) -> Observed:
    """Get a token by the client's own right."""
    proof = await _own_token(box)
    return judged(proof.ends is not None, "says when it ends" if proof.ends else "does not say when it ends")


@probe("otds-token-everywhere")
async def everywhere(box: Sandbox) -> Observed:
    """Use a token of OTDS for another address than signing in."""
    proof = await _own_token(box)
    reply = await box.systems.unsigned("v2/members?where_type=0", proof.headers)
    return judged(reply.is_success, f"a token beyond v1/auth: {reply.status}")


@probe("otds-token-exchange")
async def exchange(box: Sandbox) -> Observed:
    """Act for somebody who agreed, by token exchange."""
    return await _became(box, "token-exchange")


@probe("otds-ticket-for-user")
async def ticket_for_user(box: Sandbox) -> Observed:
    """Act for somebody who agreed, by OTDS's ticket."""
    return await _became(box, "ticket-for-user")


@probe("content-proxy")
async def proxy(box: Sandbox) -> Observed:
    """Act for somebody who agreed, as their proxy."""
    return await _became(box, "proxy")


@probe("otds-unknown-refused")
async def unknown(box: Sandbox) -> Observed:
    """Act for somebody who does not exist."""
    if (await _became(box, "token-exchange")).verdict is not Verdict.AS_BELIEVED:
        raise CannotTellError("nobody can be acted for, so a refusal says nothing")  # noqa: EM101 - a sentence
    await box.systems.turn()
    try:
        await box.systems.opentext.sessions.become(NOBODY, "token-exchange")
    except RefusedError as error:
        other = "as another user" in str(error)
        return judged(not other, "a token of somebody else" if other else "refused")
    return differs("taken")


@probe("otds-ticket-once")
async def ticket_once(box: Sandbox) -> Observed:
    """Use OTDS's ticket twice."""
    _has_client(box)
    await box.systems.turn()
    try:
        ticket = {"OTDSTicket": await box.systems.opentext.sessions.otds_ticket()}
    except RefusedError as error:
        raise CannotTellError(str(error)) from error
    first, second = [await box.systems.unsigned("v1/auth", ticket) for _ in range(2)]
    if not first.is_success:
        message = f"Content Server does not take OTDS's ticket: {first.said}"
        raise CannotTellError(message)
    return judged(not second.is_success, f"the second time: {second.status}")


async def _own_token(box: Sandbox) -> Credential:
    if box.systems.opentext.sessions.auth != "otds":
        raise CannotTellError("OPENTEXT_AUTH=password: OTDS is not asked for our own token")  # noqa: EM101 - a sentence
    return await box.systems.sign_in_anew()


async def _became(box: Sandbox, way: Impersonation) -> Observed:
    if way != "proxy":
        _has_client(box)
    if box.targets.performer is None:
        raise CannotTellError("nobody agreed to be acted for: --performer")  # noqa: EM101 - a sentence
    await box.systems.turn()
    try:
        await box.systems.opentext.sessions.become(box.targets.performer, way)
    except RefusedError as error:
        return differs(f"refused: {str(error)[:160]}")
    return Observed(Verdict.AS_BELIEVED, "acted for")


def _has_client(box: Sandbox) -> None:
    if not box.systems.opentext.sessions.has_otds_client:
        raise CannotTellError("OTDS_BASE_URL and OTDS_CLIENT_ID are not set")  # noqa: EM101 - a sentence
