"""The encrypted database: SQLCipher 4 opened with a raw key, every setting asserted, plain types in and out.

File format: SQLCipher 4 defaults (AES-256-CBC and HMAC-SHA512 a page of 4096 bytes), WAL. The header's 16-byte salt is
derived from the key, so that a wrong key can be told from a damaged first page. SQLCipher does not notice old pages
that are put back: the ledger's signed heads do.
"""

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

from .errors import CryptoError, CryptoErrorCode, IntegrityError, StatementError, VaultStateError
from .held_file import read_held
from .log_file import read_log
from .opening import PAGE_BYTES, OpenMode, has_salt, open_connection, salt_of
from .sqlcipher import (
    BINDING_ERRORS,
    Connection,
    Cursor,
    Row,
    SqlParameter,
    SqlValue,
    ends_connection,
    is_complete,
    translate,
)

__all__ = ["Checkpoint", "Database", "OpenMode", "Row", "Rows", "SqlParameter", "SqlValue", "open_database"]

DEFAULT_BUSY_TIMEOUT_S: Final = 5.0
DEFAULT_CACHE_KIB: Final = 16 * 1024
_PAGE_NUMBER: Final = re.compile(r"page (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a checkpoint did: pages in the log, pages moved to the database; `is_complete` when no reader held it up."""

    log_pages: int
    moved_pages: int
    is_complete: bool


class Rows:
    """The result of one statement, read from the database as it is consumed. Iterate it once."""

    __slots__ = ("_cursor", "_database")

    def __init__(self, cursor: Cursor, database: "Database") -> None:
        """Made by `Database.execute`."""
        self._cursor = cursor
        self._database = database

    def __iter__(self) -> Iterator[Row]:
        try:
            for row in self._cursor:  # noqa: UP028  # `yield from` would close the cursor when the loop is left
                yield row
        except BINDING_ERRORS as error:
            raise self._database.meaning_of(error) from None

    def fetch_one(self) -> Row | None:
        """The next row, or None after the last."""
        try:
            return self._cursor.fetchone()
        except BINDING_ERRORS as error:
            raise self._database.meaning_of(error) from None

    def fetch_many(self, limit: int) -> list[Row]:
        """Up to `limit` further rows; empty after the last."""
        try:
            return self._cursor.fetchmany(limit)
        except BINDING_ERRORS as error:
            raise self._database.meaning_of(error) from None

    def fetch_all(self) -> list[Row]:
        """All further rows. Only for results whose size the query bounds."""
        try:
            return self._cursor.fetchall()
        except BINDING_ERRORS as error:
            raise self._database.meaning_of(error) from None

    def close(self) -> None:
        """Stop reading: an unfinished query holds its snapshot, and the log cannot be checkpointed past it."""
        self._cursor.close()

    @property
    def changed(self) -> int:
        """Rows inserted, updated or deleted by the statement; -1 for a query."""
        return self._cursor.rowcount

    @property
    def last_row_id(self) -> int | None:
        """The rowid of the last insert on this connection."""
        return self._cursor.lastrowid

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the result's columns; empty when the statement returns no rows."""
        return tuple(str(column[0]) for column in self._cursor.description or ())


class Database:
    """One connection. Not for two threads at the same time (but `interrupt` may come from any); open one for each.

    Outside `transaction()` every statement commits by itself. Errors: ConstraintError, StatementError,
    DatabaseBusyError, DiskFullError, StorageError, IntegrityError, VaultStateError with DATABASE_READ_ONLY or
    DATABASE_CLOSED. After an IntegrityError or a failed read, write or fsync `is_usable` is false and every call raises
    that error's class with DATABASE_REOPEN: close it and open a new one.
    """

    def __init__(self, connection: Connection, path: Path, mode: OpenMode, *, salt: bytes) -> None:
        """Made by `open_database`."""
        self._connection = connection
        self._salt = salt
        self._dead: CryptoError | None = None
        self.path = path
        self.mode = mode

    def execute(self, sql: str, parameters: Sequence[SqlValue] = ()) -> Rows:
        """Run one statement with `?` parameters."""
        self._refuse_dead()
        try:
            return Rows(self._connection.execute(sql, parameters), self)
        except BINDING_ERRORS as error:
            raise self.meaning_of(error, sql) from None

    def executemany(self, sql: str, parameters: Iterable[Sequence[SqlParameter]]) -> int:
        """Run one INSERT, UPDATE or DELETE for each of `parameters`; returns the number of rows changed."""
        self._refuse_dead()
        try:
            return self._connection.executemany(sql, parameters).rowcount
        except BINDING_ERRORS as error:
            raise self.meaning_of(error, sql) from None

    def execute_script(self, script: str) -> None:
        """Run several statements in the transaction that is open, if one is; unlike sqlite3's it commits nothing.

        StatementError when the last statement has no semicolon.
        """
        statement = ""
        for piece in script.split(";"):
            statement += piece + ";"
            if is_complete(statement):
                self.execute(statement).close()
                statement = ""
        if statement.rstrip("; \t\r\n"):
            raise StatementError(CryptoErrorCode.STATEMENT, "the script ends inside a statement")

    def fetch_one(self, sql: str, parameters: Sequence[SqlValue] = ()) -> Row | None:
        """The first row of a query, or None."""
        rows = self.execute(sql, parameters)
        row = rows.fetch_one()
        rows.close()
        return row

    def fetch_all(self, sql: str, parameters: Sequence[SqlValue] = ()) -> list[Row]:
        """All rows of a query whose size is bounded."""
        return self.execute(sql, parameters).fetch_all()

    def fetch_value(self, sql: str, parameters: Sequence[SqlValue] = ()) -> SqlValue:
        """The first column of the first row; None when there is no row."""
        row = self.fetch_one(sql, parameters)
        return row[0] if row else None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """A write transaction: BEGIN IMMEDIATE, then COMMIT, or ROLLBACK when the block or the commit raises.

        When it ends without an error the rows are on the disk (`synchronous=FULL`). Not nested: StatementError.
        """
        with self._between("BEGIN IMMEDIATE"):
            yield

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        """A read transaction: all queries inside see the database as it was at the first of them."""
        with self._between("BEGIN"):
            yield

    @property
    def is_in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._connection.in_transaction

    @property
    def total_changes(self) -> int:
        """Rows changed on this connection since it was opened."""
        return self._connection.total_changes

    @property
    def is_usable(self) -> bool:
        """False once an error has made this connection unfit; then open a new one."""
        return self._dead is None

    def checkpoint(self) -> Checkpoint:
        """Move the log into the database and empty it, as far as readers let it."""
        row = self.fetch_one("PRAGMA wal_checkpoint(TRUNCATE)")
        match row:
            case (int(busy), int(log), int(moved)):
                return Checkpoint(log_pages=max(log, 0), moved_pages=max(moved, 0), is_complete=busy == 0)
            case _:
                raise StatementError(CryptoErrorCode.STATEMENT, "wal_checkpoint")

    def valid_log_frames(self) -> int:
        """Frames of the log that count, valid ones up to the last commit. Moves none: a full disk has no room for them.

        SQLite before 3.51 takes the mode for PASSIVE.
        """
        row = self.fetch_one("PRAGMA wal_checkpoint(NOOP)")
        return row[1] if row is not None and isinstance(row[1], int) else 0

    def damage(self, limit: int = 100) -> tuple[str, ...]:
        """What both integrity checks find, at most `limit` lines each; empty when sound. Reads the whole file.

        A writer checkpoints first: SQLCipher's check reads the file without its log and would give false alarms.
        A read-only connection therefore leaves the page check out while a log is there.
        """
        is_log_empty = self.checkpoint().is_complete if self.mode is not OpenMode.READ_ONLY else not self._has_log()
        found: list[str] = []
        if not has_salt(self.path, self._salt):
            found.append("the salt in the header is another")  # other programs need it; the next schema change mends it
        try:
            if is_log_empty:
                found += [str(row[0]) for row in self.execute("PRAGMA cipher_integrity_check").fetch_many(limit)]
            found += [str(row[0]) for row in self.execute("PRAGMA integrity_check").fetch_many(limit) if row[0] != "ok"]
        except IntegrityError as error:
            found.append(str(error))
        return tuple(found)

    def damaged_pages(self) -> tuple[int, ...]:
        """Pages of the file that are not as they were written; page 1 also for another salt. Reads the whole file.

        Works beside a writer: pages that the log replaces do not count, and are checked when they are read.
        """
        found = self._unauthentic_pages() - read_log(self.path).pages
        if found:  # one that was just being moved out of the log is whole at a second look
            found &= self._unauthentic_pages()
            found -= read_log(self.path).pages
        if not has_salt(self.path, self._salt):
            found |= {1}
        return tuple(sorted(found))

    def add_function(self, name: str, function: Callable[..., None]) -> None:
        """Have SQL on this connection call it, with any number of values; StatementError in SQL for what it raises."""
        self._refuse_dead()
        self._connection.create_function(name, -1, function)

    def interrupt(self) -> None:
        """Make the statement that runs now, in whatever thread, fail with StatementError(INTERRUPTED)."""
        with contextlib.suppress(*BINDING_ERRORS):
            self._connection.interrupt()

    def close(self) -> None:
        """Close; an open transaction is rolled back. Closing twice does nothing."""
        with contextlib.suppress(*BINDING_ERRORS):
            self._connection.close()
        self._dead = self._dead or VaultStateError(CryptoErrorCode.DATABASE_CLOSED, self.path.name)

    def __enter__(self) -> "Database":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def meaning_of(self, error: Exception, sql: str = "") -> CryptoError:
        """Our error for one of the binding's, noting when it ends this connection."""
        meaning = translate(error, self.path, sql)
        if ends_connection(error, meaning) and self._dead is None:
            self._dead = type(meaning)(CryptoErrorCode.DATABASE_REOPEN, meaning.detail)
        return meaning

    @contextlib.contextmanager
    def _between(self, begin: str) -> Iterator[None]:
        self.execute(begin)
        is_kept = False
        try:
            yield
            self.execute("COMMIT")
            is_kept = True
        finally:
            if not is_kept:
                self._roll_back()

    def _roll_back(self) -> None:
        """SQLite has rolled back by itself after some errors; a dead connection's transaction ends with it."""
        with contextlib.suppress(*BINDING_ERRORS):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _unauthentic_pages(self) -> frozenset[int]:
        """A page of zeros is a hole that was never written: in use it is found when it is read."""
        told = [str(row[0]) for row in self.execute("PRAGMA cipher_integrity_check")]
        numbers = {int(number) for line in told for number in _PAGE_NUMBER.findall(line)}
        return frozenset(number for number in numbers if not _is_hole(self.path, number))

    def _has_log(self) -> bool:
        log = self.path.with_name(self.path.name + "-wal")
        return log.exists() and log.stat().st_size > 0

    def _refuse_dead(self) -> None:
        if self._dead is not None:
            raise type(self._dead)(self._dead.code, self._dead.detail)


def _is_hole(path: Path, page: int) -> bool:
    return not any(read_held(path, PAGE_BYTES, (page - 1) * PAGE_BYTES))


def open_database(
    path: Path,
    key: bytes,
    mode: OpenMode,
    *,
    busy_timeout_s: float = DEFAULT_BUSY_TIMEOUT_S,
    cache_kib: int = DEFAULT_CACHE_KIB,
) -> Database:
    """Open the database file `path` with its 32-byte key; takes about a millisecond.

    CREATE makes the file, whole or not at all, and refuses an existing one; the others refuse a missing one. READ_ONLY
    works beside an active writer and on a copied file, also on a read-only file system.

    Raises WrongKeyError; IntegrityError(DATABASE_DAMAGED); VaultStateError with DATABASE_MISSING, DATABASE_EXISTS,
    DATABASE_FOREIGN (a file of another kind), FILE_IS_LINK, DATABASE_SETTING (a setting did not take); DiskFullError;
    StorageError; DatabaseBusyError; ValueError when the key has not 32 bytes.
    """
    connection = open_connection(path, key, mode, busy_timeout_s=busy_timeout_s, cache_kib=cache_kib)
    return Database(connection, path, mode, salt=salt_of(key))
