"""How a database file is created and opened: the key, the settings, and what a refusal means."""

import contextlib
import os
import re
import secrets
from enum import StrEnum
from pathlib import Path
from typing import Final

from .atomic_file import move_into_place, storage_errors
from .errors import CryptoErrorCode, IntegrityError, VaultStateError, WrongKeyError
from .held_file import read_held
from .keys import KEY_BYTES, expand
from .sqlcipher import BINDING_ERRORS, Connection, SqlValue, connect, is_not_a_database, translate

PAGE_BYTES: Final = 4096
SALT_BYTES: Final = 16
APPLICATION_ID: Final = 0x53_48_57_44
"""'SHWD' in the header of every database file of ours."""
_PLAIN_SQLITE: Final = b"SQLite format 3\0"
_LOG_LIMIT_BYTES: Final = 64 * 1024 * 1024
_NUMBER: Final = re.compile(r"\d+")
# SQLite up to 3.51.2 can corrupt a database when its log starts anew.
_MINIMUM_VERSIONS: Final = (
    ("SQLCipher", "PRAGMA cipher_version", (4, 6, 0)),
    ("SQLite", "SELECT sqlite_version()", (3, 51, 3)),
)


class OpenMode(StrEnum):
    """What may be done with the file."""

    CREATE = "create"
    READ_WRITE = "read_write"
    READ_ONLY = "read_only"


def open_connection(path: Path, key: bytes, mode: OpenMode, *, busy_timeout_s: float, cache_kib: int) -> Connection:
    """A keyed connection with every setting asserted. Promises and errors: `database.open_database`."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"a database key has {KEY_BYTES} bytes")
    _refuse_links(path)
    if mode is OpenMode.CREATE:
        _create(path, key)
    elif not path.exists():
        raise VaultStateError(CryptoErrorCode.DATABASE_MISSING, path.name)
    elif not path.is_file():
        raise VaultStateError(CryptoErrorCode.DATABASE_FOREIGN, f"{path.name} is not a regular file")
    try:
        if mode is not OpenMode.READ_ONLY:
            return _open(path, key, "?mode=rw", mode, busy_timeout_s=busy_timeout_s, cache_kib=cache_kib)
        try:
            return _open(path, key, "?mode=ro", mode, busy_timeout_s=busy_timeout_s, cache_kib=cache_kib)
        except BINDING_ERRORS as error:
            # A copy on a read-only medium: SQLite cannot make the files that share a log. Without a log none is needed.
            if is_not_a_database(error) or _log_size(path) > 0 or os.access(path.parent, os.W_OK):
                raise
            uri = "?mode=ro&immutable=1"
            return _open(path, key, uri, mode, busy_timeout_s=busy_timeout_s, cache_kib=cache_kib)
    except BINDING_ERRORS as error:
        if is_not_a_database(error):
            raise _why_not_readable(path, key) from None
        raise translate(error, path) from None


def salt_of(key: bytes) -> bytes:
    """The header's 16 bytes. Derived, so that they also tell whether a file belongs to this key."""
    return bytes(expand(key, salt=b"", info="shopwarden/database-salt/v1")[:SALT_BYTES])


def has_salt(path: Path, salt: bytes) -> bool:
    """Whether the file begins with `salt`."""
    return read_held(path, SALT_BYTES, 0) == salt


def _open(path: Path, key: bytes, options: str, mode: OpenMode, *, busy_timeout_s: float, cache_kib: int) -> Connection:
    connection = connect(path.absolute().as_uri() + options, busy_timeout_s=busy_timeout_s)
    with contextlib.ExitStack() as unless_open:
        unless_open.callback(_close, connection)
        _unlock(connection, key)
        if _value(connection, "PRAGMA application_id") != APPLICATION_ID:
            # An empty file opens with any key.
            raise VaultStateError(CryptoErrorCode.DATABASE_FOREIGN, path.name)
        _set(connection, "busy_timeout", round(busy_timeout_s * 1000))
        _set(connection, "cache_size", -cache_kib)
        if mode is OpenMode.READ_ONLY:
            _set(connection, "query_only", 1)
        else:
            _set(connection, "journal_mode", "wal")
            _set(connection, "journal_size_limit", _LOG_LIMIT_BYTES)
            _set(connection, "wal_autocheckpoint", 4000)
        _set(connection, "synchronous", 2)  # FULL: NORMAL loses acknowledged rows at a power cut
        _set(connection, "secure_delete", 1)
        _set(connection, "cell_size_check", 1)
        _set(connection, "trusted_schema", 0)
        _set(connection, "foreign_keys", 1)
        _set(connection, "mmap_size", 0)
        _set(connection, "temp_store", 2)
        unless_open.pop_all()
    return connection


