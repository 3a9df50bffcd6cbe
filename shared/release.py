"""Which release of the bridge this is."""

RELEASE = "0.2.0"
"""As pyproject.toml says, which is not deployed: a test holds them together."""
