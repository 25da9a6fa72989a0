"""The console in a browser, by textual-serve, which comes with the extra `web`.

Reading order: `guard` (which requests are ours) → `visits` (who is logged in) → `pages` (login and terminal) → `server`
(what is answered) → `tab` (one browser tab) → `service` (the console behind it). `server`, `tab` and `service` need the
extra when they are imported; ask `is_installed` before.
"""

import importlib.util


def is_installed() -> bool:
    """Whether the extra `web` is there."""
    return importlib.util.find_spec("textual_serve") is not None
