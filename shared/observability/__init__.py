"""Telemetry, metrics, and the filter that keeps secrets out of both."""
