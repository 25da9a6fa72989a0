"""The one thread that writes. Units queue up while a commit runs; the next commit takes all that came meanwhile.

Each unit has its own savepoint: a bad one fails alone. An error of the disk fails the whole group, of which nothing is
kept; the connection and the ledger's state are then read anew, and the thread goes on.
"""

import asyncio
import contextlib
import itertools
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from adb_bridge.clock import Clock
from crypto.database import Database
from crypto.errors import ConstraintError, CryptoError, DiskFullError, StatementError

from .content import ContentKeys
from .errors import ArchiveBrokenError, ArchiveClosedError, ArchiveError, ArchiveFullError, UnitRefusedError
from .indexing import insert_entries
from .ledger_book import LedgerBook
from .preparing import Ahead, Assistant
from .space import SpaceReserve
from .table_sums import TableSums
from .transaction import Directory, Transaction, Unit

T = TypeVar("T")

_MOST_WAITING_UNITS: Final = 256
_MOST_GROUP_ROWS: Final = 1_000
_MOST_PREPARED_UNITS: Final = 8


@dataclass(slots=True, kw_only=True, eq=False)
class _Job(Generic[T]):
    unit: Unit[T]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[T]
    release: Callable[[], None]
    ahead: Ahead | None = None
    result: T | None = None
    error: ArchiveError | None = None

    def finish(self) -> None:
        """Tell the waiting task, from the writer's thread."""
        with contextlib.suppress(RuntimeError):  # its loop is gone
            self.loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self.release()
        if self.future.done():  # the caller gave up waiting; the unit is written all the same
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)  # type: ignore[arg-type]  # set whenever error is not


