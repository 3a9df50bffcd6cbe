"""
A board to play on: both simulated systems and the bridge's operations page in a browser, at one address.

Local only. The product does not know it, and nothing of it is deployed.
"""
