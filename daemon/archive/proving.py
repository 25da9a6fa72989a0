"""What a proof of one entry is made of: its leaf, its path, a signed head, and its content when that is disclosed."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from crypto.checkpoints import SignedHead
from crypto.database import Database, SqlValue
from crypto.errors import CryptoErrorCode, IntegrityError
from crypto.merkle import leaf_hash, verify_consistency, verify_inclusion
from crypto.tiles import TiledTree

from ..events import EventId
from .book import Read
from .content import ContentKeys
from .entry_content import opened
from .event_ids import index_of
from .head_history import newest_head
from .identifiers import ALERT_PREFIX, EVENT_PREFIX, spell, unspell
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind, content_of_row
from .tile_store import tree_in, tree_of_leaves

_ENTRY: Final = "SELECT kind, commitment, opening, deleted_by FROM ledger WHERE ledger_index = ?"
_ABOUT: Final = """
WITH about (event_index) AS (
  VALUES (?1)
  UNION SELECT event_index FROM alerts WHERE ledger_index = ?1
  UNION SELECT a.event_index FROM alert_changes c JOIN alerts a ON a.ledger_index = c.alert_index
    WHERE c.ledger_index = ?1
  UNION SELECT a.event_index FROM alert_assignments n JOIN alerts a ON a.ledger_index = n.alert_index
    WHERE n.ledger_index = ?1
  UNION SELECT event_index FROM corrections WHERE ledger_index = ?1
) SELECT event_id FROM events WHERE ledger_index IN (SELECT event_index FROM about)"""


class Disclosing(Enum):
    """How much of a record leaves."""

    NOTHING = auto()
    CONTENT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """An earlier head and the way from it."""

    signed: SignedHead
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of the ledger, with nothing of its content."""

    ledger_index: int
    kind: LedgerKind
    commitment: bytes
    is_old: bool
    """Of before schema 5: its commitment is keyed, so its content cannot be disclosed to who lacks the key."""
    deleted_by: int | None
    """The certificate of its deletion; None while the record is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """For a proof file."""

    entry: Entry
    opening: bytes | None
    """None, as `content`, when nothing is disclosed."""
    content: bytes | None
    path: tuple[bytes, ...]
    signed: SignedHead
    earlier: tuple[Connection, ...]


class ProofBook:
    """A part of the archive. Reads only; raises what the archive raises."""

    def __init__(self, read: Read, content: ContentKeys) -> None:
        self._read = read
        self._content = content

    async def entry(self, identifier: str) -> Entry | None:
        """By `ev_…`, `al_…`, a command's id, `audit:7` or `ledger:123`; None when there is none."""
        return await self._read(lambda database: _find(database, identifier))

    async def event_of(self, entry: Entry) -> EventId | None:
        """The id of the event that an entry is, or that an alert, its change or a correction is about; else None."""
        return await self._read(lambda database: _event_of(database, entry.ledger_index))

    async def evidence(
        self, ledger_index: int, disclosing: Disclosing, earlier: tuple[SignedHead, ...]
    ) -> Evidence | None:
        """None when the entry is gone, not under a signed head yet, or has nothing to disclose any more.

        `earlier`: heads of this ledger that are of its history; those larger than the newest head are left out.
        """
        return await self._read(lambda database: _evidence(database, self._content, ledger_index, disclosing, earlier))


def _find(database: Database, identifier: str) -> Entry | None:
    if identifier.startswith(EVENT_PREFIX):
        token = unspell(EVENT_PREFIX, identifier)
        return None if token is None else _entry_of(database, index_of(database, token))
    if identifier.startswith(ALERT_PREFIX):
        index = database.fetch_value("SELECT ledger_index FROM alerts WHERE alert_id = ?", (identifier,))
    elif (number := _number(identifier, "ledger:")) is not None:
        index = number
    elif (number := _number(identifier, "audit:")) is not None:
        index = database.fetch_value("SELECT ledger_index FROM audit WHERE audit_id = ?", (number,))
    else:
        index = database.fetch_value("SELECT ledger_index FROM commands WHERE command_id = ?", (identifier,))
    return _entry_of(database, index)


