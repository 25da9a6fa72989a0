"""The SQLCipher binding behind types: the few calls we make, and its errors turned into ours.

Nothing but this module imports sqlcipher3, which ships no types.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol, TypeAlias, cast

from sqlcipher3 import dbapi2

from .errors import (
    ConstraintError,
    CryptoError,
    CryptoErrorCode,
    DatabaseBusyError,
    DiskFullError,
    IntegrityError,
    StatementError,
    StorageError,
    VaultStateError,
)

SqlValue: TypeAlias = None | int | float | str | bytes
"""What a statement returns and takes."""
SqlParameter: TypeAlias = SqlValue | bytearray
"""What a statement takes. The binding looks for an adapter for every bytes, None and enum that it meets, which costs
more than the insert of a small row; a bytearray, int, float or str it takes as it is."""
Row: TypeAlias = tuple[SqlValue, ...]

_LOW_SPACE_BYTES: Final = 256 * 1024
# SQLite's messages that name tables, columns and counts, never values.
_HARMLESS_TEXT: Final = re.compile(
    r"[A-Z ]+ constraint failed(: [\w., ]{1,200})?"
    r"|no such (table|index|function|module|savepoint): [\w.]{1,100}|(table|index|trigger) \w{1,100} already exists"
    r'|near "\w{1,30}": syntax error|incomplete input|\d+ values for \d+ columns'
    r"|table \w{1,100} has (no column named \w{1,100}|\d+ columns but \d+ values were supplied)"
    r"|cannot (start|commit|rollback)[ \w-]{1,80}|You can only execute one statement at a time\."
    r"|Incorrect number of bindings supplied[\w., ]{1,100}"
)

_BUSY, _LOCKED, _NOMEM, _READONLY, _INTERRUPT, _IOERR, _CORRUPT = 5, 6, 7, 8, 9, 10, 11
_FULL, _CANTOPEN, _PROTOCOL, _TOOBIG, _CONSTRAINT, _NOTADB = 13, 14, 15, 18, 19, 26
_PERM, _AUTH, _FORMAT = 3, 23, 24


class Cursor(Protocol):
    """What we use of the binding's cursor."""

    @property
    def rowcount(self) -> int: ...
    @property
    def lastrowid(self) -> int | None: ...
    @property
    def description(self) -> Sequence[Sequence[str | None]] | None: ...
    def __iter__(self) -> Iterator[Row]: ...
    def fetchone(self) -> Row | None: ...
    def fetchmany(self, size: int) -> list[Row]: ...
    def fetchall(self) -> list[Row]: ...
    def close(self) -> None: ...


class Connection(Protocol):
    """What we use of the binding's connection."""

    @property
    def in_transaction(self) -> bool: ...
    @property
    def total_changes(self) -> int: ...
    def execute(self, sql: str, parameters: Sequence[SqlValue] = ...) -> Cursor: ...
    def executemany(self, sql: str, parameters: Iterable[Sequence[SqlParameter]]) -> Cursor: ...
    def create_function(self, name: str, narg: int, func: Callable[..., None]) -> None: ...
    def set_key(self, key: str) -> None: ...
    def interrupt(self) -> None: ...
    def close(self) -> None: ...


_BindingError: Final = cast("type[Exception]", dbapi2.Error)
_BindingWarning: Final = cast("type[Exception]", dbapi2.Warning)
BINDING_ERRORS: Final = (_BindingError, _BindingWarning, OverflowError, UnicodeError)
"""What a call into the binding raises: its own errors, and values it cannot bind."""


def connect(uri: str, *, busy_timeout_s: float) -> Connection:
    """A connection in autocommit mode; transactions are the caller's. Raises binding errors."""
    connection = dbapi2.connect(
        uri, uri=True, isolation_level=None, timeout=busy_timeout_s, check_same_thread=False, cached_statements=256
    )
    return cast("Connection", connection)


def is_complete(sql: str) -> bool:
    """Whether `sql` ends a statement (a semicolon outside strings, comments and trigger bodies)."""
    return bool(dbapi2.complete_statement(sql))


def primary_code(error: Exception) -> int | None:
    """SQLite's primary result code (https://sqlite.org/rescode.html), None when the binding itself refused."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


def is_not_a_database(error: Exception) -> bool:
    """Page 1 did not decrypt: another key, another kind of file, or damage."""
    return primary_code(error) == _NOTADB


def translate(error: Exception, path: Path, sql: str = "") -> CryptoError:
    """Our error for the binding's. Of its text only harmless forms are kept: full-text errors quote the query.

    `sql` is quoted for the programmer; it is a constant of ours and values are bound to it.
    """
    name = str(getattr(error, "sqlite_errorname", type(error).__name__))
    match primary_code(error):
        case None:
            return _refused_by_binding(error, sql)
        case code if code in (_CORRUPT, _NOTADB, _FORMAT):
            return IntegrityError(CryptoErrorCode.DATABASE_DAMAGED, f"{path.name}: {name}")
        case code if code == _FULL:
            return DiskFullError(CryptoErrorCode.DISK_FULL, path.name)
        case code if code in (_IOERR, _CANTOPEN):
            if _is_disk_full(path):
                return DiskFullError(CryptoErrorCode.DISK_FULL, f"{path.name}: {name}")
            return StorageError(CryptoErrorCode.DATABASE_IO, f"{path.name}: {name}")
        case code if code == _NOMEM:
            return StorageError(CryptoErrorCode.DATABASE_IO, f"{path.name}: {name}")
        case code if code in (_BUSY, _LOCKED, _PROTOCOL):
            return DatabaseBusyError(CryptoErrorCode.DATABASE_BUSY, f"{path.name}: {name}")
        case code if code == _READONLY:
            return VaultStateError(CryptoErrorCode.DATABASE_READ_ONLY, f"{path.name}: {name}")
        case code if code in (_PERM, _AUTH):
            return VaultStateError(CryptoErrorCode.FILE_UNREADABLE, f"{path.name}: {name}")
        case code if code == _CONSTRAINT:
            return ConstraintError(CryptoErrorCode.CONSTRAINT, _harmless_text(error) or name)
        case code if code == _INTERRUPT:
            return StatementError(CryptoErrorCode.INTERRUPTED, path.name)
        case _:
            return StatementError(CryptoErrorCode.STATEMENT, f"{_harmless_text(error) or name} in {_start_of(sql)!r}")


def ends_connection(error: Exception, meaning: CryptoError) -> bool:
    """Whether the connection must not be used again: a bad page poisons it; a failed fsync is never retried on it."""
    return primary_code(error) == _IOERR or isinstance(meaning, IntegrityError)


def _harmless_text(error: Exception) -> str | None:
    text = str(error)
    return text if _HARMLESS_TEXT.fullmatch(text) else None


def _start_of(sql: str) -> str:
    return " ".join(sql.split())[:100]


def _refused_by_binding(error: Exception, sql: str) -> CryptoError:
    if "closed database" in str(error) and isinstance(error, dbapi2.ProgrammingError):
        return VaultStateError(CryptoErrorCode.DATABASE_CLOSED)
    what = _harmless_text(error) or f"the binding refused a value or call ({type(error).__name__})"
    return StatementError(CryptoErrorCode.STATEMENT, f"{what} in {_start_of(sql)!r}")


def _is_disk_full(path: Path) -> bool:
    """SQLite reports some failures for want of room as I/O errors; the file system knows."""
    try:
        room = os.statvfs(path.parent)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize < _LOW_SPACE_BYTES
