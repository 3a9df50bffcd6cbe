"""Change single lines of the engine and see whether a test notices."""
