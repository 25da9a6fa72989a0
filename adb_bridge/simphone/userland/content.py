"""`content`: the providers' door. Prints what AOSP's `Content.java` (Android 11) prints, without any escaping."""

import asyncio
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..contents import pieces
from ..providers.query import WINDOW_BYTES, Cursor, JavaError, Query, Uri, file_not_found, parse_uri
from ..providers.registry import find_provider
from ..providers.tables import Row, Value
from .call import Call, encode

_CHUNK: Final = 128 * 1024
_FRAMES: Final = (
    "com.android.commands.content.Content$Command.execute(Content.java:521)",
    "com.android.commands.content.Content.main(Content.java:735)",
    "com.android.internal.os.RuntimeInit.nativeFinishInit(Native Method)",
    "com.android.internal.os.RuntimeInit.main(RuntimeInit.java:355)",
)
_VERBS: Final = ("insert", "update", "delete", "query", "call", "gettype", "read", "write")
_USAGE: Final = """usage: adb shell content [subcommand] [options]

usage: adb shell content insert --uri <URI> [--user <USER_ID>] --bind <BINDING> [--bind <BINDING>...]
  <URI> a content provider URI.
  <BINDING> binds a typed value to a column and is formatted:
  <COLUMN_NAME>:<TYPE>:<COLUMN_VALUE> where:
  <TYPE> specifies data type such as:
  b - boolean, s - string, i - integer, l - long, f - float, d - double, n - null
  Note: Omit the value for passing an empty string, e.g column:s:

usage: adb shell content query --uri <URI> [--user <USER_ID>] [--projection <PROJECTION>] [--where <WHERE>] \
 [--sort <SORT_ORDER>]
  <PROJECTION> is a list of colon separated column names and is formatted:
  <COLUMN_NAME>[:<COLUMN_NAME>...]
  <SORT_ORDER> is the order in which rows in the result should be sorted.
"""


class UsageError(Exception):
    """Wrong arguments: the usage and this message go to stdout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arguments:
    uri: Uri
    user: str = "0"
    projection: tuple[str, ...] | None = None
    where: str | None = None
    sort: str | None = None


async def content(call: Call) -> int:
    """`content VERB --uri URI …`. The exit code is 0 even when the provider throws."""
    await asyncio.sleep(call.handset.spec.latencies.content_s)
    try:
        if not call.arguments or call.arguments[0] not in _VERBS:
            raise UsageError(f"Unsupported operation: {call.arguments[0] if call.arguments else 'null'}")
        verb = call.arguments[0]
        arguments = _parse(call.arguments[1:])
    except UsageError as error:
        await call.print(_USAGE)
        await call.print(f"[ERROR] {error}")
        return 0
    try:
        await _run(call, verb, arguments)
    except JavaError as error:
        head = f"Error while accessing provider:{arguments.uri.authority}\n{error.java_class}: {error.message}\n"
        trace = "".join(f"\tat {frame}\n" for frame in (*error.frames, *_FRAMES))
        await call.stderr.write(encode(head + trace))
    return 0


async def _run(call: Call, verb: str, arguments: _Arguments) -> None:
    if arguments.user not in ("0", "current", "-2"):
        raise _state(f"Could not find provider: {arguments.uri.authority}")
    provider = find_provider(call.handset, arguments.uri)
    if provider is None:
        raise _state(f"Could not find provider: {arguments.uri.authority}")
    match verb:
        case "query":
            query = Query(
                uri=arguments.uri, projection=arguments.projection, where=arguments.where, sort=arguments.sort
            )
            await _print_rows(call, provider.query(query))
        case "insert":
            provider.insert(arguments.uri)
        case "update":
            provider.update(arguments.uri)
        case "delete":
            provider.delete(arguments.uri)
        case "gettype":
            await call.print("Result: null")
        case "call":
            raise JavaError("java.lang.UnsupportedOperationException", "call not supported", ())
        case "read":
            for piece in pieces(provider.open_file(arguments.uri)):
                await call.stdout.write(piece)
        case _:
            raise file_not_found(f"No files supported by provider at {arguments.uri.text}")


def _parse(words: tuple[str, ...]) -> _Arguments:
    values: dict[str, str] = {}
    at = 0
    while at < len(words):
        name = words[at]
        if name not in (
            "--uri",
            "--user",
            "--projection",
            "--where",
            "--sort",
            "--bind",
            "--extra",
            "--method",
            "--arg",
        ):
            raise UsageError(f"Unsupported argument: {name}")
        value = words[at + 1] if at + 1 < len(words) else ""
        if not value or value.startswith("--"):
            raise UsageError(f"No value for argument: {name}")
        values[name] = value
        at += 2
    if "--uri" not in values:
        raise UsageError("Content provider URI not specified. Did you specify --uri argument?")
    projection = values.get("--projection")
    return _Arguments(
        uri=parse_uri(values["--uri"]),
        user=values.get("--user", "0"),
        projection=None if projection is None else tuple(_split(projection)),
        where=values.get("--where"),
        sort=values.get("--sort"),
    )


def _split(projection: str) -> list[str]:
    """Java's `split("[\\s]*:[\\s]*")`: blanks around colons go, trailing empty strings too."""
    parts = projection.split(":")
    for index in range(len(parts)):
        if index > 0:
            parts[index] = parts[index].lstrip()
        if index < len(parts) - 1:
            parts[index] = parts[index].rstrip()
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


