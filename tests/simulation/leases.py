"""A lease is lost when another worker has it, never because a reply was: whoever comes back in peace has let go."""

from collections import Counter

from shared.models.messages import OriginMessage
from shared.reconciler.reconcile import reconcile
from shared.services import Services
from tests.simulation.looking import lease_owner
from tests.simulation.world import World


class LeaseKeptError(Exception):
    """A worker came back without an error, and its origin is still taken: it thought that its lease was lost."""


class Watch:
    """
    Looks, after each reconcile of a process, at the lease that it took.

    Args:
        worker: name of the process, with which the owners of its leases begin.
    """

    def __init__(self, world: World, worker: str) -> None:
        self._world = world
        self._own = f"{worker}#"
        self._at_work = Counter[str]()
        self._left: set[str] = set()
        """Owners of leases whose release was refused: they end by themselves."""

    async def reconcile(self, message: OriginMessage, services: Services) -> None:
        """
        Look at one origin.

        Raises:
            LeaseKeptError: its lease was not let go.
        """
        before = lease_owner(self._world, message.origin)
        self._at_work[message.origin] += 1
        try:
            await reconcile(message, services)
        except BaseException:
            self._left.add(lease_owner(self._world, message.origin))
            raise
        finally:
            self._at_work[message.origin] -= 1
        after = lease_owner(self._world, message.origin)
        is_own = after.startswith(self._own) and after != before and after not in self._left
        if is_own and not self._at_work[message.origin]:
            raise LeaseKeptError(message.origin)
