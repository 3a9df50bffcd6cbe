"""What the engine would do, with nothing written."""
