"""How an app ends when it is told to from outside: in good order, and for certain."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from textual.app import App

SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
LEAVE_S: Final = 4.0
"""A terminal that is gone takes no more output, and whoever writes to it may wait for ever."""


@contextmanager
def ends_on_signals(app: App[int]) -> Iterator[None]:
    """Inside, a signal n ends `app` with 128 + n; the process ends with that even when the app cannot."""
    loop = asyncio.get_running_loop()
    watches: list[threading.Timer] = []

    def leave(number: int) -> None:
        watch = threading.Timer(LEAVE_S, os._exit, (128 + number,))
        watch.daemon = True
        watch.start()
        watches.append(watch)
        app.exit(return_code=128 + number)

    for number in SIGNALS:
        loop.add_signal_handler(number, leave, number)
    try:
        yield
    finally:
        for watch in watches:
            watch.cancel()