def _state(message: str) -> JavaError:
    return JavaError("java.lang.IllegalStateException", message, ())


async def _print_rows(call: Call, cursor: Cursor | None) -> None:
    count = 0
    if cursor is not None:
        chunk: list[bytes] = []
        size = 0
        for line in _lines(cursor):
            count += 1
            chunk.append(line)
            size += len(line)
            if size >= _CHUNK:
                await call.stdout.write(b"".join(chunk))
                chunk, size = [], 0
        if chunk:
            await call.stdout.write(b"".join(chunk))
    if not count:
        await call.print("No result found.")


def _lines(cursor: Cursor) -> Iterator[bytes]:
    order = _column_order(cursor.columns)
    heads = [encode((", " if index else "") + name + "=") for index, name in enumerate(cursor.columns)]
    number = 0
    for page in cursor.pages:
        for row in page:
            _check_size(row, number)
            yield b"Row: %d %b\n" % (
                number,
                b"".join([head + _text(row[at]) for head, at in zip(heads, order, strict=True)]),
            )
            number += 1


def _column_order(columns: tuple[str, ...]) -> list[int]:
    """AOSP looks every column up by name again: what stands before a dot is lost, and of two alike the first wins."""
    names = [name.casefold() for name in columns]
    order: list[int] = []
    for name in names:
        wanted = name.rpartition(".")[2]
        if wanted not in names:
            raise _state(
                "Couldn't read row 0, col -1 from CursorWindow.  Make sure the Cursor is initialized correctly "
                "before accessing data from it."
            )
        order.append(names.index(wanted))
    return order


def _check_size(row: Row, number: int) -> None:
    if sum(len(value) for value in row if isinstance(value, bytes | bytearray)) >= WINDOW_BYTES:
        raise JavaError(
            "android.database.sqlite.SQLiteBlobTooBigException",
            f"Row too big to fit into CursorWindow requiredPos={number}, totalRows={number + 1}",
        )


def _text(value: Value) -> bytes:
    match value:
        case int():
            return b"%d" % value
        case bytearray():
            return bytes(value) if value.isascii() else value.decode("utf-8", "replace").encode()
        case None:
            return b"NULL"
        case float():
            return java_float(value).encode()
        case _:
            return b"BLOB"


def _to_single(value: float) -> float:
    """The nearest 32-bit float; infinity beyond their range."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def java_float(value: float) -> str:
    """`String.valueOf(float)`: the value through 32 bit, the shortest digits that give it back.

    JDK 19 and later print so; older ones sometimes print one digit more.
    """
    single = _to_single(value)
    if single == 0 or single in (float("inf"), float("-inf")):
        return {"0.0": "0.0", "-0.0": "-0.0", "inf": "Infinity", "-inf": "-Infinity"}[str(float(single))]
    digits = next(text for text in (f"{single:.{places}e}" for places in range(9)) if _to_single(float(text)) == single)
    mantissa, _, exponent = digits.partition("e")
    if 1e-3 <= abs(single) < 1e7:
        return f"{float(digits):.{max(1, len(mantissa.lstrip('-').replace('.', '')) - 1 - int(exponent))}f}"
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(exponent)}"
