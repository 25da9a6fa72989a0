"""What people asked to be put right or not to be kept: corrections beside records, and marks against collecting."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from crypto.database import Database

from ..api.rights import RequestStep
from ..events import EventId
from .book import Read, Write
from .codes import from_micros, to_micros
from .errors import RecordNotFoundError
from .event_ids import index_of
from .identifiers import CONVERSATION_PREFIX, EVENT_PREFIX, unspell
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .requests import ArchivedRequest, StepDraft, required_request, take_step
from .transaction import Transaction

_CORRECTION: Final = KINDS_OF_ENTRY[LedgerKind.CORRECTION].name
_MARK: Final = KINDS_OF_ENTRY[LedgerKind.PRIVACY_MARK].name
_MARKED: Final = """
SELECT token, is_conversation FROM privacy_marks m
WHERE is_private = 1 AND ledger_index = (SELECT max(ledger_index) FROM privacy_marks q WHERE q.token = m.token)"""
_CORRECTIONS: Final = """
SELECT event_index, ledger_index, at, body FROM corrections WHERE event_index IN (SELECT value FROM json_each(?))
ORDER BY ledger_index"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person says is right."""

    ledger_index: int
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Tokens of which nothing is collected any more."""

    peers: frozenset[bytes]
    """Of numbers, the same on every phone."""
    conversations: frozenset[bytes]
    """Of one phone."""

    def __bool__(self) -> bool:
        return bool(self.peers or self.conversations)


NO_MARKS: Final = Marks(peers=frozenset(), conversations=frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectUnit:
    """The same words beside some events. RecordNotFoundError, IllegalTransitionError."""

    request_id: str
    event_ids: tuple[EventId, ...]
    text: str
    actor: str
    is_collected: ClassVar[bool] = False

    @property
    def row_count(self) -> int:
        """Corrections."""
        return len(self.event_ids) + 1

    def apply(self, transaction: Transaction) -> ArchivedRequest:
        """Write them."""
        database = transaction.database
        request = required_request(database, self.request_id)
        at = to_micros(transaction.now)
        for event_id in dict.fromkeys(self.event_ids):
            token = unspell(EVENT_PREFIX, event_id)
            event_index = None if token is None else index_of(database, token)
            if event_index is None:
                raise RecordNotFoundError("event")
            columns = (event_index, request.ledger_index, at, self.actor, self.text)
            index = transaction.ledger.append_row(LedgerKind.CORRECTION, _CORRECTION, *columns)
            database.execute(
                "INSERT INTO corrections (ledger_index, event_index, request_index, at, actor, body) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (index, *columns),
            )
        step = StepDraft(
            step=RequestStep.CORRECTED, actor=self.actor, text=self.text, reference=str(len(self.event_ids))
        )
        take_step(transaction, request, step)
        return required_request(database, self.request_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkUnit:
    """Set or lift a mark. RecordNotFoundError, IllegalTransitionError."""

    request_id: str
    conversation: str | None
    """`cv_…`; None: the customer of the request."""
    is_private: bool
    actor: str
    reason: str
    row_count: ClassVar[int] = 2
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedRequest:
        """Write it."""
        database = transaction.database
        request = required_request(database, self.request_id)
        token = request.subject_token
        if self.conversation is not None:
            token = unspell(CONVERSATION_PREFIX, self.conversation)
            if database.fetch_one("SELECT 1 FROM conversations WHERE token = ?", (token,)) is None:
                raise RecordNotFoundError("conversation")
        if token is None:
            raise RecordNotFoundError("conversation")
        columns = (
            token, int(self.conversation is not None), int(self.is_private), request.ledger_index,
            to_micros(transaction.now), self.actor, self.reason,
        )  # fmt: skip
        index = transaction.ledger.append_row(LedgerKind.PRIVACY_MARK, _MARK, *columns)
        database.execute(
            "INSERT INTO privacy_marks (ledger_index, token, is_conversation, is_private, request_index, at, actor, "
            "reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (index, *columns),
        )
        step = RequestStep.MARKED if self.is_private else RequestStep.UNMARKED
        take_step(
            transaction,
            request,
            StepDraft(step=step, actor=self.actor, text=self.reason, reference=self.conversation),
        )
        return required_request(database, self.request_id)


class PrivacyBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def correct(
        self, request_id: str, event_ids: tuple[EventId, ...], *, text: str, actor: str
    ) -> ArchivedRequest:
        """All of them or none. RecordNotFoundError; IllegalTransitionError when it is no open request to correct."""
        return await self._write(CorrectUnit(request_id=request_id, event_ids=event_ids, text=text, actor=actor))

    async def mark(self, request_id: str, *, conversation: str | None, actor: str, reason: str) -> ArchivedRequest:
        """From its commit on nothing of the peer is collected, once the daemon's marks are read anew."""
        unit = MarkUnit(request_id=request_id, conversation=conversation, is_private=True, actor=actor, reason=reason)
        return await self._write(unit)

    async def lift(self, request_id: str, *, conversation: str | None, actor: str, reason: str) -> ArchivedRequest:
        """Collecting begins again; what came between stays uncollected unless the phone still has it."""
        unit = MarkUnit(request_id=request_id, conversation=conversation, is_private=False, actor=actor, reason=reason)
        return await self._write(unit)

    async def marks(self) -> Marks:
        """Those in force."""
        return await self._read(marks_in_force)

    async def corrections(self, ledger_indexes: Collection[int]) -> dict[int, tuple[Correction, ...]]:
        """By the event's ledger index, oldest first; events without one are left out."""
        if not ledger_indexes:
            return {}
        return await self._read(lambda database: corrections_of(database, ledger_indexes))


def marks_in_force(database: Database) -> Marks:
    """Those that were not lifted."""
    found: dict[bool, set[bytes]] = {True: set(), False: set()}
    for row in database.execute(_MARKED):
        match row:
            case (bytes(token), int(is_conversation)):
                found[bool(is_conversation)].add(token)
            case _:
                continue
    return Marks(peers=frozenset(found[False]), conversations=frozenset(found[True]))


def corrections_of(database: Database, ledger_indexes: Collection[int]) -> dict[int, tuple[Correction, ...]]:
    """By the event's ledger index, oldest first."""
    found: dict[int, tuple[Correction, ...]] = {}
    for row in database.execute(_CORRECTIONS, (json.dumps(list(ledger_indexes)),)):
        match row:
            case (int(event_index), int(ledger_index), int(at), str(text)):
                note = Correction(ledger_index=ledger_index, at=from_micros(at), text=text)
                found[event_index] = (*found.get(event_index, ()), note)
            case _:
                continue
    return found
