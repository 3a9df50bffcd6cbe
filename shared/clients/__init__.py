"""The only modules that know URLs and SDKs."""