def _entry_of(database: Database, index: SqlValue) -> Entry | None:
    return entry_at(database, index) if isinstance(index, int) else None


def _event_of(database: Database, ledger_index: int) -> EventId | None:
    token = database.fetch_value(_ABOUT, (ledger_index,))
    return EventId(spell(EVENT_PREFIX, token)) if isinstance(token, bytes) else None


_KINDS: Final = frozenset(LedgerKind)


def entry_at(database: Database, ledger_index: int) -> Entry | None:
    """None when there is none."""
    match database.fetch_one(_ENTRY, (ledger_index,)):
        case (int(kind), bytes(commitment), (bytes() | None) as opening, (int() | None) as deleted_by) if (
            kind in _KINDS
        ):
            return Entry(
                ledger_index=ledger_index,
                kind=LedgerKind(kind),
                commitment=commitment,
                is_old=opening == b"",
                deleted_by=deleted_by,
            )
        case _:
            return None


def _evidence(
    database: Database,
    keys: ContentKeys,
    ledger_index: int,
    disclosing: Disclosing,
    earlier: tuple[SignedHead, ...],
) -> Evidence | None:
    entry, signed = entry_at(database, ledger_index), newest_head(database)
    if entry is None or signed is None or signed.size < ledger_index:
        return None
    opening = content = None
    if disclosing is Disclosing.CONTENT:
        disclosed = _content(database, keys, entry)
        if disclosed is None:
            return None
        opening, content = disclosed
    older = tuple(head for head in earlier if head.size <= signed.size)
    try:
        path, connections = _paths(tree_in(database, signed.size), entry, signed, older)
    except IntegrityError:  # a wrong cache of roots; verify names it
        path, connections = _paths(tree_of_leaves(database, signed.size), entry, signed, older)
    return Evidence(entry=entry, opening=opening, content=content, path=path, signed=signed, earlier=connections)


def _paths(
    tree: TiledTree, entry: Entry, signed: SignedHead, earlier: tuple[SignedHead, ...]
) -> tuple[tuple[bytes, ...], tuple[Connection, ...]]:
    """Paths that check. IntegrityError when they do not."""
    path = tree.inclusion(entry.ledger_index - 1)
    leaf = leaf_hash(entry.commitment)
    connections = tuple(Connection(signed=old, path=tree.consistency(old.size)) for old in earlier)
    is_right = verify_inclusion(leaf, entry.ledger_index - 1, signed.size, path, signed.root) and all(
        verify_consistency(one.signed.size, one.signed.root, signed.size, signed.root, one.path) for one in connections
    )
    if not is_right:
        raise IntegrityError(CryptoErrorCode.LEDGER_DAMAGED, f"no path for entry {entry.ledger_index}")
    return path, connections


def _content(database: Database, keys: ContentKeys, entry: Entry) -> tuple[bytes, bytes] | None:
    """Opening and content. None when the record is gone or its commitment is of the old form."""
    kind = KINDS_OF_ENTRY[entry.kind]
    row = database.fetch_one(kind.select, (entry.ledger_index, entry.ledger_index + 1))
    if row is None or entry.is_old:
        return None
    record = opened(kind, row, keys)
    opening = record.opening
    if opening is None:
        lying = database.fetch_value("SELECT opening FROM ledger WHERE ledger_index = ?", (entry.ledger_index,))
        opening = lying if isinstance(lying, bytes) else None
    return None if opening is None else (opening, content_of_row(kind.name, record.columns))


def _number(identifier: str, prefix: str) -> int | None:
    digits = identifier.removeprefix(prefix)
    is_one = digits != identifier and digits.isascii() and digits.isdecimal() and len(digits) <= 18
    return int(digits) if is_one else None
