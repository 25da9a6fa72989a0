"""What a host asks a provider, and how a provider answers or throws."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import parse_qsl, unquote

from ..contents import Content
from .tables import Row, Tables

_PROXY: Final = (
    "android.database.DatabaseUtils.readExceptionFromParcel(DatabaseUtils.java:184)",
    "android.database.DatabaseUtils.readExceptionWithFileNotFoundExceptionFromParcel(DatabaseUtils.java:151)",
    "android.content.ContentProviderProxy.query(ContentProviderNative.java:481)",
)
WINDOW_BYTES: Final = 2 * 1024 * 1024
"""A row must fit into one CursorWindow."""


class JavaError(Exception):
    """An exception that `content` prints with its stack trace on stderr."""

    def __init__(self, java_class: str, message: str, frames: tuple[str, ...] = _PROXY) -> None:
        super().__init__(java_class)
        self.java_class = java_class
        self.message = message
        self.frames = frames


def illegal_argument(message: str) -> JavaError:
    """java.lang.IllegalArgumentException out of the provider."""
    return JavaError("java.lang.IllegalArgumentException", message)


def file_not_found(message: str) -> JavaError:
    """java.io.FileNotFoundException out of `openFile`."""
    return JavaError(
        "java.io.FileNotFoundException",
        message,
        (
            "android.database.DatabaseUtils.readExceptionWithFileNotFoundExceptionFromParcel(DatabaseUtils.java:149)",
            "android.content.ContentProviderProxy.openFile(ContentProviderNative.java:691)",
            "com.android.commands.content.Content$ReadCommand.onExecute(Content.java:577)",
        ),
    )


def no_descriptor() -> JavaError:
    """What `content read` makes of a provider that opens nothing and says nothing."""
    return JavaError(
        "java.lang.NullPointerException",
        "Attempt to invoke virtual method 'java.io.FileDescriptor android.os.ParcelFileDescriptor.getFileDescriptor()' "
        "on a null object reference",
        ("com.android.commands.content.Content$ReadCommand.onExecute(Content.java:578)",),
    )


def security_exception(provider_class: str, permission: str) -> JavaError:
    """What Android says to uid 2000, which lacks the permission or lost it to a vendor's switch."""
    other = permission.replace("READ_", "WRITE_")
    either = permission if other == permission else f"{permission} or {other}"
    return JavaError(
        "java.lang.SecurityException",
        f"Permission Denial: opening provider {provider_class} from (null) (pid=12345, uid=2000) requires {either}",
        (
            "android.os.Parcel.createExceptionOrNull(Parcel.java:3011)",
            "android.os.Parcel.createException(Parcel.java:2995)",
            "android.os.Parcel.readException(Parcel.java:2978)",
            "android.app.IActivityManager$Stub$Proxy.getContentProviderExternal(IActivityManager.java:8137)",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Uri:
    """`content://authority/seg/ments?a=b`."""

    text: str
    authority: str
    segments: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]

    def parameter(self, name: str) -> str | None:
        """The first value of a query parameter."""
        return next((value for key, value in self.parameters if key == name), None)


def parse_uri(text: str) -> Uri:
    """Lenient as android.net.Uri: anything parses."""
    rest = text.partition("://")[2] if "://" in text else ""
    rest, _, _fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    authority, _, path = rest.partition("/")
    segments = tuple(unquote(part) for part in path.split("/") if part)
    return Uri(
        text=text, authority=authority, segments=segments, parameters=tuple(parse_qsl(query, keep_blank_values=True))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The arguments of `content query`."""

    uri: Uri
    projection: tuple[str, ...] | None
    where: str | None
    sort: str | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """An answer: column names as the provider gives them, rows in lists."""

    columns: tuple[str, ...]
    pages: Iterator[list[Row]]


class ContentProvider(Protocol):
    """One authority."""

    def query(self, query: Query) -> Cursor | None:
        """None is a null cursor, which `content` prints like zero rows. Raise `JavaError`."""

    def open_file(self, uri: Uri) -> Content:
        """What `content read` copies to stdout. Raise `JavaError`."""

    def insert(self, uri: Uri) -> None:
        """Raise `JavaError`: no phone lets shell write here as this one is set up."""

    def update(self, uri: Uri) -> None:
        """As `insert`."""

    def delete(self, uri: Uri) -> None:
        """As `insert`."""


class ReadOnly:
    """What all providers do with a change: the simulated phone is set up read-only for shell."""

    def __init__(self, provider_class: str, permission: str) -> None:
        """`permission` is what writing would take."""
        self._provider_class = provider_class
        self._permission = permission

    def open_file(self, uri: Uri) -> Content:
        """Raise `JavaError`: the provider has no files."""
        raise file_not_found(f"No files supported by provider at {uri.text}")

    def insert(self, _uri: Uri) -> None:
        """Raise `JavaError`."""
        raise security_exception(self._provider_class, self._permission)

    def update(self, uri: Uri) -> None:
        """As `insert`."""
        self.insert(uri)

    def delete(self, uri: Uri) -> None:
        """As `insert`."""
        self.insert(uri)


def select(
    tables: Tables, *, table: str, columns: str, where: tuple[str, ...], sort: str | None, limit: str = ""
) -> Cursor:
    """Run the SELECT that SQLiteQueryBuilder builds. Raise `JavaError` with SQLite's complaint."""
    sql = f"SELECT {columns} FROM {table}"  # noqa: S608 (the point of a content provider: hosts write the SQL)
    if where:
        sql += " WHERE " + " AND ".join(f"({part})" for part in where)
    if sort:
        sql += f" ORDER BY {sort}"
    if limit:
        sql += f" LIMIT {limit}"
    try:
        names, pages = tables.open(sql)
    except sqlite3.Error as error:
        raise sqlite_exception(error, sql) from error
    return Cursor(names, pages)


def sqlite_exception(error: sqlite3.Error, sql: str) -> JavaError:
    """android.database.sqlite.SQLiteException for a statement that does not compile."""
    return JavaError(
        "android.database.sqlite.SQLiteException",
        f"{error} (code 1 SQLITE_ERROR): , while compiling: {sql}",
    )


_TOKEN: Final = re.compile(
    r"'(?:[^']|'')*'?|\"(?:[^\"]|\"\")*\"?|`[^`]*`?|\[[^\]]*\]?|--[^\n]*|/\*.*?(?:\*/|$)|[A-Za-z_]\w*|\S", re.S
)


def tokens(sql: str) -> Iterator[str]:
    """The tokens that SQLiteTokenizer hands to its checker, lower case: names, quoted or not; no strings."""
    for match in _TOKEN.finditer(sql):
        token = match.group()
        if token[0] in '"`[':
            yield token[1:-1].casefold()
        elif token[0].isalpha() or token[0] == "_":
            yield token.casefold()
