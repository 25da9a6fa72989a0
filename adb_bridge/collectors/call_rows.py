"""Rows of content://call_log/calls: which columns a phone has, a list of numbers, whole rows.

Source: AOSP ContactsProvider `CallLogProvider` (9-15): strict projection, so `strict` reads the texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..clock import Clock
from ..content_query import ContentQuery, InvalidColumnError, column_names, parse_numbers, read_rows
from ..errors import ParseError
from ..records import CallRow, RawRecord, Source, UnreadableRow
from ..samples import sample_hash
from ..session import MIB, Session
from .strict import BadRow, StrictRow, StrictTable, read_strict

URI = "content://call_log/calls"

_NUMBERS = ("date", "duration", "type", "presentation", "last_modified")
_TEXTS = ("subscription_id", "number", "name")
REQUIRED = frozenset({"date", "duration", "type", "number"})
"""Columns that no call log lacks."""
_LARGEST_LIST = 4 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHead:
    """A row's numbers. Columns the phone lacks are None."""

    row_id: int
    numbers: tuple[int | None, ...]
    modified_ms: int | None

    def mark(self) -> str:
        """Changes with every number of the row."""
        return ",".join("" if value is None else str(value) for value in self.numbers)


async def list_calls(session: Session, where: str, *, limit: int | None, columns: Sequence[str]) -> list[CallHead]:
    """Rows by id, lowest first; at most `limit` where the phone cares, all where it does not sort.

    Args:
        columns: What the phone has; empty asks for ids alone, which every phone has.

    Raises:
        InvalidColumnError: the phone lacks one of `columns`.
        As `read_rows`.
    """
    names = tuple(name for name in _NUMBERS if name in columns)
    query = ContentQuery(
        uri=URI if limit is None else f"{URI}?limit={limit}",
        projection=("_id", *names),
        where=where,
        sort="_id ASC",
    )
    answer = await read_rows(session, query, max_bytes=_LARGEST_LIST)
    heads: list[CallHead] = []
    for row_id, *numbers in parse_numbers(answer, query.projection, source=URI):
        if row_id is None or row_id <= 0:
            raise ParseError(URI, sample_sha256=sample_hash(answer[:4096]), detail="no id")
        values = dict(zip(names, numbers, strict=True))
        heads.append(CallHead(row_id=row_id, numbers=tuple(numbers), modified_ms=values.get("last_modified")))
    ids = [head.row_id for head in heads]
    if len(set(ids)) != len(ids):
        raise ParseError(URI, sample_sha256=sample_hash(answer[:4096]), detail="order")
    if ids != sorted(ids):
        if limit is not None and len(ids) >= limit:
            return await list_calls(session, where, limit=None, columns=columns)
        heads.sort(key=lambda head: head.row_id)
    return heads


async def discover_columns(session: Session, row_id: int) -> tuple[str, ...]:
    """Those of our columns that the phone has, by one row without projection; nothing when the row is gone.

    Raises:
        As `read_rows`.
    """
    wanted = (*_NUMBERS, *_TEXTS)
    answer = await read_rows(session, ContentQuery(uri=f"{URI}/{row_id}"), max_bytes=_LARGEST_LIST)
    if not answer:
        return ()
    shown = column_names(answer, wanted) | REQUIRED
    return tuple(name for name in wanted if name in shown)


async def read_calls(
    session: Session, columns: tuple[str, ...], ids: Sequence[int], clock: Clock
) -> tuple[tuple[str, ...], list[RawRecord]]:
    """The rows, and the columns that this phone turned out to have; rows that vanished meanwhile are left out.

    Raises:
        InvalidColumnError: a column that no call log lacks.
        As `read_rows`.
    """
    if not ids:
        return columns, []
    while True:
        table = StrictTable(
            uri=URI,
            numbers=tuple(name for name in _NUMBERS if name in columns),
            texts=tuple(name for name in _TEXTS if name in columns),
        )
        try:
            rows = await read_strict(session, table, sorted(ids))
        except InvalidColumnError as error:
            if error.column not in columns or error.column in REQUIRED:
                raise
            columns = tuple(name for name in columns if name != error.column)
            continue
        collected_at = clock.now()
        return columns, [
            RawRecord(
                source=Source.CALL_LOG,
                source_key=str(row.row_id),
                row=_call(table, row) if isinstance(row, StrictRow) else _unreadable(row),
                collected_at=collected_at,
            )
            for row in rows
        ]


def _call(table: StrictTable, row: StrictRow) -> CallRow:
    numbers = dict(zip(table.numbers, row.numbers, strict=True))
    texts = dict(zip(table.texts, row.texts, strict=True))
    return CallRow(
        provider_id=row.row_id,
        number=texts.get("number"),
        date_ms=numbers.get("date") or 0,
        duration_s=numbers.get("duration") or 0,
        type=numbers.get("type") or 0,
        presentation=numbers.get("presentation"),
        subscription_id=texts.get("subscription_id"),
        cached_name=texts.get("name"),
        last_modified_ms=numbers.get("last_modified"),
    )


def _unreadable(row: BadRow) -> UnreadableRow:
    return UnreadableRow(provider_id=row.row_id, reason=row.reason, size_bytes=row.size_bytes)
