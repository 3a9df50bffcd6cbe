"""Stories that are played on this machine and told as they happen."""
