"""`python -m local.browser`: install the Chromium that the browser tests use; say why not where it can't run."""

import sys

from local.browser import find_chromium, why_none

if __name__ == "__main__":
    if reason := why_none():
        print(f"no Chromium: {reason}. The browser tests are skipped, or use an installed Chrome.")
    else:
        try:
            print(find_chromium().executable)
        except RuntimeError as error:
            sys.exit(f"the Chromium of the browser tests can't be installed: {error}")
