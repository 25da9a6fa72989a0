"""`python -m policies.matching.compiled`: makes the code for this machine, so that nobody waits for it later."""

import sys

from .. import machine_code

if __name__ == "__main__":
    sys.exit(0 if machine_code.prepare() else "the extra `fast` is not installed: pip install 'shopwarden[fast]'")
