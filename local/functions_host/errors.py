"""Why the host stand-in does not start, why it ends, and why an invocation failed."""


class HostError(Exception):
    """The app, its settings or host.json can't be served; says what to mend."""


class NotServedError(HostError):
    """The app asks for what this stand-in does not do, though Azure does."""


class HostEndedError(Exception):
    """The host ends itself, as the real one does when it lost its storage or a singleton's lock."""


class InvocationFailedError(Exception):
    """The function raised, ran out of time, died with its worker, or returned what its binding does not take."""
