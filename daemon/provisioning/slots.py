"""So many phones at work at a time; one that is silent gives its place to the next and goes on beside it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

PATIENCE_S: Final = 4.0
"""After so long with one step, a phone works on without a place of its own."""


class Slots:
    """Places for a number of phones."""

    def __init__(self, jobs: int, patience_s: float = PATIENCE_S) -> None:
        self._free = asyncio.Semaphore(jobs)
        self._patience_s = patience_s

    async def turn(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do `work` once there is a place for it. Raises what it raises."""
        await self._free.acquire()
        task = asyncio.ensure_future(work())
        is_held = True
        try:
            await asyncio.wait({task}, timeout=self._patience_s)
            self._free.release()
            is_held = False
            return await task
        finally:
            if is_held:
                self._free.release()
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
