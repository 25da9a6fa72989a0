"""Wipes, step by step: each a ledgered row that is on the disk before the phone is told of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import ClassVar, Final

import msgspec

from adb_bridge.records import DeviceSerial
from crypto.database import Database, Row

from .book import Read, Write
from .codes import from_micros, to_micros
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .rows import row_as
from .transaction import Transaction

_NAME: Final = KINDS_OF_ENTRY[LedgerKind.WIPE_STEP].name
_OF: Final = """
SELECT ledger_index, command_id, device, at, stage, code, facts FROM wipe_steps WHERE command_id = ?
ORDER BY ledger_index"""
_LAST: Final = """
SELECT ledger_index, command_id, device, at, stage, code, facts FROM wipe_steps
WHERE ledger_index IN (SELECT max(ledger_index) FROM wipe_steps GROUP BY command_id) ORDER BY ledger_index DESC"""
_INSERT: Final = """
INSERT INTO wipe_steps (ledger_index, command_id, device, at, stage, code, facts) VALUES (?, ?, ?, ?, ?, ?, ?)"""


class WipeStage(IntEnum):
    """How far a wipe is. Numbers are kept in files: never reuse one."""

    READY = 1
    """The phone may be erased: checked, read a last time, marked. Nothing of it has changed."""
    CLEARING = 2
    """Its PIN is about to be taken away."""
    CLEARED = 3
    SENDING = 4
    """The order to erase itself is about to be given."""
    SENT = 5
    RETURNED = 6
    """It came back empty, and was recognised."""
    LOCKED = 7
    """It has a new PIN; the code tells if not."""
    UNENROLLED = 8
    """The last: the enrolment of the phone is ended."""
    CERTIFIED = 9
    """Verified; the facts are the certificate."""
    PUT_BACK = 20
    """It was not erased and is as it was before, its PIN included; the code tells if not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WipeStepDraft:
    """One step as it is taken."""

    command_id: str
    device: DeviceSerial
    stage: WipeStage
    code: str
    facts: str
    """JSON; `{}` for none. No PIN, no content of the phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedWipeStep:
    """One step that was taken."""

    ledger_index: int
    at: datetime
    step: WipeStepDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class WipeStepUnit:
    """Write one."""

    draft: WipeStepDraft
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedWipeStep:
        """With a signed head: what follows cannot be undone."""
        draft, at = self.draft, to_micros(transaction.now)
        columns = (draft.command_id, str(draft.device), at, int(draft.stage), draft.code, draft.facts)
        index = transaction.ledger.append_row(LedgerKind.WIPE_STEP, _NAME, *columns)
        transaction.ledger.want_head()
        transaction.database.execute(_INSERT, (index, *columns))
        return ArchivedWipeStep(ledger_index=index, at=from_micros(at), step=draft)


class WipeBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def note(self, draft: WipeStepDraft) -> ArchivedWipeStep:
        """On the disk when it returns."""
        return await self._write(WipeStepUnit(draft=draft))

    async def of(self, command_id: str) -> tuple[ArchivedWipeStep, ...]:
        """Every step of a wipe, oldest first."""
        return await self._read(lambda database: steps_of(database, command_id))

    async def last_steps(self) -> tuple[ArchivedWipeStep, ...]:
        """The last step of every wipe, newest first."""
        return await self._read(lambda database: tuple(map(_step, database.fetch_all(_LAST))))


def steps_of(database: Database, command_id: str) -> tuple[ArchivedWipeStep, ...]:
    """Oldest first."""
    return tuple(map(_step, database.fetch_all(_OF, (command_id,))))


class _StepRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    command_id: str
    device: str
    at: int
    stage: int
    code: str
    facts: str


def _step(stored: Row) -> ArchivedWipeStep:
    row = row_as(_StepRow, stored)
    return ArchivedWipeStep(
        ledger_index=row.ledger_index,
        at=from_micros(row.at),
        step=WipeStepDraft(
            command_id=row.command_id,
            device=DeviceSerial(row.device),
            stage=WipeStage(row.stage),
            code=row.code,
            facts=row.facts,
        ),
    )
