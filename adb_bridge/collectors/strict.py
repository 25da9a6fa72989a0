"""Reading providers that allow plain column names only (call log, contacts), without being fooled by their text.

A bulk answer is taken when it has one reading; else each row is asked for alone, one text column at a time, where
nothing is left to misread. Whether `NULL` is the word or a null is settled by a `where`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from ..content_query import NULL, BulkRow, ContentQuery, parse_bulk, parse_ids, parse_numbers, parse_single, read_rows
from ..errors import BridgeErrorCode, ParseError, ShellCommandError
from ..records import Untrusted
from ..session import MIB, Session
from .base import LARGEST_ROW_BYTES

_LARGEST_ANSWER = 4 * MIB
_ONE_BY_ONE = 1


class Single(Enum):
    """How one row is asked for."""

    PATH = auto()
    """`uri/<id>`."""
    CONDITION = auto()
    """`_id=<id>`, where the provider has no such path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrictTable:
    """A provider's table and the columns that are read from it."""

    uri: str
    """Without a query."""
    numbers: tuple[str, ...]
    texts: tuple[str, ...]
    condition: str = ""
    """SQL that goes with every read of many rows, to keep kinds of rows out."""
    single: Single = Single.PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class StrictRow:
    """A row as it is on the phone."""

    row_id: int
    numbers: tuple[int | None, ...]
    raw: tuple[bytes | None, ...]
    """The texts, byte for byte."""

    @property
    def texts(self) -> tuple[Untrusted | None, ...]:
        """The texts; bytes that are no UTF-8 are replaced."""
        return tuple(None if value is None else Untrusted(value.decode(errors="replace")) for value in self.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that exists and cannot be read."""

    row_id: int
    reason: str
    size_bytes: int


async def read_strict(session: Session, table: StrictTable, ids: Sequence[int]) -> list[StrictRow | BadRow]:
    """The rows with these ids in ascending order; rows that vanished meanwhile are left out.

    Raises:
        InvalidColumnError: the phone does not have one of the columns.
        As `read_rows`.
    """
    ids = sorted(set(ids))
    if not ids:
        return []
    if len(ids) > _ONE_BY_ONE:
        rows = await _bulk(session, table, ids)
        if rows is not None:
            return rows
        # Another reading, a row that came or went, or too much at once: halves find the rows that cause it.
        middle = len(ids) // 2
        return [
            *await read_strict(session, table, ids[:middle]),
            *await read_strict(session, table, ids[middle:]),
        ]
    row = await _bulk(session, table, ids)
    if row is not None:
        return row
    alone = await _alone(session, table, ids[0])
    return [alone] if alone is not None else []


async def _bulk(session: Session, table: StrictTable, ids: Sequence[int]) -> list[StrictRow | BadRow] | None:
    """One query for all; None when its answer is not beyond doubt."""
    where = _where(table, ids)
    query = ContentQuery(uri=table.uri, projection=("_id", *table.numbers, *table.texts), where=where, sort="_id ASC")
    try:
        answer = await read_rows(session, query, max_bytes=_LARGEST_ANSWER)
    except ParseError:
        return None
    except ShellCommandError as error:
        if error.code is BridgeErrorCode.OUTPUT_TOO_LARGE:
            return None
        raise
    bulk = parse_bulk(answer, ids, numbers=table.numbers, texts=table.texts)
    if bulk is None:
        return None
    words = await _literal_nulls(session, table, where, bulk)
    rows: list[StrictRow | BadRow] = []
    for row in bulk:
        if row.row_id in words:
            alone = await _alone(session, table, row.row_id)
            if alone is not None:
                rows.append(alone)
        elif sum(map(len, row.texts)) > LARGEST_ROW_BYTES:
            rows.append(BadRow(row_id=row.row_id, reason="too_large", size_bytes=sum(map(len, row.texts))))
        else:
            raw = tuple(None if text == NULL else text for text in row.texts)
            rows.append(StrictRow(row_id=row.row_id, numbers=row.numbers, raw=raw))
    return rows


async def _literal_nulls(session: Session, table: StrictTable, where: str, bulk: Sequence[BulkRow]) -> frozenset[int]:
    """Ids of rows in which a text really is the word NULL."""
    doubtful = [column for index, column in enumerate(table.texts) if any(row.texts[index] == NULL for row in bulk)]
    if not doubtful:
        return frozenset()
    is_word = " OR ".join(f"{column}='NULL'" for column in doubtful)
    query = ContentQuery(uri=table.uri, projection=("_id",), where=f"{where} AND ({is_word})", sort="_id ASC")
    return frozenset(parse_ids(await read_rows(session, query), source=table.uri))


async def _alone(session: Session, table: StrictTable, row_id: int) -> StrictRow | BadRow | None:
    """One row, column by column; None when it is gone."""
    try:
        answer = await read_rows(session, _one(table, row_id, "_id", *table.numbers))
        lines = parse_numbers(answer, ("_id", *table.numbers), source=table.uri)
        if not lines:
            return None
        raw: list[bytes | None] = []
        size = 0
        for column in table.texts:
            answer = await read_rows(session, _one(table, row_id, column), max_bytes=2 * MIB)
            if not answer:
                return None
            value = parse_single(answer, column, source=table.uri)
            size += len(value)
            if size > LARGEST_ROW_BYTES:
                return BadRow(row_id=row_id, reason="too_large", size_bytes=size)
            raw.append(None if await _is_null(session, table, row_id, column, value) else value)
    except ParseError:
        return BadRow(row_id=row_id, reason="ambiguous", size_bytes=0)
    except ShellCommandError as error:
        if error.code is BridgeErrorCode.OUTPUT_TOO_LARGE:
            return BadRow(row_id=row_id, reason="too_large", size_bytes=2 * MIB)
        raise
    return StrictRow(row_id=row_id, numbers=lines[0][1:], raw=tuple(raw))


async def _is_null(session: Session, table: StrictTable, row_id: int, column: str, value: bytes) -> bool:
    if value != NULL:
        return False
    return bool(await read_rows(session, _one(table, row_id, "_id", where=f"{column} IS NULL")))


def _one(table: StrictTable, row_id: int, *columns: str, where: str | None = None) -> ContentQuery:
    """Columns of one row, if it also fulfils `where`."""
    if table.single is Single.PATH:
        return ContentQuery(uri=f"{table.uri}/{row_id}", projection=columns, where=where)
    among = f"_id={row_id}"
    return ContentQuery(uri=table.uri, projection=columns, where=among if where is None else f"{among} AND {where}")


def _where(table: StrictTable, ids: Sequence[int]) -> str:
    among = f"_id IN ({','.join(map(str, ids))})"
    return f"{among} AND {table.condition}" if table.condition else among
