"""How long one call to storage may take."""

# Seconds. The SDK's own 300 would outlast the look that waits for it.
CONNECT_SECONDS, READ_SECONDS = 10, 30
