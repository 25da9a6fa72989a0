"""Alerts on their way to people: which message takes which alert to which channel, and what became of it.

An alert is in one message of a channel at most, whatever happens: a message that is tried keeps its id until it ended,
so that who gets it twice can tell. `take` writes that a message is tried before anything is sent.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

import msgspec

from crypto.database import Database

from ..api.wire import AlertStatus
from .alerts import alerts_at
from .book import Read, Write
from .codes import ALERT_STATUS_CODES, from_micros, to_micros
from .content import ContentKeys
from .delivery_records import (
    COLUMNS,
    ArchivedChannel,
    ArchivedMessage,
    MessageKind,
    MessageState,
    TakenMessage,
    Ticket,
    channels_of,
    message_of,
    messages_of,
)
from .errors import IllegalTransitionError, RecordNotFoundError
from .transaction import Transaction

MESSAGE_PREFIX: Final = "dl_"
MOST_ALERTS: Final = 200
"""Alerts of a message that are read; it says how many more there are."""
MERGE_FROM: Final = 5
"""So many messages that are due at once become one."""
KEPT: Final = timedelta(days=30)
DEAD_KEPT: Final = timedelta(days=90)
_OPEN: Final = ALERT_STATUS_CODES[AlertStatus.OPEN]
_SELECT: Final = f"SELECT {COLUMNS} FROM delivery_messages m"  # noqa: S608 - no data in it
_DUE: Final = " WHERE m.channel = ? AND m.state = 1 AND m.due_at <= ?"
_INSERT: Final = """
INSERT INTO delivery_messages (message_id, channel, kind, topic, state, made_at, due_at, tries)
VALUES (?, ?, ?, ?, 1, ?, ?, 0) RETURNING message_no"""
_ITEM: Final = """
INSERT INTO delivery_items (channel, alert_index, is_escalation, message_no, escalate_at) VALUES (?, ?, ?, ?, ?)"""
_WAITING: Final = """
SELECT message_no FROM delivery_messages
WHERE channel = ? AND topic = ? AND state = 1 AND tries = 0 ORDER BY message_no DESC LIMIT 1"""
_LAST: Final = """
SELECT max(coalesce(tried_at, due_at)) FROM delivery_messages WHERE channel = ? AND topic = ? AND state IN (1, 2)"""
_UNANSWERED: Final = """
SELECT i.channel, i.alert_index, i.is_escalation, a.alert_id, a.status
FROM delivery_items i JOIN alerts a ON a.ledger_index = i.alert_index WHERE i.escalate_at <= ? LIMIT ?"""
_CHANNEL: Final = """
INSERT INTO delivery_channels (channel, failures, not_before, last_ok_at, last_bad_at, code) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (channel) DO UPDATE SET failures = excluded.failures, not_before = excluded.not_before,
  last_ok_at = coalesce(excluded.last_ok_at, last_ok_at), last_bad_at = coalesce(excluded.last_bad_at, last_bad_at),
  code = excluded.code"""
_HOLD: Final = """
INSERT INTO delivery_channels (channel, failures, held_until, held_by) VALUES (?, 0, ?, ?)
ON CONFLICT (channel) DO UPDATE SET held_until = excluded.held_until, held_by = excluded.held_by"""


def new_message_id() -> str:
    """One that nobody had."""
    return MESSAGE_PREFIX + secrets.token_hex(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteUnit:
    """Put alerts into messages; an alert that a channel has already, and one that is gone, does nothing."""

    tickets: tuple[Ticket, ...]
    is_collected: ClassVar[bool] = False

    @property
    def row_count(self) -> int:
        """Two for each."""
        return 2 * len(self.tickets)

    def apply(self, transaction: Transaction) -> frozenset[str]:
        """The channels that have something new."""
        return frozenset(one.channel for one in self.tickets if self._put(transaction, one))

    def _put(self, transaction: Transaction, ticket: Ticket) -> bool:
        database = transaction.database
        index = database.fetch_value("SELECT ledger_index FROM alerts WHERE alert_id = ?", (ticket.alert_id,))
        if index is None:
            return False
        place = (ticket.channel, index, int(ticket.is_escalation))
        known = "SELECT 1 FROM delivery_items WHERE channel = ? AND alert_index = ? AND is_escalation = ?"
        if database.fetch_value(known, place) is not None:
            return False
        message_no, due_at = self._message(transaction, ticket)
        wait = ticket.escalate_after
        database.execute(_ITEM, (*place, message_no, None if wait is None else to_micros(due_at + wait)))
        return True

    def _message(self, transaction: Transaction, ticket: Ticket) -> tuple[int, datetime]:
        """One that waits and was never tried, else a new one: not before the group's time is over."""
        database = transaction.database
        match database.fetch_one(_WAITING, (ticket.channel, ticket.topic)):
            case (int(message_no),):
                due = database.fetch_value("SELECT due_at FROM delivery_messages WHERE message_no = ?", (message_no,))
                return message_no, from_micros(due) if isinstance(due, int) else ticket.due_at
            case _:
                pass
        due_at = ticket.due_at
        last = database.fetch_value(_LAST, (ticket.channel, ticket.topic))
        if isinstance(last, int):
            due_at = max(due_at, from_micros(last) + ticket.group)
        row = (new_message_id(), ticket.channel, int(ticket.kind), ticket.topic, to_micros(transaction.now))
        number = database.fetch_value(_INSERT, (*row, to_micros(due_at)))
        assert isinstance(number, int)
        return number, due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeUnit:
    """The next message of a channel that is due is tried from now on."""

    channel: str
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> int | None:
        """Its number; None when none is due. Many that were never tried become one first."""
        database, now = transaction.database, to_micros(transaction.now)
        rows = database.fetch_all(_SELECT + _DUE + " ORDER BY m.tries, m.due_at, m.message_no", (self.channel, now))
        due = [message_of(row) for row in rows]
        if not due:
            return None
        fresh = [one for one in due if one.tries == 0 and one.kind is not MessageKind.ESCALATION]
        chosen = due[0]
        if len(fresh) >= MERGE_FROM:
            chosen = min(fresh, key=lambda one: one.message_no)
            for other in fresh:
                if other.message_no != chosen.message_no:
                    numbers = (chosen.message_no, other.message_no)
                    database.execute("UPDATE delivery_items SET message_no = ? WHERE message_no = ?", numbers)
                    database.execute("DELETE FROM delivery_messages WHERE message_no = ?", (other.message_no,))
            sql = "UPDATE delivery_messages SET kind = ? WHERE message_no = ?"
            database.execute(sql, (int(MessageKind.DIGEST), chosen.message_no))
        sql = """
UPDATE delivery_messages SET tries = tries + 1, tried_at = ?, first_tried_at = coalesce(first_tried_at, ?)
WHERE message_no = ?"""
        database.execute(sql, (now, now, chosen.message_no))
        return chosen.message_no


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeUnit:
    """What became of a try."""

    message_no: int
    channel: str
    state: MessageState
    code: str | None
    """None: the other end took it."""
    failures: int
    """Of the channel, in a row."""
    not_before: datetime | None
    """When the channel may be tried again; of this message too."""
    row_count: ClassVar[int] = 2
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        """Write it. What goes to the dead letters is handed on at once where somebody is to get it."""
        database, now = transaction.database, to_micros(transaction.now)
        again = None if self.not_before is None else to_micros(self.not_before)
        if self.state is MessageState.WAITING:
            sql = "UPDATE delivery_messages SET code = ?, due_at = ? WHERE message_no = ? AND state = 1"
            database.execute(sql, (self.code, now if again is None else again, self.message_no))
        else:
            sql = "UPDATE delivery_messages SET code = ?, state = ?, ended_at = ? WHERE message_no = ? AND state = 1"
            database.execute(sql, (self.code, int(self.state), now, self.message_no))
        if self.state is MessageState.DEAD:
            sql = "UPDATE delivery_items SET escalate_at = ? WHERE message_no = ? AND escalate_at > ?"
            database.execute(sql, (now, self.message_no, now))
        if self.state is MessageState.NEEDLESS:
            return
        is_good = self.code is None
        seen = (now, None) if is_good else (None, now)
        database.execute(_CHANNEL, (self.channel, self.failures, again, *seen, self.code))


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOnUnit:
    """Alerts that nobody acknowledged in time are handed on: what was due is taken off, `tickets` are put."""

    done: tuple[tuple[str, int, int], ...]
    """Channel, ledger index of the alert, is_escalation."""
    tickets: tuple[Ticket, ...]
    is_collected: ClassVar[bool] = False

    @property
    def row_count(self) -> int:
        """Of both."""
        return len(self.done) + 2 * len(self.tickets)

    def apply(self, transaction: Transaction) -> frozenset[str]:
        """The channels that have something new."""
        sql = "UPDATE delivery_items SET escalate_at = NULL WHERE channel = ? AND alert_index = ? AND is_escalation = ?"
        transaction.database.executemany(sql, self.done)
        return RouteUnit(tickets=self.tickets).apply(transaction)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadUnit:
    """A dead letter is tried again, under its old id, or given up. RecordNotFoundError; IllegalTransitionError."""

    message_id: str
    to: MessageState
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedMessage:
        """Write it."""
        database, now = transaction.database, to_micros(transaction.now)
        found = _one(database, self.message_id)
        if found.state is not MessageState.DEAD:
            raise IllegalTransitionError(current=found.state.name.lower(), to=self.to.name.lower())
        if self.to is MessageState.WAITING:
            sql = """
UPDATE delivery_messages SET state = 1, due_at = ?, first_tried_at = NULL, ended_at = NULL, tries = 1
WHERE message_no = ?"""
            database.execute(sql, (now, found.message_no))
            database.execute("UPDATE delivery_channels SET not_before = NULL WHERE channel = ?", (found.channel,))
        else:
            sql = "UPDATE delivery_messages SET state = ?, ended_at = ? WHERE message_no = ?"
            database.execute(sql, (int(self.to), now, found.message_no))
        return _one(database, self.message_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldUnit:
    """A channel waits until a moment, or not any more."""

    channel: str
    until: datetime | None
    actor: str
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        """Write it."""
        until = None if self.until is None else to_micros(self.until)
        transaction.database.execute(_HOLD, (self.channel, until, self.actor if self.until is not None else None))


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneUnit:
    """What ended long ago goes; what waited as long, as for a channel that is not there any more, is dropped."""

    row_count: ClassVar[int] = 100
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        """Write it."""
        database = transaction.database
        old = (to_micros(transaction.now - KEPT), to_micros(transaction.now - DEAD_KEPT))
        sql = "UPDATE delivery_messages SET state = ?, ended_at = ? WHERE state = 1 AND due_at < ?"
        database.execute(sql, (int(MessageState.DROPPED), to_micros(transaction.now), old[0]))
        gone = "SELECT message_no FROM delivery_messages WHERE ended_at < ? AND state <> 3 OR ended_at < ?"
        database.execute(f"DELETE FROM delivery_items WHERE message_no IN ({gone})", old)  # noqa: S608 - no data
        database.execute(f"DELETE FROM delivery_messages WHERE message_no IN ({gone})", old)  # noqa: S608 - no data


class DeliveryBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read, content: ContentKeys) -> None:
        self._write = write
        self._read = read
        self._content = content

    async def route(self, tickets: Sequence[Ticket]) -> frozenset[str]:
        """Put alerts into messages; the channels that have something new."""
        return await self._write(RouteUnit(tickets=tuple(tickets))) if tickets else frozenset()

    async def take(self, channel: str) -> TakenMessage | None:
        """The next message that is due; it counts as tried when this returns."""
        number = await self._write(TakeUnit(channel=channel))
        return None if number is None else await self._read(lambda database: self._taken(database, number))

    async def outcome(self, unit: OutcomeUnit) -> None:
        """What became of it."""
        await self._write(unit)

    async def unanswered(self, now: datetime, limit: int) -> tuple[tuple[str, int, int, str, bool], ...]:
        """Channel, ledger index, is_escalation, alert and whether it is open still: of what was to be acknowledged."""

        def query(database: Database) -> tuple[tuple[str, int, int, str, bool], ...]:
            rows = database.execute(_UNANSWERED, (to_micros(now), limit))
            return tuple(msgspec.convert((*row[:4], row[4] == _OPEN), tuple[str, int, int, str, bool]) for row in rows)

        return await self._read(query)

    async def hand_on(self, unit: HandOnUnit) -> frozenset[str]:
        """The channels that have something new."""
        return await self._write(unit)

    async def channels(self) -> dict[str, ArchivedChannel]:
        """How every channel stands that ever was used; also of those that the configuration does not name now."""
        return await self._read(channels_of)

    async def next_due(self, channel: str) -> datetime | None:
        """When the next message of a channel is due; None for none."""
        sql = "SELECT min(due_at) FROM delivery_messages WHERE channel = ? AND state = 1"
        due = await self._read(lambda database: database.fetch_value(sql, (channel,)))
        return from_micros(due) if isinstance(due, int) else None

    async def dead(self, limit: int) -> tuple[ArchivedMessage, ...]:
        """Dead letters, newest first."""
        sql = _SELECT + " WHERE m.state = 3 ORDER BY m.ended_at DESC, m.message_no DESC LIMIT ?"
        return await self._read(lambda database: messages_of(database, sql, (limit,)))

    async def move_dead(self, message_id: str, to: MessageState) -> ArchivedMessage:
        """Try it again or give it up. RecordNotFoundError; IllegalTransitionError for one that is not dead."""
        return await self._write(DeadUnit(message_id=message_id, to=to))

    async def hold(self, channel: str, until: datetime | None, actor: str) -> None:
        """Let a channel wait; None: not any more."""
        await self._write(HoldUnit(channel=channel, until=until, actor=actor))

    async def prune(self) -> None:
        """Forget what ended long ago."""
        await self._write(PruneUnit())

    def _taken(self, database: Database, number: int) -> TakenMessage:
        row = database.fetch_one(_SELECT + " WHERE m.message_no = ?", (number,))
        assert row is not None
        message = message_of(row)
        sql = "SELECT alert_index FROM delivery_items WHERE message_no = ? ORDER BY alert_index"
        indexes = [index for (index,) in database.execute(sql, (number,)) if isinstance(index, int)]
        alerts = alerts_at(database, self._content, indexes[-MOST_ALERTS:])
        return TakenMessage(message=message, alerts=tuple(alerts[one] for one in sorted(alerts)), count=len(indexes))


def _one(database: Database, message_id: str) -> ArchivedMessage:
    row = database.fetch_one(_SELECT + " WHERE m.message_id = ?", (message_id,))
    if row is None:
        raise RecordNotFoundError("delivery")
    return message_of(row)
