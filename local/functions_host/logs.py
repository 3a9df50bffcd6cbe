"""What host and worker log: one file for both."""

import logging
import sys


def log_to_stderr() -> None:
    """Log to stderr, without what the libraries say at each call."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("azure", "httpx", "httpcore", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
