"""JSON lines in, JSON lines out, one for one and in order: usable as a pipe, line by line, with any input."""

import json
import sys
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from .narration import say

MAX_LINE_BYTES = 8 * 1024 * 1024
MAX_ID_CHARACTERS = 1_000

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


class TextLine(msgspec.Struct, frozen=True, kw_only=True):
    """An input line of `scan` and `mask`; `mask` looks at id and text only."""

    id: str | int | float | None
    text: str
    prev: str | list[str] | None = None
    sender: str | None = None
    channel: str | None = None


_decoder = msgspec.json.Decoder(TextLine)
_encoder = msgspec.json.Encoder()


def transform(answer: Callable[[TextLine], msgspec.Struct], texts: Texts) -> ExitCode:
    """Answer every line of stdin on stdout. PARTIAL when a line was bad; the others are answered all the same."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    bad = 0
    while line := source.readline(MAX_LINE_BYTES + 1):
        try:
            if len(line) > MAX_LINE_BYTES:
                _skip_rest(source, line)
                raise InputError("too_long")
            reply = encode(answer(decode(line)))
        except InputError as error:
            bad += 1
            message = texts.get(f"cli.input.{error.code}")
            reply = encode(BadLine(id=error.record_id, error=LineError(code=f"input.{error.code}", message=message)))
        sink.write(reply)
        sink.flush()
    if bad:
        say(texts.get("cli.scan.bad_lines", count=bad))
        return ExitCode.PARTIAL
    return ExitCode.OK


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
        return json.dumps(msgspec.to_builtins(reply), ensure_ascii=True).encode("ascii") + b"\n"


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


def _skip_rest(source: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = source.readline(MAX_LINE_BYTES)
