"""Looking after what is kept, a little at a time: damage is found when a backup of before is still there, not in court.

`verify` is the whole check. This one compares stretches of records with their leaves, and reads the file's pages.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from crypto.database import Database
from crypto.errors import CryptoErrorCode, IntegrityError

from .content import ContentKeys
from .identifiers import EVENT_PREFIX, spell
from .index_check import first_wrong_index
from .page_check import first_damaged_page
from .record_check import LEAVES, Damage, RecordCheck
from .records import VerifyProblem
from .table_check import first_old_table
from .transaction import Tokens

T = TypeVar("T")

_CHUNK: Final = 2_048
_FILE_OWNERS: Final = """
SELECT e.ledger_index, e.event_id, e.key_no, e.sealed FROM events e
WHERE e.ledger_index IN (
  SELECT DISTINCT event_index FROM event_files WHERE event_index > ? ORDER BY event_index LIMIT ?
) ORDER BY e.ledger_index"""
_DAMAGED: Final = frozenset(
    {CryptoErrorCode.DATABASE_DAMAGED, CryptoErrorCode.DATABASE_REOPEN, CryptoErrorCode.LEDGER_DAMAGED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOwner:
    """An event that names sealed files."""

    ledger_index: int
    event_id: str
    attributes: str


class ReadLong(Protocol):
    """`Readers.read`."""

    def __call__(self, query: Callable[[Database], T], *, timeout_s: float | None = ...) -> Awaitable[T]: ...


class ScrubBook:
    """A part of the archive. Reads only; raises what the archive raises, but for damage, which it returns."""

    def __init__(self, read: ReadLong, content: ContentKeys, tokens: Tokens, *, old_key: bytes) -> None:
        self._read = read
        self._content = content
        self._old_key = old_key
        self._tokens = tokens

    async def newest(self, entries: int) -> Damage | None:
        """The newest `entries` of the ledger: what was being written when the power went."""
        return await self._guarded(lambda database: self._stretch(database, None, entries))

    async def stretch(self, start: int, entries: int) -> Damage | None:
        """`entries` of the ledger from the index `start` on."""
        return await self._guarded(lambda database: self._stretch(database, start, entries))

    async def index(self, *, timeout_s: float | None = None) -> Damage | None:
        """The full-text index against all texts; a minute and 8 MB of memory for a million records.

        ReadTimeoutError after `timeout_s`; None: however long it takes.
        """
        return await self._guarded(
            lambda database: first_wrong_index(database, self._content, self._tokens), timeout_s=timeout_s
        )

    async def files_after(self, ledger_index: int) -> tuple[FileOwner, ...]:
        """Events with sealed files after a ledger index, some at a time; () at the end."""
        return await self._read(lambda database: _files_after(database, self._content, ledger_index), timeout_s=None)

    async def pages(self) -> Damage | None:
        """Every page of the file, which reads all of it at some hundred MB/s, and the tables outside the ledger."""
        key = self._tokens.of_table_sums()
        return await self._guarded(lambda database: first_damaged_page(database) or first_old_table(database, key))

    async def _guarded(
        self, check: Callable[[Database], Damage | None], *, timeout_s: float | None = None
    ) -> Damage | None:
        def run(database: Database) -> Damage | None:
            try:
                return check(database)
            except IntegrityError as error:
                if error.code not in _DAMAGED:
                    raise
                return VerifyProblem.PAGE_DAMAGED, error.detail[:200]

        return await self._read(run, timeout_s=timeout_s)

    def _stretch(self, database: Database, start: int | None, entries: int) -> Damage | None:
        size = database.fetch_value("SELECT ledger_size FROM archive_state")
        assert isinstance(size, int)
        at = max(1, size + 1 - entries) if start is None else max(1, start)
        last = min(size, at + entries - 1)
        check = RecordCheck(database, self._content, old_key=self._old_key)
        while at <= last:
            end = min(at + _CHUNK, last + 1)
            leaves = database.fetch_all(LEAVES, (at, end))
            if [row[0] for row in leaves] != list(range(at, end)):
                there = {row[0] for row in leaves}
                gap = next(index for index in range(at, end) if index not in there)
                return VerifyProblem.RECORD_MISSING, f"ledger:{gap}"
            if (damage := check.check(leaves, at, end).damage) is not None:
                return damage
            at = end
        return None


def _files_after(database: Database, content: ContentKeys, ledger_index: int) -> tuple[FileOwner, ...]:
    owners: list[FileOwner] = []
    for row in database.fetch_all(_FILE_OWNERS, (ledger_index, _CHUNK)):
        match row:
            case (int(index), bytes(event_id), int(key_no), bytes(sealed)):
                said = content.event(key_no, index, sealed)
                name = spell(EVENT_PREFIX, event_id)
                owners.append(FileOwner(ledger_index=index, event_id=name, attributes=said.attributes))
            case _:
                continue
    return tuple(owners)
