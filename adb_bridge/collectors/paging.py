"""Pages of a provider that takes expressions: as large as is comfortable, as small as a row needs.

Pages grow while they are small and shrink when an answer is too large, down to one row; a row that is too large alone
is named without its text.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

from ..content_query import ContentQuery, parse_ids, parse_numbers, read_rows
from ..errors import BridgeErrorCode, ParseError, ShellCommandError
from ..records import UnreadableRow
from ..samples import sample_hash
from ..session import MIB, Session

COMFORTABLE_BYTES = 1 * MIB
LARGEST_ANSWER = 4 * MIB
TIMEOUT_S = 60.0

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """Rows in ascending id order."""

    ids: list[int]
    items: list[Item]
    """As long as `ids`."""
    size_bytes: int
    """What the phone printed."""
    is_as_asked: bool = True
    """False: the phone printed them in another order, so a limit may have cut off any of them."""


def in_order(ids: list[int], items: list[Item], *, size_bytes: int, source: str) -> Page[Item]:
    """A page of rows as printed.

    Raises:
        ParseError: an id that no row has, or one twice.
    """
    is_as_asked = all(before < after for before, after in pairwise(ids))
    if not is_as_asked:
        places = sorted(range(len(ids)), key=ids.__getitem__)
        ids, items = [ids[at] for at in places], [items[at] for at in places]
    if ids and (ids[0] <= 0 or any(before == after for before, after in pairwise(ids))):
        raise ParseError(source, sample_sha256=sample_hash(repr(ids[:100]).encode()), detail="order")
    return Page(ids=ids, items=items, size_bytes=size_bytes, is_as_asked=is_as_asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Generic[Item]):
    """A page and what is known around it."""

    above: int
    """Only ids above this one were asked for."""
    page: Page[Item]
    is_full: bool
    """True when there may be more rows after the page."""
    next_size: int


class Reader(Protocol[Item]):
    """Reads a source page by page."""

    async def read(self, session: Session, *, above: int, up_to: int | None, size: int) -> Window[Item]:
        """At most `size` rows with `above` < id <= `up_to`, lowest first; fewer when they are large.

        Raises:
            As `Collector.collect`.
        """


class Table(Protocol[Item]):
    """A provider's table whose rows print as digits, type names and hex only."""

    uri: str

    def page_query(self, *, above: int, up_to: int | None, rows: int) -> ContentQuery:
        """At most `rows` rows with `above` < id <= `up_to`, lowest first."""

    def size_query(self, *, above: int, up_to: int | None) -> ContentQuery:
        """Id and twice the size of the next row without its text."""

    def parse_page(self, stdout: bytes) -> Page[Item]:
        """All rows or none, by `in_order`. Raises ParseError for anything that is not exactly such rows."""

    def first_id(self, stdout: bytes) -> int | None:
        """The id of a first row that starts well, however it goes on."""

    def unreadable(self, row: UnreadableRow) -> Item:
        """What stands for a row without its text."""


class PageReader(Generic[Item]):
    """Reads a `Table`."""

    def __init__(self, table: Table[Item], *, largest_page: int) -> None:
        self._table = table
        self._largest_page = largest_page
        self._is_sorted = True
        """Until a phone shows that it does not care for the order."""

    async def read(self, session: Session, *, above: int, up_to: int | None, size: int) -> Window[Item]:
        """See `Reader`."""
        table = self._table
        while True:
            bound = None if self._is_sorted else await self._bound(session, above=above, up_to=up_to, size=size)
            query = table.page_query(above=above, up_to=up_to if bound is None else bound, rows=size)
            try:
                answer = await read_rows(session, query, timeout_s=TIMEOUT_S, max_bytes=LARGEST_ANSWER)
            except ShellCommandError as error:
                if error.code is not BridgeErrorCode.OUTPUT_TOO_LARGE:
                    raise
                if size == 1:
                    return await self._skip(session, above=above, up_to=up_to, reason="too_large")
                size = max(1, size // 4)
                continue
            try:
                page = table.parse_page(answer)
            except ParseError:
                row_id = table.first_id(answer)
                if row_id is None or row_id <= above:
                    raise
                if size == 1:
                    return await self._skip(session, above=above, up_to=up_to, reason="ambiguous")
                size = max(1, size // 4)
                continue
            if not page.is_as_asked and self._is_sorted:
                self._is_sorted = False
                continue
            if page.ids and (page.ids[0] <= above or (up_to is not None and page.ids[-1] > up_to)):
                raise ParseError(table.uri, sample_sha256=sample_hash(answer[:4096]), detail="other rows")
            return Window(
                above=above,
                page=page,
                is_full=len(page.ids) >= size or (bound is not None and bool(page.ids)),
                next_size=self._next_size(size, page.size_bytes),
            )

    async def _bound(self, session: Session, *, above: int, up_to: int | None, size: int) -> int:
        """The id of the last of the next `size` rows, where the phone does not sort: by all ids."""
        where = f"_id>{above}" if up_to is None else f"_id>{above} AND _id<={up_to}"
        query = ContentQuery(uri=self._table.uri, projection=("_id",), where=where)
        answer = await read_rows(session, query, timeout_s=TIMEOUT_S, max_bytes=LARGEST_ANSWER)
        ids = sorted(parse_ids(answer, source=self._table.uri))[:size]
        return ids[-1] if ids else above

    async def _skip(self, session: Session, *, above: int, up_to: int | None, reason: str) -> Window[Item]:
        """Name the next row without its text, which cannot be read. The phone must still make sense without it."""
        query = self._table.size_query(above=above, up_to=up_to)
        answer = await read_rows(session, query)
        rows = parse_numbers(answer, query.projection, source=self._table.uri)
        if not rows or rows[0][0] is None:
            raise ParseError(
                self._table.uri, sample_sha256=sample_hash(answer[:4096]), detail="a row that came and went"
            )
        size = (rows[0][1] or 0) // 2
        row = UnreadableRow(provider_id=rows[0][0], reason=reason, size_bytes=size)
        page = Page(ids=[row.provider_id], items=[self._table.unreadable(row)], size_bytes=size)
        return Window(above=above, page=page, is_full=True, next_size=1)

    def _next_size(self, size: int, answer_bytes: int) -> int:
        if answer_bytes < COMFORTABLE_BYTES // 2:
            return max(1, min(size * 4, self._largest_page))
        if answer_bytes > COMFORTABLE_BYTES * 2:
            return max(1, size // 2)
        return size
