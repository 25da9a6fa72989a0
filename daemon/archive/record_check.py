"""The records of a stretch of the ledger against their leaves."""

from dataclasses import dataclass
from typing import Final

import msgspec

from crypto.database import Database, Row, SqlValue
from crypto.errors import CryptoErrorCode, IntegrityError

from ..events import EventKind
from .codes import KIND_CODES
from .content import ContentKeys
from .entry_content import EVENT_STATE, is_committed, opened
from .event_check import EventCheck
from .identifiers import EVENT_PREFIX, spell
from .ledger_kinds import KINDS_OF_ENTRY, KindOfEntry, LedgerKind
from .records import VerifyProblem

LEAVES: Final = """
SELECT ledger_index, kind, commitment, opening, deleted_by FROM ledger
WHERE ledger_index >= ? AND ledger_index < ? ORDER BY ledger_index"""
"""Leaves as `RecordCheck.check` takes them."""
_ABSENCE: Final = KIND_CODES[EventKind.ABSENCE]

Damage = tuple[VerifyProblem, str]
"""What, and where (`VerifyResult.first_bad`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A stretch."""

    records: int
    damage: Damage | None
    """The first one's; None when all are right."""


class RecordCheck:
    """One run over one snapshot of the database."""

    def __init__(self, database: Database, content: ContentKeys, *, old_key: bytes) -> None:
        self._database = database
        self._content = content
        self._old_key = old_key
        self._events = EventCheck(database, content, old_key=old_key)

    @property
    def marked_events(self) -> int:
        """So many events looked at so far name a change of their presence."""
        return self._events.marked

    def check(self, leaves: list[Row], start: int, end: int) -> Checked:
        """The records of the ledger indexes `start` to before `end`; `leaves` are all of theirs, rows of LEAVES."""
        damaged: list[tuple[int, VerifyProblem, str]] = []
        seen, doubtful = self._events.check(start, end, leaves)
        for index in doubtful:
            if not self._look_closer(KINDS_OF_ENTRY[LedgerKind.EVENT], leaves, start, (index, index + 1), damaged):
                seen.discard(index)  # of a phone that is not there: no list shows it
        for entry in KINDS_OF_ENTRY.values():
            if entry.kind is not LedgerKind.EVENT:
                seen |= self._look_closer(entry, leaves, start, (start, end), damaged)
        seen.update(start + at for at, row in enumerate(leaves) if row[4] is not None)
        if len(seen) < end - start:
            missing = next(index for index in range(start, end) if index not in seen)
            damaged.append((missing, VerifyProblem.RECORD_MISSING, f"ledger:{missing}"))
        return Checked(records=len(seen), damage=min(damaged)[1:] if damaged else None)

    def _look_closer(
        self,
        entry: KindOfEntry,
        leaves: list[Row],
        start: int,
        stretch: tuple[int, int],
        damaged: list[tuple[int, VerifyProblem, str]],
    ) -> set[int]:
        """The ledger indexes of a kind's records, each compared with its leaf."""
        seen: set[int] = set()
        for row in self._database.execute(entry.select, stretch):
            index = row[0]
            assert isinstance(index, int)
            _, kind, commitment, opening, deleted_by = leaves[index - start]
            if kind != entry.kind or deleted_by is not None:
                damaged.append((index, VerifyProblem.RECORD_WITHOUT_LEAF, _name_of(entry, row)))
            elif (problem := self._problem_of(entry, row, commitment, opening)) is not None:
                damaged.append((index, problem, _name_of(entry, row)))
            seen.add(index)
        return seen

    def _problem_of(
        self, entry: KindOfEntry, row: Row, commitment: SqlValue, opening: SqlValue
    ) -> VerifyProblem | None:
        assert isinstance(commitment, bytes) and (opening is None or isinstance(opening, bytes))
        try:
            record = opened(entry, row, self._content)
        except IntegrityError as error:
            is_key_gone = error.code is CryptoErrorCode.SEALED_KEY_MISSING
            return VerifyProblem.KEY_MISSING if is_key_gone else VerifyProblem.RECORD_CHANGED
        except msgspec.MsgspecError:
            return VerifyProblem.RECORD_CHANGED
        is_right = is_committed(entry, record, commitment=commitment, ledger_opening=opening, old_key=self._old_key)
        if is_right and (entry.kind is not LedgerKind.EVENT or _is_state_plain(row[EVENT_STATE])):
            return None
        return VerifyProblem.RECORD_CHANGED


def _is_state_plain(state: tuple[SqlValue, ...]) -> bool:
    """Without a ledgered change an event is current, and a finding of absence never is."""
    kind, is_current, change = state
    if kind == _ABSENCE:
        return is_current == 0 and change is None
    return change is not None or is_current == 1


def _name_of(entry: KindOfEntry, row: Row) -> str:
    name = row[1]
    if entry.kind is LedgerKind.EVENT and isinstance(name, bytes):
        return spell(EVENT_PREFIX, name)
    return str(name)