def _close(connection: Connection) -> None:
    with contextlib.suppress(*BINDING_ERRORS):
        connection.close()


def _unlock(connection: Connection, key: bytes) -> None:
    """Give the key. The log level goes first: the default writes about wrong keys to stderr."""
    connection.execute("PRAGMA cipher_log_level = NONE").close()
    if _value(connection, "PRAGMA cipher_log_level") != "NONE":
        raise VaultStateError(CryptoErrorCode.DATABASE_LIBRARY, "the SQLite library is not SQLCipher")
    # Not by PRAGMA key: the binding keeps the text of statements.
    connection.set_key(f"x'{key.hex()}{salt_of(key).hex()}'")
    _set(connection, "cipher_page_size", str(PAGE_BYTES))
    for library, sql, minimum in _MINIMUM_VERSIONS:
        version = str(_value(connection, sql))
        if tuple(int(number) for number in _NUMBER.findall(version)[:3]) < minimum:
            raise VaultStateError(CryptoErrorCode.DATABASE_LIBRARY, f"{library} {version} is too old")


def _set(connection: Connection, name: str, value: int | str) -> None:
    connection.execute(f"PRAGMA {name} = {value}").close()
    if (actual := _value(connection, f"PRAGMA {name}")) != value:
        raise VaultStateError(CryptoErrorCode.DATABASE_SETTING, f"{name} is {actual!r}, not {value!r}")


def _value(connection: Connection, sql: str) -> SqlValue:
    cursor = connection.execute(sql)
    row = cursor.fetchone()
    cursor.close()
    return row[0] if row else None


def _create(path: Path, key: bytes) -> None:
    """Make an empty database under another name and give it its own when it is complete and on the disk."""
    with storage_errors(path.name):
        try:
            directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise VaultStateError(CryptoErrorCode.DATABASE_MISSING, f"no directory {path.parent.name}") from None
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        if path.exists():
            raise VaultStateError(CryptoErrorCode.DATABASE_EXISTS, path.name)
        with storage_errors(path.name):
            os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        _fill(temporary, key)
        try:
            move_into_place(directory, temporary.name, path.name)
        except VaultStateError as error:
            if error.code is CryptoErrorCode.FILE_EXISTS:
                raise VaultStateError(CryptoErrorCode.DATABASE_EXISTS, path.name) from None
            raise
        with storage_errors(path.name):
            temporary.unlink(missing_ok=True)
            os.fsync(directory)
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            temporary.with_name(temporary.name + suffix).unlink(missing_ok=True)
        os.close(directory)


def _fill(path: Path, key: bytes) -> None:
    try:
        connection = connect(path.absolute().as_uri() + "?mode=rw", busy_timeout_s=0.0)
        try:
            _unlock(connection, key)
            _set(connection, "synchronous", 2)
            _set(connection, "application_id", APPLICATION_ID)
            _set(connection, "journal_mode", "wal")
        finally:
            connection.close()
    except BINDING_ERRORS as error:
        raise translate(error, path) from None


def _why_not_readable(path: Path, key: bytes) -> WrongKeyError | IntegrityError | VaultStateError:
    """Page 1 did not decrypt. The header's salt says whether this key made the file."""
    if has_salt(path, salt_of(key)):
        return IntegrityError(CryptoErrorCode.DATABASE_DAMAGED, f"{path.name}: first page")
    if has_salt(path, _PLAIN_SQLITE):
        return VaultStateError(CryptoErrorCode.DATABASE_FOREIGN, f"{path.name} is not encrypted")
    size = path.stat().st_size
    if size < PAGE_BYTES or size % PAGE_BYTES:
        return VaultStateError(CryptoErrorCode.DATABASE_FOREIGN, path.name)
    return WrongKeyError(CryptoErrorCode.WRONG_KEY, path.name)


def _refuse_links(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        file = path.with_name(path.name + suffix)
        if file.is_symlink():
            raise VaultStateError(CryptoErrorCode.FILE_IS_LINK, file.name)


def _log_size(path: Path) -> int:
    log = path.with_name(path.name + "-wal")
    return log.stat().st_size if log.exists() else 0
