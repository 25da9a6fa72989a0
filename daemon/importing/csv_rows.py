"""Reads CSV call lists and messages: their encoding, delimiter and header found out, every row told by its line.

Bounded: one row at most in memory. A time without seconds is kept to the minute, and rows alike within one are counted
one by one (`#2`), since they may be two calls.
"""

import codecs
import csv
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Final

from adb_bridge.records import CallRow, SmsRow
from adb_bridge.untrusted import Untrusted, UntrustedBytes

from .backup_rows import message_row, telephone_row
from .csv_times import DateOrder, OrderWatch, UnclearDateError, is_order_needed, read_duration, read_moment
from .csv_words import IN, OUT, Column, column_of, direction_of
from .found import LARGEST_TEXT_BYTES, Ending, Found, FoundRow, Problem, Refused, RefusedOne

_DELIMITERS: Final = (",", ";", "\t", "|", "，")
_HEADER_WITHIN: Final = 12
"""Rows of titles that may stand before the header."""
_LONGEST_LINE: Final = 4 * 1024 * 1024
_LONGEST_CELL: Final = 2 * 1024 * 1024
_MOST_COLUMNS: Final = 200
_LONGEST_NUMBER: Final = 200
_REMEMBERED: Final = 10_000
_ROUNDED: Final = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+")
_FORMULA: Final = re.compile(r'="(.*)"', re.DOTALL)
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

