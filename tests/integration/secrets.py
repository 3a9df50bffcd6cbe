"""Every secret that is about while the local system runs, to look for where none may be."""

import re

from local.azurite import KEY
from local.demo.world import CLIENT_SECRET
from local.local_system import CLIENT_STATE, FUNCTION_KEY, WEBHOOK_SECRET

KNOWN = (KEY, CLIENT_STATE, FUNCTION_KEY, WEBHOOK_SECRET, CLIENT_SECRET)
ISSUED = re.compile(
    r"""
    \bx[0-9a-f]+z[0-9a-f]{8,}z[0-9a-f]+\b    # a ticket of the simulated Content Server
    | \*OTDSSSO\*                            # an OTDS ticket
    | \beyJ[0-9A-Za-z_-]{6,}                 # a token, be it of the simulated OTDS or an identity's
    | \bbearer\ local\b                      # what stands for Graph's
    | \bshared[-_ ]?key(?:lite)?\s+\w+:      # a signature of storage's
    | \bv1,[0-9A-Za-z+/]{20,}                # a webhook's signature
    """,
    re.IGNORECASE | re.VERBOSE,
)


def secrets_in(text):
    """Name each secret that the text shows, and the line that it stands in."""
    return [
        (found, line[:300])
        for line in text.splitlines()
        for found in [*(secret for secret in KNOWN if secret in line), *ISSUED.findall(line)]
    ]
