"""Where a task belongs: plan, bucket, labels, room, and how often a plan is read."""
