"""The flows: read, decide, act, remember."""
