"""Queries on connections of their own, in a few threads, each bounded in time."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

from crypto.database import Database

from .errors import ArchiveClosedError, ReadTimeoutError

T = TypeVar("T")

QUERY_TIMEOUT_S: Final = 30.0


class _Lease:
    """A query's hold on a connection, to be interrupted from outside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._database: Database | None = None
        self._is_given_up = False

    def begin(self, database: Database) -> bool:
        """False when nobody waits for the answer any more."""
        with self._lock:
            self._database = database
            return not self._is_given_up

    def end(self) -> None:
        """From now on the connection belongs to somebody else."""
        with self._lock:
            self._database = None

    def give_up(self) -> None:
        """Stop the query."""
        with self._lock:
            self._is_given_up = True
            if self._database is not None:
                self._database.interrupt()


class Readers:
    """Read-only connections, opened when first needed and shared by a fixed number of threads."""

    def __init__(self, open_database: Callable[[], Database], *, threads: int) -> None:
        """Opens nothing yet."""
        self._open_database = open_database
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="archive-reader")
        self._idle: list[Database] = []
        self._lock = threading.Lock()
        self._is_closed = False

    async def read(self, query: Callable[[Database], T], *, timeout_s: float | None = QUERY_TIMEOUT_S) -> T:
        """The answer of `query`, run in a thread inside one snapshot of the database.

        A query whose caller is cancelled is stopped. ReadTimeoutError; ArchiveClosedError; errors of crypto pass.
        """
        if self._is_closed:
            raise ArchiveClosedError
        lease = _Lease()
        future = asyncio.get_running_loop().run_in_executor(self._executor, self._run, query, lease)
        try:
            async with asyncio.timeout(timeout_s):
                return await asyncio.shield(future)
        except TimeoutError:
            raise ReadTimeoutError from None
        finally:
            if not future.done():
                lease.give_up()
                future.add_done_callback(_forget)

    async def close(self) -> None:
        """Wait for running queries and close the connections."""
        self._is_closed = True
        await asyncio.to_thread(self._executor.shutdown)
        with self._lock:
            for database in self._idle:
                database.close()
            self._idle.clear()

    def _run(self, query: Callable[[Database], T], lease: _Lease) -> T:
        with self._lock:
            database = self._idle.pop() if self._idle else None
        if database is None:
            database = self._open_database()
        try:
            if not lease.begin(database):
                raise ReadTimeoutError
            with database.snapshot():
                return query(database)
        finally:
            lease.end()
            self._give_back(database)

    def _give_back(self, database: Database) -> None:
        with self._lock:
            if database.is_usable and not self._is_closed:
                self._idle.append(database)
                return
        database.close()


def _forget(future: "asyncio.Future[T] | Future[T]") -> None:
    """Take note of an error that nobody waits for, so that asyncio does not report it."""
    with contextlib.suppress(asyncio.CancelledError):
        future.exception()
