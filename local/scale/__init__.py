"""
The scale model: what a minute costs with 1,000 to 100,000 open links, in calls and CPU.

Most links only stand there: rows in the tables, tasks in their plans' lists. Those that something happens to are real:
made by the engine, in the simulators.
"""
