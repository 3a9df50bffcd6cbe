"""One origin: read it, decide, act, remember."""
