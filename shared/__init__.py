"""The bridge between OpenText Extended ECM and Microsoft Planner."""