class Writer:
    """Owns the read/write connection, the ledger book and the directory; all three live in its thread."""

    def __init__(
        self,
        *,
        open_database: Callable[[], Database],
        load_book: Callable[[Database], LedgerBook],
        directory: Directory,
        content: ContentKeys,
        reserve: SpaceReserve,
        head_interval_s: float,
        clock: Clock,
    ) -> None:
        """Opens the database; errors of opening pass through. `start` begins to write."""
        self._open_database = open_database
        self._load_book = load_book
        self._directory = directory
        self._content = content
        self._reserve = reserve
        self._head_interval_s = head_interval_s
        self._clock = clock
        self._database: Database | None = open_database()
        self._book = load_book(self._database)
        self._sums = TableSums(self._database, directory.tokens.of_table_sums())
        self._reserve.restore()
        self._jobs: deque[_Job[object]] = deque()
        self._wake = threading.Condition()
        self._is_closing = False
        self._busy_since_s: float | None = None
        self._room = asyncio.Semaphore(_MOST_WAITING_UNITS)
        self._assistant = Assistant()
        self._thread = threading.Thread(target=self._run, name="archive-writer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._assistant.start()
        self._thread.start()

    @property
    def queue_depth(self) -> int:
        """Units waiting."""
        return len(self._jobs)

    @property
    def busy_s(self) -> float:
        """How long it has been at the group it writes now, seconds; 0.0 when it waits for work."""
        since_s = self._busy_since_s
        return 0.0 if since_s is None else self._clock.monotonic() - since_s

    @property
    def is_alive(self) -> bool:
        """False once the thread ended: after `close`, or by a fault of ours."""
        return self._thread.is_alive()

    @property
    def is_disk_full(self) -> bool:
        """True while collected events have to wait for room."""
        return self._reserve.is_spent

    @property
    def ledger_size(self) -> int:
        """Entries on the disk."""
        return self._book.committed_size

    async def submit(self, unit: Unit[T], ahead: Ahead | None = None) -> T:
        """Wait for room in the queue, then for the commit. Cancelling the wait does not undo the unit.

        `ahead`: what of the unit can be prepared while it waits.

        Raises what the unit raises; UnitRefusedError, ArchiveFullError, ArchiveBrokenError, ArchiveClosedError.
        """
        await self._room.acquire()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        job = _Job(unit=unit, loop=loop, future=future, release=self._room.release, ahead=ahead)
        with self._wake:
            if self._is_closing or not self._thread.is_alive():
                self._room.release()
                raise ArchiveClosedError
            self._jobs.append(job)  # type: ignore[arg-type]  # a queue of units of every result
            self._wake.notify()
        return await future

    async def close(self) -> None:
        """Write what is queued, sign the last head, close the connection."""
        with self._wake:
            self._is_closing = True
            self._wake.notify()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        try:
            while (group := self._next_group()) is not None:
                self._busy_since_s = self._clock.monotonic()
                self._commit(group)
                self._busy_since_s = None
            self._sign_now()
        finally:
            with self._wake:
                self._is_closing = True
                left = list(self._jobs)
                self._jobs.clear()
            for job in left:
                job.error = ArchiveClosedError()
                job.finish()
            self._empty_log()
            self._drop_connection()
            self._assistant.close()

    def _next_group(self) -> list[_Job[object]] | None:
        """All that is queued, up to a number of rows; empty when only a head is due; None at the end."""
        with self._wake:
            while not self._jobs:
                if self._is_closing:
                    return None
                due_s = self._book.head_due_in_s(self._head_interval_s)
                if due_s is not None and due_s <= 0:
                    return []
                self._wake.wait(due_s)
            group: list[_Job[object]] = []
            rows = 0
            while self._jobs and (not group or rows + self._jobs[0].unit.row_count <= _MOST_GROUP_ROWS):
                job = self._jobs.popleft()
                rows += job.unit.row_count
                group.append(job)
            return group

    def _commit(self, group: list[_Job[object]]) -> None:
        """One transaction, and a second without what phones can send again when the first found the disk full."""
        waiting = group
        if (refusal := self._reserve.refuse_collected()) is not None:
            waiting = self._refuse(group, refusal)
        error = self._try_commit(waiting)
        if isinstance(error, DiskFullError) and self._reserve.spend():
            waiting = self._refuse(waiting, error)
            self._shorten_log()
            error = self._try_commit(waiting) if waiting else None
        for job in waiting:
            if error is not None:
                job.error = _meaning(error)
            job.finish()

    def _refuse(self, group: Sequence[_Job[object]], error: CryptoError) -> list[_Job[object]]:
        """Fail the collected units; the rest is returned."""
        for job in group:
            if job.unit.is_collected:
                job.error = _meaning(error)
                job.finish()
        return [job for job in group if not job.unit.is_collected]

    def _try_commit(self, group: Sequence[_Job[object]]) -> CryptoError | ArchiveError | None:
        """The error when nothing of the group was kept."""
        try:
            database = self._connection()
            with database.transaction():
                transaction = Transaction(
                    database=database,
                    ledger=self._book,
                    directory=self._directory,
                    content=self._content,
                    now=self._clock.now(),
                    texts=[],
                )
                for job in group:
                    self._apply(job, transaction)
                if transaction.texts:
                    insert_entries(database, transaction.texts)
                head_interval_s = 0.0 if self._is_closing else self._head_interval_s
                self._book.flush(database, head_interval_s=head_interval_s, sums=self._sums.save(database))
                self._prepare_next()
        except (CryptoError, ArchiveError) as error:
            # Also when only room was missing: whether the commit took is known for certain only to a new connection.
            self._drop_connection()
            return error
        except Exception as error:  # noqa: BLE001  a fault of ours in one group must not end the thread
            self._drop_connection()
            return ArchiveBrokenError(type(error).__name__)
        finally:
            self._assistant.halt()
        self._book.committed()
        return None

    def _prepare_next(self) -> None:
        """While the disk has its turn."""
        with self._wake:
            waiting = [job.ahead for job in itertools.islice(self._jobs, _MOST_PREPARED_UNITS) if job.ahead is not None]
        self._assistant.begin(waiting)

    def _apply(self, job: _Job[object], transaction: Transaction) -> None:
        database = transaction.database
        job.error = None
        mark, sums, text_count = self._book.mark(), self._sums.mark(), len(transaction.texts)
        database.execute("SAVEPOINT unit")
        try:
            job.result = job.unit.apply(transaction)
        except ArchiveError as error:
            job.error = error
        except (ConstraintError, StatementError) as error:
            job.error = UnitRefusedError(error.detail)
        except CryptoError:
            raise
        except Exception as error:  # noqa: BLE001  one caller's mistake must not end the thread that all depend on
            job.error = UnitRefusedError(type(error).__name__)
        if job.error is not None:
            database.execute("ROLLBACK TO unit")
            self._book.back_to(mark)
            self._sums.back_to(sums)
            del transaction.texts[text_count:]
            self._directory.forget()
        database.execute("RELEASE unit")

    def _connection(self) -> Database:
        """The connection, opened anew after an error together with what depends on it."""
        if self._database is None:
            database = self._open_database()
            try:
                self._book = self._load_book(database)
                self._sums = TableSums(database, self._directory.tokens.of_table_sums())
            except BaseException:
                database.close()
                raise
            self._directory.forget()
            self._database = database
        return self._database

    def _drop_connection(self) -> None:
        if self._database is not None:
            self._database.close()
        self._database = None
        self._book.discarded()
        self._directory.forget()

    def _shorten_log(self) -> None:
        """Give the log's room back to the disk, when there is enough to empty it: half of that wastes the reserve."""
        with contextlib.suppress(CryptoError, ArchiveError):
            if self._reserve.has_room_for_log():
                self._connection().checkpoint()

    def _empty_log(self) -> None:
        """At the end: leave one file. When it does not work the next start reads the log."""
        if self._database is not None:
            with contextlib.suppress(CryptoError):
                self._database.checkpoint()

    def _sign_now(self) -> None:
        """The last head, at the end. When it cannot be signed the next start does it."""
        if self._book.has_unsigned_entries:
            self._try_commit([])


def _meaning(error: CryptoError | ArchiveError) -> ArchiveError:
    match error:
        case ArchiveError():
            return error
        case DiskFullError():
            return ArchiveFullError(error.detail)
        case _:
            return ArchiveBrokenError(error.code.value)
