"""Why the host stand-in does not start, and why an invocation failed."""


class HostError(Exception):
    """The app, its settings or host.json can't be served; says what to mend."""


class InvocationFailedError(Exception):
    """The function raised, ran out of time, or returned what its binding does not take."""
