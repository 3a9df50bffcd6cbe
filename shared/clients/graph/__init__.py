"""Microsoft Graph: Planner, directory, mail, subscriptions. Nothing else knows its SDK."""
