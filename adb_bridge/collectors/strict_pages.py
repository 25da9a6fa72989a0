"""Pages of a provider that takes plain column names only, for messages: slow, and as exact."""

from collections.abc import Callable
from typing import Generic

from ..session import Session
from .census import Roll, id_page
from .paging import Item, Page, Window
from .strict import BadRow, StrictRow, StrictTable, read_strict


class StrictReader(Generic[Item]):
    """See `paging.Reader`."""

    def __init__(self, table: StrictTable, roll: Roll, make: Callable[[StrictRow | BadRow], Item]) -> None:
        """`make` turns a row into what the collector takes."""
        self._table = table
        self._roll = roll
        self._make = make

    async def read(self, session: Session, *, above: int, up_to: int | None, size: int) -> Window[Item]:
        """See `Reader`."""
        listed = await id_page(session, self._roll, above=above, rows=size)
        ids = [row_id for row_id in listed.ids if up_to is None or row_id <= up_to]
        rows = await read_strict(session, self._table, ids)
        page = Page(ids=[row.row_id for row in rows], items=[self._make(row) for row in rows], size_bytes=0)
        # A row that vanished between the two reads must not hide that there may be more.
        is_full = len(ids) == len(listed.ids) == size and bool(rows)
        return Window(above=above, page=page, is_full=is_full, next_size=size)
