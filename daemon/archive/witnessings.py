"""Heads that left the box, and heads that came back and do not fit: ledgered, never changed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import ClassVar, Final

import msgspec

from crypto.checkpoints import Head, HeadSigner, SignedHead, read_head
from crypto.database import Database, Row

from .book import Read, Write
from .codes import from_micros, to_micros
from .head_history import HeadStanding, head_of, newest_head, root_of_history, signed_at_us, standing_of
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .rows import row_as
from .tile_store import tree_in
from .transaction import Transaction

MOST_WITNESSINGS: Final = 1_000
ROOT_DIGITS: Final = 16
"""Of a root, as people type them from paper: 64 bits."""
CHECK_DIGITS: Final = 8
_NAME: Final = KINDS_OF_ENTRY[LedgerKind.WITNESS].name
_INSERT: Final = """
INSERT INTO witnessings (ledger_index, at, way, witness, witness_at, size, root, outcome, actor, note)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_SELECT: Final = """
SELECT ledger_index, at, way, witness, witness_at, size, root, outcome, actor, note FROM witnessings"""


class WitnessWay(IntEnum):
    """How a head is outside. Numbers are kept in files."""

    FILE = 1
    """A witness file, on a USB stick or a share."""
    PRINT = 2
    """On paper."""
    COSIGNATURE = 3
    """Signed by a witness, who remembers it."""
    SHOWN = 4
    """A head that somebody brought to compare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessDraft:
    """What is to be kept of a witnessing."""

    way: WitnessWay
    witness: str
    """Where or with whom, at most 200 characters."""
    witness_at: datetime | None
    """The witness's own clock; None when it has said none."""
    head: Head
    outcome: HeadStanding
    actor: str
    note: str | None
    """The signed head with all signatures; None for a typed one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessing:
    """One, as kept."""

    ledger_index: int
    at: datetime
    way: WitnessWay
    witness: str
    witness_at: datetime | None
    size: int
    root: bytes
    outcome: HeadStanding
    actor: str
    note: str | None

    @property
    def signed(self) -> SignedHead | None:
        """The head; None when it was typed."""
        return None if self.note is None else read_head(self.note)


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessUnit:
    """One witnessing."""

    draft: WitnessDraft
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> Witnessing:
        """Write it."""
        draft = self.draft
        columns = (
            to_micros(transaction.now),
            int(draft.way),
            draft.witness[:200],
            None if draft.witness_at is None else to_micros(draft.witness_at),
            draft.head.size,
            draft.head.root,
            draft.outcome.value,
            draft.actor,
            draft.note,
        )
        index = transaction.ledger.append_row(LedgerKind.WITNESS, _NAME, *columns)
        transaction.database.execute(_INSERT, (index, *columns))
        return _of((index, *columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignHeadUnit:
    """Have the ledger's head signed with the commit of this unit, whenever the last one was signed."""

    row_count: ClassVar[int] = 0
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        """Ask for it; it is signed when the transaction is flushed."""
        transaction.ledger.want_head()


class WitnessBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read, *, signer: HeadSigner, origin: str) -> None:
        self._write = write
        self._read = read
        self._signer = signer
        self._origin = origin

    def check_digits(self, size: int, root: str) -> str:
        """Digits that only this store makes for a head's size and the beginning of its root (hexadecimal)."""
        text = f"typed head\n{size}\n{root[:ROOT_DIGITS].lower()}\n"
        signed = self._signer.sign_text(self._origin, text)  # Ed25519: the same text has the same signature
        return hashlib.sha256(signed.encode()).hexdigest()[:CHECK_DIGITS]

    async def add(self, draft: WitnessDraft) -> Witnessing:
        """Keep one."""
        return await self._write(WitnessUnit(draft=draft))

    async def sign_head(self) -> SignedHead | None:
        """Sign the ledger as it is; None when it has no entry yet."""
        await self._write(SignHeadUnit())
        return await self._read(newest_head)

    async def newest_head(self) -> SignedHead | None:
        """The last one that was signed."""
        return await self._read(newest_head)

    async def signed_at(self, size: int) -> datetime | None:
        """When the archive signed its head of this size; None when it has none."""
        at = await self._read(lambda database: signed_at_us(database, size))
        return None if at is None else from_micros(at)

    async def head_of(self, size: int) -> SignedHead | None:
        """The head that was signed at this size; None when none was."""
        return await self._read(lambda database: head_of(database, size))

    async def root_at(self, size: int) -> bytes | None:
        """The ledger's root when it had `size` entries, from the leaves alone; None when it never had."""
        return await self._read(lambda database: root_of_history(database, size))

    async def path_from(self, old_size: int, size: int) -> tuple[bytes, ...]:
        """The consistency proof between two sizes of the ledger. IntegrityError when leaves are missing."""
        return await self._read(lambda database: tree_in(database, size).consistency(old_size))

    async def standing_of(self, heads: tuple[Head, ...]) -> tuple[HeadStanding, ...]:
        """Each head against the ledger as it is now."""
        return await self._read(lambda database: tuple(standing_of(database, head) for head in heads))

    async def all(self, limit: int = MOST_WITNESSINGS) -> tuple[Witnessing, ...]:
        """Newest first."""
        return await self._read(lambda database: all_witnessings(database, limit))

    async def last_kept(self) -> Witnessing | None:
        """The newest time a head left the box; None when none ever did."""
        return await self._read(_last_kept)

    async def alarm(self) -> Witnessing | None:
        """The newest head from outside that did not fit; None when all did."""
        return await self._read(_alarm)


def all_witnessings(database: Database, limit: int) -> tuple[Witnessing, ...]:
    """Newest first."""
    sql = _SELECT + " ORDER BY ledger_index DESC LIMIT ?"
    return tuple(_of(row) for row in database.execute(sql, (max(1, min(limit, MOST_WITNESSINGS)),)))


def _last_kept(database: Database) -> Witnessing | None:
    sql = _SELECT + " WHERE outcome = ? AND way <> ? ORDER BY ledger_index DESC LIMIT 1"
    row = database.fetch_one(sql, (HeadStanding.CONTINUED.value, int(WitnessWay.SHOWN)))
    return None if row is None else _of(row)


def _alarm(database: Database) -> Witnessing | None:
    row = database.fetch_one(
        _SELECT + " WHERE outcome <> ? ORDER BY ledger_index DESC LIMIT 1", (HeadStanding.CONTINUED.value,)
    )
    return None if row is None else _of(row)


class _WitnessRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    at: int
    way: int
    witness: str
    witness_at: int | None
    size: int
    root: bytes
    outcome: str
    actor: str
    note: str | None


def _of(stored: Row) -> Witnessing:
    row = row_as(_WitnessRow, stored)
    return Witnessing(
        ledger_index=row.ledger_index,
        at=from_micros(row.at),
        way=WitnessWay(row.way),
        witness=row.witness,
        witness_at=None if row.witness_at is None else from_micros(row.witness_at),
        size=row.size,
        root=row.root,
        outcome=HeadStanding(row.outcome),
        actor=row.actor,
        note=row.note,
    )
