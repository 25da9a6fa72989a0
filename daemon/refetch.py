"""An operator wants everything of a phone read again: which jobs are still to be done for that."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from .schedule import Job, Poll, Sweep

_AT_MOST_S = 300.0


class Refetch:
    """One at a time for a phone."""

    def __init__(self) -> None:
        self._pending: set[Job] = set()
        self._done: asyncio.Future[bool] | None = None

    async def wait(self, jobs: Iterable[Poll | Sweep]) -> bool:
        """Until `jobs` were done; False when some could not be, or not in time."""
        self._pending = set(jobs)
        if not self._pending:
            return True
        self._done = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(_AT_MOST_S):
                return await self._done
        except TimeoutError:
            return False
        finally:
            self._done = None

    def note(self, job: Job, *, is_done: bool, is_anything_readable: bool) -> None:
        """A job has ended."""
        if self._done is None or self._done.done() or not isinstance(job, Poll | Sweep):
            return
        self._pending.discard(replace(job, is_backfill=False) if isinstance(job, Poll) else job)
        if not is_done:
            self._pending.discard(Sweep(job.source))
        if not self._pending:
            self._done.set_result(is_anything_readable)

    def give_up(self) -> None:
        """The link is gone."""
        if self._done is not None and not self._done.done():
            self._done.set_result(False)
