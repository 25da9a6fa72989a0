"""Forgetting again: a restored archive is older than deletions that were made after its snapshot.

Records whose key was destroyed since cannot be read; records that a request erased since can, and must not come back.
Both go under certificates of the restored archive's own ledger.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar, Final

from crypto.database import Database

from .deletions import MOST_AT_A_TIME
from .erasing import Cause, erase_events
from .ledger_kinds import LedgerKind
from .transaction import Transaction

DELETIONS_SINCE: Final = 5
"""The first schema with certificates of deletion."""
COMMITMENT_BYTES: Final = 8
"""Of a commitment, enough to tell that an index means the same record in a ledger that went on from a restore."""
_UNREADABLE: Final = """
SELECT ledger_index FROM events WHERE key_no NOT IN (SELECT value FROM json_each(?)) ORDER BY ledger_index LIMIT ?"""
_ERASED: Final = """
SELECT l.ledger_index, substr(l.commitment, 1, ?) FROM ledger l JOIN deletions d ON d.ledger_index = l.deleted_by
WHERE l.kind = ? AND (d.cause <> 'retention' OR d.data_class = '') ORDER BY l.ledger_index"""
_ANY_ERASED: Final = "SELECT 1 FROM deletions WHERE cause <> 'retention' OR data_class = '' LIMIT 1"
_PRESENT: Final = """
SELECT l.ledger_index FROM json_each(?) g
JOIN ledger l ON l.ledger_index = json_extract(g.value, '$[0]')
JOIN events e ON e.ledger_index = l.ledger_index
WHERE hex(substr(l.commitment, 1, ?)) = json_extract(g.value, '$[1]') ORDER BY l.ledger_index"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedEntry:
    """A record that was deleted on purpose, and not for its age."""

    ledger_index: int
    commitment: bytes
    """Its first `COMMITMENT_BYTES`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetUnit:
    """One step: records under keys that are gone, then records that were erased elsewhere. Returns how many."""

    sound_keys: tuple[int, ...]
    erased: tuple[ErasedEntry, ...]
    actor: str
    row_count: ClassVar[int] = MOST_AT_A_TIME
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> int:
        """At most so many of each as one certificate takes; 0 when nothing is left."""
        database = transaction.database
        rows = database.fetch_all(_UNREADABLE, (json.dumps(self.sound_keys), MOST_AT_A_TIME))
        lost = [index for (index,) in rows if isinstance(index, int)]
        # Which files they name cannot be read; whoever restores looks for files that nothing names.
        database.execute(
            "DELETE FROM event_files WHERE event_index IN (SELECT value FROM json_each(?))", (json.dumps(lost),)
        )
        count = erase_events(transaction, lost, self._cause("its key was destroyed after the snapshot")).events
        again = _present(database, self.erased)[:MOST_AT_A_TIME]
        return count + erase_events(transaction, again, self._cause("it was erased after the snapshot")).events

    def _cause(self, reason: str) -> Cause:
        return Cause(cause="restored", data_class="", actor=self.actor, reason=reason)


def erased_entries(database: Database) -> tuple[ErasedEntry, ...]:
    """Events that this archive erased for another cause than their age, or that a hold had kept over their time (their
    certificates name no class, and the key they were under last stays): what a restore must erase again.
    """
    if database.fetch_one(_ANY_ERASED) is None:
        return ()
    rows = database.execute(_ERASED, (COMMITMENT_BYTES, int(LedgerKind.EVENT)))
    return tuple(
        ErasedEntry(ledger_index=index, commitment=commitment)
        for index, commitment in rows
        if isinstance(index, int) and isinstance(commitment, bytes)
    )


def file_tokens(database: Database) -> frozenset[bytes]:
    """Of every file that a record names."""
    rows = database.execute("SELECT DISTINCT token FROM event_files")
    return frozenset(token for (token,) in rows if isinstance(token, bytes))


def _present(database: Database, erased: Collection[ErasedEntry]) -> list[int]:
    if not erased:
        return []
    wanted = json.dumps([(one.ledger_index, one.commitment.hex().upper()) for one in erased])
    rows = database.execute(_PRESENT, (wanted, COMMITMENT_BYTES))
    return [index for (index,) in rows if isinstance(index, int)]
