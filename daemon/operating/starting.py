"""A start that takes longer than systemd expects, because an archive has to be brought to a new schema."""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from typing import Final

from ..system import notify_systemd

_EVERY_S: Final = 15.0
_EXTEND_S: Final = 60.0
AT_MOST_S: Final = 3600.0
"""A start that takes longer hangs; systemd may end it then."""


@contextlib.contextmanager
def longer_start(env: Mapping[str, str], *, every_s: float = _EVERY_S, at_most_s: float = AT_MOST_S) -> Iterator[None]:
    """Ask systemd again and again for another minute while the block runs; at most for `at_most_s`."""
    done = threading.Event()

    def ask() -> None:
        for _ in range(int(at_most_s / every_s)):
            # The watchdog too: a vault that was unlocked by a person was ready long before.
            notify_systemd(f"EXTEND_TIMEOUT_USEC={int(_EXTEND_S * 1e6)}\nWATCHDOG=1\nSTATUS=opening the archive", env)
            if done.wait(every_s):
                return

    thread = threading.Thread(target=ask, name="longer-start", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
