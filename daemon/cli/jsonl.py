"""JSON lines in, JSON lines out, one for one and in order: usable as a pipe, line by line, with any input."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

import msgspec

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from .narration import say

MAX_LINE_BYTES = 8 * 1024 * 1024
MAX_ID_CHARACTERS = 1_000
BATCH = 200
"""Lines that are answered together."""
_CHUNK_BYTES = 1 << 18

RecordId = str | int | float | None


class InputError(Exception):
    """A line that cannot be used. `code` is the end of its text's key."""

    def __init__(self, code: str, record_id: RecordId = None) -> None:
        super().__init__(code)
        self.code = code
        self.record_id = record_id


class LineError(msgspec.Struct, frozen=True, kw_only=True):
    """Why."""

    code: str
    message: str


class BadLine(msgspec.Struct, frozen=True, kw_only=True):
    """Takes the place of a line's answer."""

    id: RecordId
    error: LineError


class PrevLine(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier message, with who said it and how many seconds before."""

    text: str
    sender: str | None = None
    seconds: float | None = None


class TextLine(msgspec.Struct, frozen=True, kw_only=True):
    """An input line of `scan` and `mask`; `mask` looks at id and text only."""

    id: str | int | float | None
    text: str
    prev: str | list[str | PrevLine] | None = None
    sender: str | None = None
    channel: str | None = None


_decoder = msgspec.json.Decoder(TextLine)
_encoder = msgspec.json.Encoder()


def transform(answer: Callable[[TextLine], msgspec.Struct], texts: Texts) -> ExitCode:
    """Answer every line of stdin on stdout. PARTIAL when a line was bad; the others are answered all the same."""
    return transform_many(lambda lines: list(map(answer, lines)), texts)


def transform_many(answer: Callable[[Sequence[TextLine]], Sequence[msgspec.Struct]], texts: Texts) -> ExitCode:
    """As `transform`, the lines that are there already together."""
    sink = sys.stdout.buffer
    bad = 0
    for lines in _batches(sys.stdin.buffer):
        taken = [_taken(line) for line in lines]
        answers = iter(answer([one for one in taken if isinstance(one, TextLine)]))
        for one in taken:
            if isinstance(one, TextLine):
                sink.write(encode(next(answers)))
                continue
            bad += 1
            message = texts.get(f"cli.input.{one.code}")
            sink.write(encode(BadLine(id=one.record_id, error=LineError(code=f"input.{one.code}", message=message))))
        sink.flush()
    if bad:
        say(texts.get("cli.scan.bad_lines", count=bad))
        return ExitCode.PARTIAL
    return ExitCode.OK


def _taken(line: bytes | None) -> TextLine | InputError:
    if line is None:
        return InputError("too_long")
    try:
        return decode(line)
    except InputError as error:
        return error


def _batches(source: BinaryIO) -> Iterator[list[bytes | None]]:
    """Whole lines as they come, without waiting for more than the first; None for one that is too long."""
    for lines in _lines(source):
        for start in range(0, len(lines), BATCH):
            yield lines[start : start + BATCH]


def _lines(source: BinaryIO) -> Iterator[list[bytes | None]]:
    begun: list[bytes] = []
    size = 0
    read = getattr(source, "read1", source.read)
    while chunk := read(_CHUNK_BYTES):
        first, *others = chunk.split(b"\n")
        size += len(first)
        if size < MAX_LINE_BYTES:
            begun.append(first)
        if not others:
            continue
        whole = b"".join(begun) if size < MAX_LINE_BYTES else None
        yield [whole, *others[:-1]]
        begun, size = [others[-1]], len(others[-1])
    if size:
        yield [b"".join(begun) if size < MAX_LINE_BYTES else None]


def decode(line: bytes) -> TextLine:
    """A line as it is; what msgspec refuses and JSON allows (lone surrogates) goes the slow way.

    Raises:
        InputError: not UTF-8, not an object, `id` or `text` missing or of another type.
    """
    try:
        record = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        record = _decode_slowly(line)
    if isinstance(record.id, str) and len(record.id) > MAX_ID_CHARACTERS:
        raise InputError("bad_field")
    return record


def encode(reply: msgspec.Struct) -> bytes:
    """One line. Lone surrogates become `\\udXXX` escapes again."""
    try:
        return _encoder.encode(reply) + b"\n"
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(reply), ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def _decode_slowly(line: bytes) -> TextLine:
    try:
        document = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise InputError("not_utf8") from None
    except (ValueError, RecursionError):
        raise InputError("not_json") from None
    if not isinstance(document, dict):
        raise InputError("not_json")
    record_id = document.get("id")
    if isinstance(record_id, bool) or not isinstance(record_id, str | int | float | None):
        record_id = None
    known = {name: document[name] for name in TextLine.__struct_fields__ if name in document}
    try:
        return msgspec.convert(known, TextLine)
    except msgspec.ValidationError:
        raise InputError("bad_field", record_id) from None


def _refuse_constant(name: str) -> float:
    raise ValueError(name)
