"""What the archive keeps of alerts on their way out: messages, channels, and what is asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

import msgspec

from crypto.database import Database, Row, SqlValue

from .codes import from_micros
from .records import ArchivedAlert
from .rows import row_as

EVERY_CHANNEL: Final = "*"
"""In the table of channels: what holds for all of them."""
COLUMNS: Final = (
    "m.message_no, m.message_id, m.channel, m.kind, m.state, m.made_at, m.due_at, m.tries, m.first_tried_at, "
    "m.ended_at, m.code, (SELECT count(*) FROM delivery_items i WHERE i.message_no = m.message_no)"
)


class MessageKind(IntEnum):
    """Numbers are kept in files."""

    ALERT = 1
    DIGEST = 2
    ESCALATION = 3


class MessageState(IntEnum):
    """Numbers are kept in files."""

    WAITING = 1
    """Also while it is tried: who was killed then tries it again."""
    SENT = 2
    DEAD = 3
    """Given up, until somebody has it tried again."""
    DROPPED = 4
    """Given up for good by somebody."""
    NEEDLESS = 5
    """Its alerts were handled or deleted before it was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """An alert that is to go to a channel."""

    channel: str
    alert_id: str
    kind: MessageKind
    topic: str
    """Alerts of the same go together."""
    due_at: datetime
    group: timedelta
    """A message of a topic comes no sooner than so long after the one before."""
    escalate_after: timedelta | None
    is_escalation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedMessage:
    """A message and how it stands."""

    message_no: int
    message_id: str
    """`dl_…`, the same at every try."""
    channel: str
    kind: MessageKind
    state: MessageState
    made_at: datetime
    due_at: datetime
    tries: int
    first_tried_at: datetime | None
    ended_at: datetime | None
    code: str | None
    """What went wrong last; None: nothing, or never tried."""
    alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenMessage:
    """A message that is tried now, with its alerts, oldest first."""

    message: ArchivedMessage
    alerts: tuple[ArchivedAlert, ...]
    """200 at most."""
    count: int
    """Of all its alerts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedChannel:
    """How a channel stands."""

    channel: str
    failures: int = 0
    """Tries in a row that went wrong."""
    not_before: datetime | None = None
    last_ok_at: datetime | None = None
    last_bad_at: datetime | None = None
    code: str | None = None
    held_until: datetime | None = None
    held_by: str | None = None
    waiting: int = 0
    dead: int = 0


class _MessageRow(msgspec.Struct, array_like=True, frozen=True):
    message_no: int
    message_id: str
    channel: str
    kind: int
    state: int
    made_at: int
    due_at: int
    tries: int
    first_tried_at: int | None
    ended_at: int | None
    code: str | None
    alerts: int


class _ChannelRow(msgspec.Struct, array_like=True, frozen=True):
    channel: str
    failures: int
    not_before: int | None
    last_ok_at: int | None
    last_bad_at: int | None
    code: str | None
    held_until: int | None
    held_by: str | None


def message_of(stored: Row) -> ArchivedMessage:
    """A row of COLUMNS."""
    row = row_as(_MessageRow, stored)
    return ArchivedMessage(
        message_no=row.message_no,
        message_id=row.message_id,
        channel=row.channel,
        kind=MessageKind(row.kind),
        state=MessageState(row.state),
        made_at=from_micros(row.made_at),
        due_at=from_micros(row.due_at),
        tries=row.tries,
        first_tried_at=_moment(row.first_tried_at),
        ended_at=_moment(row.ended_at),
        code=row.code,
        alerts=row.alerts,
    )


def messages_of(database: Database, sql: str, parameters: tuple[SqlValue, ...]) -> tuple[ArchivedMessage, ...]:
    """Of a query over COLUMNS."""
    return tuple(map(message_of, database.fetch_all(sql, parameters)))


def channels_of(database: Database) -> dict[str, ArchivedChannel]:
    """By name; EVERY_CHANNEL among them when it was ever held."""
    counts: dict[tuple[str, int], int] = {}
    sql = "SELECT channel, state, count(*) FROM delivery_messages WHERE state IN (1, 3) GROUP BY channel, state"
    for channel, state, count in database.execute(sql):
        if isinstance(channel, str) and isinstance(state, int) and isinstance(count, int):
            counts[channel, state] = count
    columns = "channel, failures, not_before, last_ok_at, last_bad_at, code, held_until, held_by"
    rows = database.fetch_all(f"SELECT {columns} FROM delivery_channels")  # noqa: S608 - no data in it
    known = {row.channel: row for row in (row_as(_ChannelRow, stored) for stored in rows)}
    found: dict[str, ArchivedChannel] = {}
    for name in dict.fromkeys((*known, *(channel for channel, _ in counts))):
        row = known.get(name) or _ChannelRow(name, 0, None, None, None, None, None, None)
        found[name] = ArchivedChannel(
            channel=name,
            failures=row.failures,
            not_before=_moment(row.not_before),
            last_ok_at=_moment(row.last_ok_at),
            last_bad_at=_moment(row.last_bad_at),
            code=row.code,
            held_until=_moment(row.held_until),
            held_by=row.held_by,
            waiting=counts.get((name, MessageState.WAITING), 0),
            dead=counts.get((name, MessageState.DEAD), 0),
        )
    return found


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
