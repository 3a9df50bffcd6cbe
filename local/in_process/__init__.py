"""The whole system within one process: tables in memory, transports that call the simulators."""
