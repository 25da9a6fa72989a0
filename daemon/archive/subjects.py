"""What there is about a person: an employee's phones while they had them, a customer's number on every phone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adb_bridge.records import DeviceSerial, Source
from crypto.database import Database, SqlValue

from ..events import EventKind
from .book import Read
from .codes import KINDS, SOURCES, from_micros
from .content import ContentKeys
from .event_queries import SELECT_EVENTS, event_of
from .identifiers import EVENT_PREFIX, spell
from .people import (
    KnownContact,
    KnownPeer,
    KnownPlace,
    contacts_after,
    erased_people,
    first_said,
    newest_known,
    peers_after,
)
from .records import ArchivedEvent

MOST_EVENTS: Final = 1_000

_OF_EMPLOYEE: Final = """
SELECT e.ledger_index FROM events e JOIN enrolments n ON n.device_no = e.device_no
LEFT JOIN enrolment_ends x ON x.ledger_index = n.end_index
WHERE n.employee = ? AND e.received_at >= n.enrolled_at AND (x.at IS NULL OR e.received_at <= x.at)"""
_OF_PEER: Final = """
SELECT e.ledger_index FROM conversations c JOIN events e ON e.conversation_no = c.conversation_no
WHERE c.peer_token = ? UNION SELECT event_index FROM contact_numbers WHERE token = ?"""
_COUNT: Final = """
SELECT d.serial, e.kind, e.source, count(*), min(e.received_at), max(e.received_at)
FROM events e JOIN devices d ON d.device_no = e.device_no
WHERE e.ledger_index IN ({who}) GROUP BY d.serial, e.kind, e.source ORDER BY d.serial, e.kind, e.source"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeSubject:
    """By the name of the enrolments: what was collected while they had a phone."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSubject:
    """By the token of a number, on every phone; contacts with that number too."""

    token: bytes


DataSubject = EmployeeSubject | CustomerSubject


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingCount:
    """Records of one kind, source and phone."""

    device: DeviceSerial
    kind: EventKind
    source: Source
    count: int
    first_at: datetime
    """When the first of them was collected."""
    last_at: datetime


class SubjectBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, read: Read, content: ContentKeys) -> None:
        self._read = read
        self._content = content

    async def holdings(self, subject: DataSubject) -> tuple[HoldingCount, ...]:
        """Counts only; nothing is opened."""
        return await self._read(lambda database: holdings_of(database, subject))

    async def indexes(self, subject: DataSubject) -> tuple[int, ...]:
        """Ledger indexes of every record about the person, in order."""
        return await self._read(lambda database: indexes_of(database, subject))

    async def event_ids(self, subject: DataSubject) -> frozenset[str]:
        """Ids of every record about the person."""
        return await self._read(lambda database: event_ids_of(database, subject))

    async def events(self, subject: DataSubject, *, before: int | None = None) -> tuple[ArchivedEvent, ...]:
        """Newest in the ledger first, at most 1,000 with a ledger index below `before`."""
        return await self._read(lambda database: events_of(database, self._content, subject, before))

    async def newest_known(self) -> KnownPlace:
        """Where contacts, peers and deletions end now."""
        return await self._read(newest_known)

    async def contacts_after(self, ledger_index: int) -> tuple[KnownContact, ...]:
        """A page of contacts, oldest first."""
        return await self._read(lambda database: contacts_after(database, self._content, ledger_index))

    async def peers_after(self, conversation_no: int) -> tuple[tuple[int, KnownPeer], ...]:
        """A page of peers with their places, oldest first."""
        return await self._read(lambda database: peers_after(database, conversation_no))

    async def first_said(self, peer_tokens: tuple[bytes, ...]) -> dict[bytes, int]:
        """Where each number is met first."""
        return await self._read(lambda database: first_said(database, peer_tokens))

    async def erased_people(self) -> dict[bytes, int]:
        """Whose records were erased on request, and when last."""
        return await self._read(erased_people)


def holdings_of(database: Database, subject: DataSubject) -> tuple[HoldingCount, ...]:
    """Counts by phone, kind and source."""
    sql, parameters = _who(subject)
    found: list[HoldingCount] = []
    for row in database.execute(_COUNT.format(who=sql), parameters):
        match row:
            case (str(serial), int(kind), int(source), int(count), int(first), int(last)):
                found.append(
                    HoldingCount(
                        device=DeviceSerial(serial),
                        kind=KINDS[kind],
                        source=SOURCES[source],
                        count=count,
                        first_at=from_micros(first),
                        last_at=from_micros(last),
                    )
                )
            case _:
                continue
    return tuple(found)


def indexes_of(database: Database, subject: DataSubject) -> tuple[int, ...]:
    """In order, each once."""
    sql, parameters = _who(subject)
    return tuple(sorted({index for (index,) in database.execute(sql, parameters) if isinstance(index, int)}))


def event_ids_of(database: Database, subject: DataSubject) -> frozenset[str]:
    """`ev_…`, each once."""
    sql, parameters = _who(subject)
    rows = database.execute(f"SELECT event_id FROM events WHERE ledger_index IN ({sql})", parameters)  # noqa: S608
    return frozenset(spell(EVENT_PREFIX, token) for (token,) in rows if isinstance(token, bytes))


def events_of(
    database: Database, content: ContentKeys, subject: DataSubject, before: int | None
) -> tuple[ArchivedEvent, ...]:
    """Newest first."""
    sql, parameters = _who(subject)
    query = (
        f"{SELECT_EVENTS} WHERE e.ledger_index IN ({sql}) AND e.ledger_index < ? ORDER BY e.ledger_index DESC LIMIT ?"
    )
    rows = database.execute(query, (*parameters, 2**62 if before is None else before, MOST_EVENTS))
    return tuple(event_of(row, content) for row in rows)


def _who(subject: DataSubject) -> tuple[str, tuple[SqlValue, ...]]:
    match subject:
        case EmployeeSubject(name=name):
            return _OF_EMPLOYEE, (name,)
        case CustomerSubject(token=token):
            return _OF_PEER, (token, token)
