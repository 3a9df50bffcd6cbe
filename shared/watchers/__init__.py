"""What no hint announced: timers, discovery, the reading of plans, subscriptions."""
