"""For all tests: properties are tried on the same examples at every run, however slow the machine is."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "same everywhere",
    derandomize=True,
    database=None,
    deadline=None,
    # A busy machine is no fault of the test.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same everywhere")
