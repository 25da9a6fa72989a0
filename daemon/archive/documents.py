"""Impact assessments, notices and incidents: each step a ledgered row, the text of a version in the row that brought
it. Nothing is ever updated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from crypto.database import Database, Row

from ..api.documents import DocumentKind, DocumentStep
from .book import Read, Write
from .codes import from_micros, to_micros
from .errors import IllegalTransitionError, RecordNotFoundError
from .ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from .rows import row_as
from .transaction import Transaction

_NAME: Final = KINDS_OF_ENTRY[LedgerKind.DOCUMENT].name
DOCUMENT_CODES: Final = {DocumentKind.ASSESSMENT: 1, DocumentKind.NOTICE: 2, DocumentKind.INCIDENT: 3}
DOCUMENT_STEP_CODES: Final = {
    DocumentStep.WRITTEN: 1,
    DocumentStep.ACCEPTED: 2,
    DocumentStep.ACKNOWLEDGED: 3,
    DocumentStep.NOTED: 4,
    DocumentStep.TOLD: 5,
    DocumentStep.CLOSED: 6,
}
_DOCUMENTS: Final = {code: kind for kind, code in DOCUMENT_CODES.items()}
_STEPS: Final = {code: step for step, code in DOCUMENT_STEP_CODES.items()}
_SELECT: Final = """
SELECT ledger_index, document, name, step, at, actor, title, body, facts FROM documents
WHERE document = ? ORDER BY ledger_index LIMIT 10000"""
_NOTICES: Final = "SELECT version, sha256, body, first_used_at FROM notices ORDER BY first_used_at DESC"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDraft:
    """A step to keep."""

    kind: DocumentKind
    step: DocumentStep
    actor: str
    name: str | None = None
    """Of what is there: an assessment's or notice's version, an incident's id. None: a new one, which is named."""
    title: str | None = None
    """Who acknowledged or was told."""
    body: str | None = None
    facts: str = "{}"
    """Canonical JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedDocument:
    """A step that was kept."""

    ledger_index: int
    kind: DocumentKind
    name: str
    step: DocumentStep
    at: datetime
    actor: str
    title: str | None
    body: str | None
    facts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedNotice:
    """A notice that enrolments rest on."""

    version: str
    sha256: str
    text: str
    first_used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentUnit:
    """One step. RecordNotFoundError for a name that is not there; IllegalTransitionError after the end."""

    draft: DocumentDraft
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedDocument:
        """Write it. Assessments are numbered 1, 2, 3 …; incidents are named by their place in the ledger."""
        draft, database = self.draft, transaction.database
        steps = documents_of(database, draft.kind)
        name = draft.name
        if name is None:
            name = _new_name(draft.kind, steps, transaction.ledger.size + 1)
        elif draft.kind is not DocumentKind.NOTICE:
            _require_open(draft, [one.step for one in steps if one.name == name])
        columns = (
            DOCUMENT_CODES[draft.kind], name, DOCUMENT_STEP_CODES[draft.step], to_micros(transaction.now), draft.actor,
            draft.title, draft.body, draft.facts,
        )  # fmt: skip
        index = transaction.ledger.append_row(LedgerKind.DOCUMENT, _NAME, *columns)
        database.execute(
            "INSERT INTO documents (ledger_index, document, name, step, at, actor, title, body, facts) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (index, *columns),
        )
        return _document((index, *columns))


class DocumentBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def add(self, draft: DocumentDraft) -> ArchivedDocument:
        """RecordNotFoundError; IllegalTransitionError for what is closed, and for a version accepted twice."""
        return await self._write(DocumentUnit(draft=draft))

    async def steps(self, kind: DocumentKind) -> tuple[ArchivedDocument, ...]:
        """All of a kind, oldest first."""
        return await self._read(lambda database: documents_of(database, kind))

    async def notices(self) -> tuple[ArchivedNotice, ...]:
        """Every notice that an enrolment rests on, newest first."""
        return await self._read(notices_of)


def documents_of(database: Database, kind: DocumentKind) -> tuple[ArchivedDocument, ...]:
    """All steps of a kind, oldest first."""
    return tuple(_document(row) for row in database.execute(_SELECT, (DOCUMENT_CODES[kind],)))


def notices_of(database: Database) -> tuple[ArchivedNotice, ...]:
    """Newest first."""
    rows = [row_as(_NoticeRow, row) for row in database.execute(_NOTICES)]
    return tuple(
        ArchivedNotice(
            version=row.version,
            sha256=row.sha256.hex(),
            text=row.body,
            first_used_at=from_micros(row.first_used_at),
        )
        for row in rows
    )


def _new_name(kind: DocumentKind, steps: Iterable[ArchivedDocument], next_index: int) -> str:
    if kind is DocumentKind.ASSESSMENT:
        return str(max((int(one.name) for one in steps), default=0) + 1)
    return f"in_{next_index}"


def _require_open(draft: DocumentDraft, taken: list[DocumentStep]) -> None:
    if not taken:
        raise RecordNotFoundError(draft.kind.value)
    if DocumentStep.CLOSED in taken or (draft.step is DocumentStep.ACCEPTED and DocumentStep.ACCEPTED in taken):
        raise IllegalTransitionError(current=taken[-1].value, to=draft.step.value)


class _NoticeRow(msgspec.Struct, array_like=True, frozen=True):
    version: str
    sha256: bytes
    body: str
    first_used_at: int


class _DocumentRow(msgspec.Struct, array_like=True, frozen=True):
    ledger_index: int
    document: int
    name: str
    step: int
    at: int
    actor: str
    title: str | None
    body: str | None
    facts: str


def _document(stored: Row) -> ArchivedDocument:
    row = row_as(_DocumentRow, stored)
    return ArchivedDocument(
        ledger_index=row.ledger_index,
        kind=_DOCUMENTS[row.document],
        name=row.name,
        step=_STEPS[row.step],
        at=from_micros(row.at),
        actor=row.actor,
        title=row.title,
        body=row.body,
        facts=row.facts,
    )
