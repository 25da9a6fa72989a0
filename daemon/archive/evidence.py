"""What many records committed to, and the tree between them: for bundles, a few hundred at a time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from crypto.checkpoints import Head
from crypto.database import Database
from crypto.errors import CryptoErrorCode, IntegrityError

from .book import Read
from .content import ContentKeys
from .entry_content import opened
from .event_queries import events_at
from .ledger_kinds import KINDS_OF_ENTRY, KindOfEntry, LedgerKind, content_of_row
from .records import ArchivedEvent
from .tile_store import tree_in, tree_of_leaves

_LEDGER: Final = """
SELECT ledger_index, kind, commitment, opening FROM ledger
WHERE ledger_index IN (SELECT value FROM json_each(?)) ORDER BY ledger_index"""
_RANGE: Final = "{0}.ledger_index >= ? AND {0}.ledger_index < ?"
_THESE: Final = "{0}.ledger_index IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A record as the ledger committed to it."""

    ledger_index: int
    kind: LedgerKind
    commitment: bytes
    opening: bytes | None
    """None for entries of before schema 5: their commitment is keyed."""
    content: bytes


class EvidenceBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, read: Read, content: ContentKeys) -> None:
        self._read = read
        self._content = content

    async def opened(self, indexes: Sequence[int]) -> dict[int, Opened]:
        """What these entries say, by ledger index; without those whose record or key is gone."""
        return await self._read(lambda database: opened_at(database, self._content, indexes))

    async def events(self, indexes: Sequence[int]) -> dict[int, ArchivedEvent]:
        """Those of these entries that are events and are there."""
        return await self._read(lambda database: _events(database, self._content, indexes))

    async def nodes(self, head: Head, wanted: Sequence[tuple[int, int]]) -> tuple[bytes, ...]:
        """Roots of complete subtrees `(level, number)` of the tree under `head`.

        IntegrityError(LEDGER_DAMAGED) when the ledger does not have them any more.
        """
        return await self._read(lambda database: _nodes(database, head, wanted))


def opened_at(database: Database, content: ContentKeys, indexes: Sequence[int]) -> dict[int, Opened]:
    """See `EvidenceBook.opened`."""
    entries: dict[LedgerKind, list[tuple[int, bytes, bytes | None]]] = {}
    for row in database.execute(_LEDGER, (json.dumps(list(indexes)),)):
        match row:
            case (int(index), int(kind), bytes(commitment), (bytes() | None) as opening):
                entries.setdefault(LedgerKind(kind), []).append((index, commitment, opening))
            case _:
                continue
    found: dict[int, Opened] = {}
    for kind, of_kind in entries.items():
        entry = KINDS_OF_ENTRY[kind]
        rows = database.fetch_all(_select(entry), (json.dumps([index for index, _, _ in of_kind]),))
        by_index = {row[0]: row for row in rows}
        for index, commitment, lying in of_kind:
            if index not in by_index:
                continue
            try:
                record = opened(entry, by_index[index], content)
            except IntegrityError as error:
                if error.code is not CryptoErrorCode.SEALED_KEY_MISSING:
                    raise
                continue
            found[index] = Opened(
                ledger_index=index,
                kind=kind,
                commitment=commitment,
                opening=None if lying == b"" else record.opening or lying,
                content=content_of_row(entry.name, record.columns),
            )
    return found


def _events(database: Database, content: ContentKeys, indexes: Sequence[int]) -> dict[int, ArchivedEvent]:
    try:
        return events_at(database, content, indexes)
    except IntegrityError as error:
        if error.code is not CryptoErrorCode.SEALED_KEY_MISSING:
            raise
    found: dict[int, ArchivedEvent] = {}
    for index in indexes:  # a key was destroyed meanwhile: those under other keys are there
        try:
            found |= events_at(database, content, (index,))
        except IntegrityError as error:
            if error.code is not CryptoErrorCode.SEALED_KEY_MISSING:
                raise
    return found


def _select(entry: KindOfEntry) -> str:
    """A kind's query for these entries in place of a range of them."""
    alias = entry.select[entry.select.rindex("WHERE ") + 6 :].partition(".")[0]
    return entry.select.replace(_RANGE.format(alias), _THESE.format(alias))


def _nodes(database: Database, head: Head, wanted: Sequence[tuple[int, int]]) -> tuple[bytes, ...]:
    tree = tree_in(database, head.size)
    if tree.root() != head.root:  # a wrong cache of roots; verify names it
        tree = tree_of_leaves(database, head.size)
        if tree.root() != head.root:
            raise IntegrityError(CryptoErrorCode.LEDGER_DAMAGED, f"ledger of {head.size} entries")
    return tuple(tree.node(level, number) for level, number in wanted)
