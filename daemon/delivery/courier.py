"""Sending in a thread, for so long and no longer: what hangs is left behind, and only its own channel waits for it."""

import asyncio
import threading
from collections.abc import Callable
from typing import Final

from .answers import Answer, Fate

MOST_STUCK: Final = 3
"""Threads of a channel that may hang before nothing more is sent there; each ends with its connection."""


class Courier:
    """Of one channel. Used from the event loop's thread."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stuck = 0

    async def carry(self, send: Callable[[], Answer], most_s: float) -> Answer:
        """What `send` says; `timeout` after `most_s` real seconds, and then it may have been sent all the same."""
        if self._stuck >= MOST_STUCK:
            return Answer(fate=Fate.LATER, code="stuck")
        loop = asyncio.get_running_loop()
        told: asyncio.Future[Answer] = loop.create_future()
        is_left = threading.Event()

        def finish(answer: Answer) -> None:
            if is_left.is_set():
                self._stuck -= 1
            elif not told.done():
                told.set_result(answer)

        def run() -> None:
            try:
                answer = send()
            except Exception as error:  # noqa: BLE001 - a fault in sending is a try that failed, and nobody else's
                answer = Answer(fate=Fate.LATER, code=f"internal_{type(error).__name__}"[:60])
            try:
                loop.call_soon_threadsafe(finish, answer)
            except RuntimeError:  # the daemon has stopped meanwhile
                return

        threading.Thread(target=run, name=f"delivery-{self._name}", daemon=True).start()
        try:
            async with asyncio.timeout(most_s):
                return await told
        except TimeoutError:
            return Answer(fate=Fate.LATER, code="timeout")
        finally:
            if not told.done() or told.cancelled():
                is_left.set()
                self._stuck += 1
