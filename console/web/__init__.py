"""The console in a browser, by textual-serve, which comes with the extra `web`.

`service` needs it when it is imported; ask `is_installed` before.
"""

import importlib.util


def is_installed() -> bool:
    """Whether the extra `web` is there."""
    return importlib.util.find_spec("textual_serve") is not None
