"""JSON lines in, JSON lines out, one for one and in order: usable as a pipe, line by line, with any input."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import BinaryIO, Generic, TypeVar

import msgspec

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from .narration import say

MAX_LINE_BYTES = 8 * 1024 * 1024
MAX_ID_CHARACTERS = 1_000
MAX_NAME_CHARACTERS = 60
"""Of a key that is told."""
MOST_NAMES = 20
"""Keys that are told."""
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
    """An input line of `mask`, which looks at id and text only, whatever else is there."""

    id: str | int | float | None
    text: str
    prev: str | tuple[str | PrevLine, ...] | None = None
    sender: str | None = None
    channel: str | None = None


class ScanPrevLine(PrevLine, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of `scan`."""


class ScanLine(TextLine, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An input line of `scan`. Another key is passed over and told: `previous` for `prev` changes what is found."""

    prev: str | tuple[str | ScanPrevLine, ...] | None = None


LineT = TypeVar("LineT", bound=TextLine)
_encoder = msgspec.json.Encoder()


def transform(answer: Callable[[TextLine], msgspec.Struct], texts: Texts) -> ExitCode:
    """Answer every line of stdin on stdout. PARTIAL when a line was bad; the others are answered all the same."""
    return transform_many(TextLine, lambda lines: list(map(answer, lines)), texts)


def transform_many(
    kind: type[LineT], answer: Callable[[Sequence[LineT]], Sequence[msgspec.Struct]], texts: Texts
) -> ExitCode:
    """As `transform`, the lines that are there already together."""
    sink = sys.stdout.buffer
    reader = LineReader(kind)
    bad = 0
    for lines in _batches(sys.stdin.buffer):
        taken = [reader.taken(line) for line in lines]
        answers = iter(answer([one for one in taken if not isinstance(one, InputError)]))
        for one in taken:
            if not isinstance(one, InputError):
                sink.write(encode(next(answers)))
                continue
            bad += 1
            error = LineError(code=f"input.{one.code}", message=texts.get(f"cli.input.{one.code}"))
            sink.write(encode(BadLine(id=one.record_id, error=error)))
        sink.flush()
        for passed in reader.told():
            say(texts.get(f"cli.input.{passed.code}", name=passed.name, wanted=passed.wanted))
    if bad:
        say(texts.get("cli.scan.bad_lines", count=bad))
        return ExitCode.PARTIAL
    return ExitCode.OK


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


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A key that no line has. `wanted`: the one that was meant, or all there are; `code` says which."""

    name: str
    wanted: str
    code: str


class LineReader(Generic[LineT]):
    """Reads lines of one kind."""

    def __init__(self, kind: type[LineT]) -> None:
        self._kind = kind
        self._decoder = msgspec.json.Decoder(kind)
        self._passed_over: dict[str, PassedOver] = {}
        self._told = 0

    def told(self) -> list[PassedOver]:
        """Keys that were passed over, each once, of MOST_NAMES the first ones."""
        new = list(self._passed_over.values())[self._told :]
        self._told += len(new)
        return new

    def taken(self, line: bytes | None) -> LineT | InputError:
        """The line, or why it cannot be used; None is one that is too long."""
        if line is None:
            return InputError("too_long")
        try:
            return self.decode(line)
        except InputError as error:
            return error

    def decode(self, line: bytes) -> LineT:
        """A line as it is; what msgspec refuses and JSON allows (lone surrogates) goes the slow way.

        Raises:
            InputError: not UTF-8, not an object, `id` or `text` missing or of another type.
        """
        try:
            record = self._decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            record = self._decode_slowly(line)
        if isinstance(record.id, str) and len(record.id) > MAX_ID_CHARACTERS:
            raise InputError("bad_field")
        return record

    def _decode_slowly(self, line: bytes) -> LineT:
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
        known = {name: document[name] for name in self._kind.__struct_fields__ if name in document}
        if self._kind.__struct_config__.forbid_unknown_fields:
            self._pass_over(document, self._kind)
            if isinstance(known.get("prev"), list):
                known["prev"] = [self._known_of(one) if isinstance(one, dict) else one for one in known["prev"]]
        try:
            return msgspec.convert(known, self._kind)
        except msgspec.ValidationError:
            raise InputError("bad_field", record_id) from None

    def _known_of(self, one: dict[str, object]) -> dict[str, object]:
        self._pass_over(one, PrevLine)
        return {name: one[name] for name in PrevLine.__struct_fields__ if name in one}

    def _pass_over(self, names: Iterable[str], kind: type[msgspec.Struct]) -> None:
        """Notes names that are no field."""
        fields = kind.__struct_fields__
        for name in names:
            if name not in fields and len(self._passed_over) < MOST_NAMES:
                name = name[:MAX_NAME_CHARACTERS]
                near = get_close_matches(name.lower(), fields, n=1)
                passed = PassedOver(name, near[0], "near") if near else PassedOver(name, ", ".join(fields), "known")
                self._passed_over.setdefault(name, passed)


def encode(reply: msgspec.Struct) -> bytes:
    """One line. Lone surrogates become `\\udXXX` escapes again."""
    try:
        return _encoder.encode(reply) + b"\n"
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(reply), ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def _refuse_constant(name: str) -> float:
    raise ValueError(name)
