"""What to do next, decided from data alone. Pure: no I/O, no clock, no settings."""
