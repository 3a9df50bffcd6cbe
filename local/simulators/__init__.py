"""The two systems that the bridge stands between, as documented and no better."""