csv.field_size_limit(_LONGEST_CELL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvPlan:
    """How a file is to be read."""

    encoding: str
    delimiter: str
    header: int
    """Rows before the data, the header included."""
    columns: Mapping[Column, int]
    width: int
    """Columns up to the header's last name."""
    order: DateOrder = DateOrder.UNKNOWN

    @property
    def has_messages(self) -> bool:
        """Whether it has a column of texts."""
        return Column.BODY in self.columns


def csv_encoding(head: bytes, *, is_utf8: bool) -> str:
    """By the mark; else UTF-8 when all of the file is, else what Chinese spreadsheets write."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "utf-8" if is_utf8 else "gb18030")


def plan_of(head: bytes, *, is_utf8: bool) -> CsvPlan | None:
    """The plan of a file that begins with `head`; None when no header names a number and a time. Total."""
    encoding = csv_encoding(head, is_utf8=is_utf8)
    if b"\0" in head and not encoding.startswith("utf-16"):
        return None
    best: CsvPlan | None = None
    for delimiter in _DELIMITERS:
        with suppress(csv.Error, _TooLongError):
            for at, cells in zip(range(_HEADER_WITHIN), _rows(_Lines([head], encoding), delimiter), strict=False):
                columns = _columns(cells)
                is_header = Column.NUMBER in columns and (Column.MOMENT in columns or Column.DATE in columns)
                if is_header and (best is None or len(columns) > len(best.columns)):
                    width = max(place for place, cell in enumerate(cells, 1) if cell.strip())
                    best = CsvPlan(encoding=encoding, delimiter=delimiter, header=at + 1, columns=columns, width=width)
    return best


def with_order(plan: CsvPlan, chunks: Iterable[bytes]) -> CsvPlan:
    """Finds out how the file writes day and month, where it needs to be known; reads all of it then."""
    watch = OrderWatch()
    column = plan.columns.get(Column.MOMENT, plan.columns.get(Column.DATE, 0))
    for at, cells in enumerate(_records(plan, chunks)):
        if isinstance(cells, Ending):
            break
        date = cells.cells[column] if column < len(cells.cells) else ""
        if at == 0 and not is_order_needed(date.strip()):
            return plan
        watch.see(date.strip())
    return replace(plan, order=watch.order)


def read_csv(plan: CsvPlan, chunks: Iterable[bytes], *, is_messages: bool, zone: tzinfo | None) -> Iterator[Found]:
    """All rows, in the file's order; an `Ending` last when it broke off. Total."""
    alike: OrderedDict[str, int] = OrderedDict()
    for record in _records(plan, chunks):
        if isinstance(record, Ending):
            yield record
            return
        row = _row(record, plan, zone, is_messages=is_messages)
        if isinstance(row, Refused):
            yield RefusedOne(line=record.line, reason=row)
            continue
        count = alike[row.key] = alike.pop(row.key, 0) + 1
        if len(alike) > _REMEMBERED:
            alike.popitem(last=False)
        yield row if count == 1 else replace(row, key=f"{row.key}#{count}")


@dataclass(frozen=True, slots=True)
class _Record:
    cells: list[str]
    line: int
    """Where it ends."""


def _records(plan: CsvPlan, chunks: Iterable[bytes]) -> Iterator[_Record | Ending]:
    lines = _Lines(chunks, plan.encoding)
    before = 0
    try:
        for at, cells in enumerate(_rows(lines, plan.delimiter)):
            begins, before = before + 1, lines.count
            if at >= plan.header and any(cell.strip() for cell in cells):
                yield _Record(cells, begins)
    except _TooLongError:
        yield Ending(problem=Problem.TOO_LONG, line=before + 1)
    except csv.Error:
        yield Ending(problem=Problem.MALFORMED, line=before + 1)


def _rows(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=delimiter, doublequote=True, skipinitialspace=False)


class _TooLongError(Exception):
    pass


class _Lines:
    """Lines with their ends, decoded piece by piece."""

    def __init__(self, chunks: Iterable[bytes], encoding: str) -> None:
        self._chunks = chunks
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        rest = ""
        for chunk in self._chunks:
            lines = (rest + self._decoder.decode(chunk)).split("\n")
            rest = lines.pop()
            if len(rest) > _LONGEST_LINE:
                raise _TooLongError
            yield from self._counted(lines)
        rest += self._decoder.decode(b"", final=True)
        if rest:
            self.count += 1
            yield rest

    def _counted(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            self.count += 1
            yield line + "\n"


def _columns(cells: list[str]) -> dict[Column, int]:
    columns: dict[Column, int] = {}
    for at, cell in enumerate(cells[:_MOST_COLUMNS]):
        column = column_of(cell.strip("\ufeff"))
        if column is not None:
            columns.setdefault(column, at)
    if Column.DATE not in columns and Column.MOMENT not in columns and Column.TIME in columns:
        columns[Column.MOMENT] = columns.pop(Column.TIME)
    return columns


def _row(record: _Record, plan: CsvPlan, zone: tzinfo | None, *, is_messages: bool) -> FoundRow | Refused:
    cells, columns = record.cells, plan.columns

    def cell(column: Column) -> str:
        at = columns.get(column)
        return cells[at] if at is not None and at < len(cells) else ""

    if len(cells) <= columns[Column.NUMBER]:
        return Refused.BAD_SHAPE
    if is_messages and any(cell.strip() for cell in cells[plan.width :]):
        return (
            Refused.BAD_SHAPE
        )  # a delimiter in a text without quotation marks: taken, it would be a part of what was said
    number = _number(cell(Column.NUMBER))
    if isinstance(number, Refused):
        return number
    try:
        date = cell(Column.MOMENT) or cell(Column.DATE)
        moment = read_moment(date, "" if cell(Column.MOMENT) else cell(Column.TIME), plan.order, zone)
    except UnclearDateError:
        return Refused.AMBIGUOUS_DATE
    if moment is None:
        return Refused.BAD_DATE
    is_direction_known = Column.DIRECTION in columns
    kind = direction_of(cell(Column.DIRECTION)) if is_direction_known else 0
    if kind is None or (is_messages and kind not in {0, IN, OUT}):
        return Refused.BAD_TYPE
    if is_messages:
        body = cell(Column.BODY).encode("utf-8", "replace")
        if len(body) > LARGEST_TEXT_BYTES:
            return Refused.TOO_LARGE
        address = None if number is None else UntrustedBytes(number.encode("utf-8", "replace"))
        sms = SmsRow(
            provider_id=0, address=address, body=UntrustedBytes(body), date_ms=moment[0], date_sent_ms=0, type=kind,
            thread_id=None, read=None, sub_id=None,
        )  # fmt: skip
        return message_row(sms, record.line, precision_ms=moment[1], is_direction_known=is_direction_known)
    is_in_minutes = Column.DURATION not in columns
    length = cell(Column.DURATION_MIN if is_in_minutes else Column.DURATION)
    duration_s = read_duration(length, unit_s=60 if is_in_minutes else 1)
    if duration_s is None:
        return Refused.BAD_DURATION
    name = cell(Column.NAME).strip()[:_LONGEST_NUMBER]
    call = CallRow(
        provider_id=0, number=number, date_ms=moment[0], duration_s=duration_s, type=kind, presentation=None,
        subscription_id=None, cached_name=Untrusted(name) if name else None, last_modified_ms=None,
    )  # fmt: skip
    return telephone_row(
        call,
        record.line,
        precision_ms=moment[1],
        is_direction_known=is_direction_known,
        is_duration_known=bool(length.strip()),
    )


def _number(cell: str) -> Untrusted | Refused | None:
    """As a telephone would show it: what spreadsheets put around it is taken off. None: hidden."""
    text = cell.strip()
    if formula := _FORMULA.fullmatch(text):
        text = formula[1].strip()
    text = text.lstrip("'").strip()
    if len(text) > _LONGEST_NUMBER or _ROUNDED.fullmatch(text):
        return Refused.BAD_NUMBER
    return Untrusted(text) if text else None
