"""Origins recorded for replay, with nobody named."""
