"""Reads the XML of SMS Backup & Restore: messages, MMS with their parts, calls. Constant memory, files of any size.

No tree is built: rows leave as their elements end. Document types and entities are refused before they can expand. A
file that ends early, or breaks in the middle, gives every row that was whole before.
"""

from collections.abc import Iterable, Iterator
from typing import Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from .backup_rows import Attributes, MmsDraft, call_row, sms_row
from .found import Ending, Found, FoundRow, Problem, Refused, RefusedOne
from .xml_mending import mended

LARGEST_VALUE_BYTES: Final = 32 * 1024 * 1024
"""Of an attribute, which the parser holds whole: a part of 24 MiB, more than networks carry."""
_FED_BYTES: Final = 1024 * 1024
_DEEPEST: Final = 16


class _TooDeepError(Exception):
    pass


class _Target:
    """What the parser calls."""

    def __init__(self) -> None:
        self.parser: DefusedXMLParser = DefusedXMLParser(target=self, encoding="utf-8", forbid_dtd=True)
        self.ends = 0
        """How many elements began; tells whether the parser gets on."""
        self._found: list[Found] = []
        self._mms: MmsDraft | None = None
        self._depth = 0

    @property
    def line(self) -> int:
        return int(self.parser.parser.CurrentLineNumber)

    def take(self) -> list[Found]:
        found, self._found = self._found, []
        return found

    def start(self, tag: str, attributes: Attributes) -> None:
        self.ends += 1
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _TooDeepError
        match tag:
            case "sms":
                self._add(sms_row(attributes, self.line), self.line)
            case "call":
                self._add(call_row(attributes, self.line), self.line)
            case "mms":
                self._mms = MmsDraft(attributes, self.line)
            case "part" if self._mms is not None:
                if (content := self._mms.add_part(attributes)) is not None:
                    self._found.append(content)
            case "addr" if self._mms is not None:
                self._mms.add_address(attributes)
            case _:
                pass

    def end(self, tag: str) -> None:
        self._depth -= 1
        if tag == "mms" and self._mms is not None:
            self._add(self._mms.row(), self._mms.line)
            self._mms = None

    def close(self) -> None:
        """Nothing is built."""

    def _add(self, row: FoundRow | Refused, line: int) -> None:
        self._found.append(RefusedOne(line=line, reason=row) if isinstance(row, Refused) else row)


def read_backup(chunks: Iterable[bytes], encoding: str) -> Iterator[Found]:
    """All rows of a backup file, in its order; an `Ending` last when it broke off. Total."""
    target = _Target()
    silent_bytes = 0
    try:
        for text in mended(_small(chunks), encoding):
            before = target.ends
            target.parser.feed(text)
            silent_bytes = silent_bytes + len(text) if target.ends == before else 0
            yield from target.take()
            if silent_bytes > LARGEST_VALUE_BYTES:
                yield Ending(problem=Problem.TOO_LONG, line=target.line)
                return
    except DefusedXmlException:
        yield from target.take()
        yield Ending(problem=Problem.FORBIDDEN, line=target.line)
        return
    except (ParseError, _TooDeepError):
        yield from target.take()
        yield Ending(problem=Problem.MALFORMED, line=target.line)
        return
    try:
        target.parser.close()
    except (ParseError, DefusedXmlException):
        yield from target.take()
        yield Ending(problem=Problem.TRUNCATED, line=target.line)
        return
    yield from target.take()


def _small(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for at in range(0, len(chunk), _FED_BYTES):
            yield chunk[at : at + _FED_BYTES]
