"""The stories that the demo plays."""
