"""The whole system on one machine: host stand-in, Azurite, simulators, demo."""
