"""Re-scans in the archive: what was asked, how far it is, and what a step of it writes.

A step is one transaction: its alerts, and how far the re-scan is. Whatever happens in between, no event is looked at
by a re-scan twice and no alert is raised twice: an alert's id is its event's and its rule's.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import ClassVar, Final

import msgspec

from adb_bridge.records import DeviceSerial, Source
from crypto.database import Database, Row
from policies.model import Verdict

from .book import Read, Write
from .codes import SOURCE_CODES, from_micros, to_micros
from .content import ContentKeys
from .errors import IllegalTransitionError, RecordNotFoundError
from .event_conditions import Conditions
from .event_queries import SELECT_EVENTS, event_of
from .identifiers import EventToken, alert_id, event_id
from .raising import INSERT_ALERT, INSERT_UNTOLD, alert_row, document_of
from .records import ArchivedEvent
from .rows import row_as
from .transaction import Transaction

RESCAN_PREFIX: Final = "rs_"
KEPT: Final = 200
"""Re-scans that are remembered."""
_COLUMNS: Final = (
    "rescan_id, asked_at, asked_by, reason, scope, old_version, new_version, state, up_to, position, events, done, "
    "found, ended_at, ended_by"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM rescans"  # noqa: S608 - no data in it
_INSERT: Final = f"INSERT INTO rescans ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_FORGET: Final = """
DELETE FROM rescans WHERE state <> 1 AND rescan_id NOT IN (
  SELECT rescan_id FROM rescans ORDER BY asked_at DESC, rescan_id LIMIT ?)"""
_EVENT: Final = """
SELECT e.event_id, d.serial, e.device_no, e.key_no FROM events e JOIN devices d ON d.device_no = e.device_no
WHERE e.ledger_index = ?"""
_STEP: Final = "UPDATE rescans SET position = ?, done = done + ?, found = found + ? WHERE rescan_id = ?"
_END: Final = "UPDATE rescans SET state = ?, ended_at = ?, ended_by = ? WHERE rescan_id = ?"
_ANEW: Final = "UPDATE rescans SET new_version = ?, position = 0, done = 0 WHERE rescan_id = ?"


class RescanState(IntEnum):
    """Numbers are kept in files."""

    RUNNING = 1
    """Also while the daemon is stopped: the next one goes on."""
    DONE = 2
    CANCELLED = 3


class RescanScope(msgspec.Struct, frozen=True, kw_only=True):
    """Which events, joined by AND; and whether what is found is told like what happens now."""

    since: datetime | None = None
    """By `occurred_at`, inclusive."""
    until: datetime | None = None
    """Exclusive."""
    device: str | None = None
    source: Source | None = None
    is_told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RescanDraft:
    """What somebody asks for."""

    rescan_id: str
    asked_by: str
    reason: str
    scope: RescanScope
    old_version: str
    """Of the rules that judged before."""
    new_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedRescan:
    """A re-scan and how far it is."""

    rescan_id: str
    asked_at: datetime
    asked_by: str
    reason: str
    scope: RescanScope
    old_version: str
    new_version: str
    state: RescanState
    up_to: int
    """Ledger index of the newest entry when it was asked for: what came later was judged by the rules in force."""
    position: int
    """Ledger index up to which it is."""
    events: int
    """In its scope, when it was asked for."""
    done: int
    found: int
    """Alerts that it raised."""
    ended_at: datetime | None
    ended_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RescanFinding:
    """A verdict on an event of the archive."""

    event_index: int
    verdict: Verdict


def new_rescan_id() -> str:
    """One that nobody had."""
    return RESCAN_PREFIX + secrets.token_hex(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskUnit:
    """A new one. IllegalTransitionError while another one runs."""

    draft: RescanDraft
    up_to: int
    events: int
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedRescan:
        """Write it."""
        database, draft = transaction.database, self.draft
        if running(database) is not None:
            raise IllegalTransitionError(current="running", to="running")
        database.execute(
            _INSERT,
            (draft.rescan_id, to_micros(transaction.now), draft.asked_by, draft.reason,
             msgspec.json.encode(draft.scope).decode(), draft.old_version, draft.new_version,
             int(RescanState.RUNNING), self.up_to, 0, self.events, 0, 0, None, None),
        )  # fmt: skip
        database.execute(_FORGET, (KEPT,))
        return required(database, draft.rescan_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUnit:
    """The next events are done. IllegalTransitionError when the re-scan is elsewhere by now."""

    before: ArchivedRescan
    position: int
    done: int
    findings: tuple[RescanFinding, ...]
    is_collected: ClassVar[bool] = False

    @property
    def row_count(self) -> int:
        """Alerts, and the re-scan's own."""
        return 1 + len(self.findings)

    def apply(self, transaction: Transaction) -> tuple[str, ...]:
        """Write it; the ids of new alerts."""
        database = transaction.database
        now = required(database, self.before.rescan_id)
        place = (RescanState.RUNNING, self.before.position, self.before.new_version)
        if (now.state, now.position, now.new_version) != place:
            raise IllegalTransitionError(current=now.state.name.lower(), to="running")
        raised = [one for finding in self.findings if (one := self._raise(transaction, finding)) is not None]
        database.execute(_STEP, (self.position, self.done, len(raised), now.rescan_id))
        return tuple(raised)

    def _raise(self, transaction: Transaction, finding: RescanFinding) -> str | None:
        """Its id; None when there is an alert of this rule on this event, or the event is gone."""
        database = transaction.database
        match database.fetch_one(_EVENT, (finding.event_index,)):
            case (bytes(token), str(serial), int(device_no), int(key_no)):
                identifier = alert_id(event_id(EventToken(token)), finding.verdict.rule_id)
            case _:
                return None
        if database.fetch_value("SELECT 1 FROM alerts WHERE alert_id = ?", (identifier,)) is not None:
            return None
        row = alert_row(
            transaction.ledger,
            transaction.content.sealer_beside(key_no),
            identifier=identifier,
            event_index=finding.event_index,
            device=DeviceSerial(serial),
            device_no=device_no,
            verdict=finding.verdict,
            document=document_of(finding.verdict, self.before.rescan_id),
            now=transaction.now,
        )
        database.execute(INSERT_ALERT, row)
        if self.before.scope.is_told:
            database.execute(INSERT_UNTOLD, (row[0],))
        return identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class AnewUnit:
    """Other rules are in force: everything is looked at by them, from the beginning."""

    rescan_id: str
    version: str
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedRescan:
        """Write it."""
        _require_running(transaction.database, self.rescan_id)
        transaction.database.execute(_ANEW, (self.version, self.rescan_id))
        return required(transaction.database, self.rescan_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndUnit:
    """It is done, or somebody cancels it. RecordNotFoundError; IllegalTransitionError when it ended already."""

    rescan_id: str
    to: RescanState
    actor: str
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedRescan:
        """Write it."""
        _require_running(transaction.database, self.rescan_id)
        now = to_micros(transaction.now)
        transaction.database.execute(_END, (int(self.to), now, self.actor, self.rescan_id))
        return required(transaction.database, self.rescan_id)


def _require_running(database: Database, rescan_id: str) -> None:
    found = required(database, rescan_id)
    if found.state is not RescanState.RUNNING:
        raise IllegalTransitionError(current=found.state.name.lower(), to="ended")


class RescanBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read, content: ContentKeys) -> None:
        self._write = write
        self._read = read
        self._content = content

    async def ask(self, draft: RescanDraft) -> ArchivedRescan:
        """Begin one over all events that are there now."""
        up_to, events = await self._read(lambda database: _counted(database, draft.scope))
        return await self._write(AskUnit(draft=draft, up_to=up_to, events=events))

    async def step(
        self, before: ArchivedRescan, *, position: int, done: int, findings: Sequence[RescanFinding]
    ) -> tuple[str, ...]:
        """What was found in the events up to `position`; the ids of new alerts."""
        return await self._write(StepUnit(before=before, position=position, done=done, findings=tuple(findings)))

    async def anew(self, rescan_id: str, version: str) -> ArchivedRescan:
        """Begin from the first event again, by other rules."""
        return await self._write(AnewUnit(rescan_id=rescan_id, version=version))

    async def end(self, rescan_id: str, to: RescanState, actor: str) -> ArchivedRescan:
        """Done or cancelled."""
        return await self._write(EndUnit(rescan_id=rescan_id, to=to, actor=actor))

    async def running(self) -> ArchivedRescan | None:
        """The one that is not ended."""
        return await self._read(running)

    async def one(self, rescan_id: str) -> ArchivedRescan | None:
        """None when there is none."""
        return await self._read(lambda database: _one(database, " WHERE rescan_id = ?", rescan_id))

    async def all(self) -> tuple[ArchivedRescan, ...]:
        """Newest first."""
        return await self._read(
            lambda database: tuple(map(_rescan, database.fetch_all(_SELECT + " ORDER BY asked_at DESC, rescan_id")))
        )

    async def events(self, rescan: ArchivedRescan, limit: int) -> tuple[ArchivedEvent, ...]:
        """The next ones in its scope, oldest in the ledger first."""

        def query(database: Database) -> tuple[ArchivedEvent, ...]:
            sql, parameters = _query(SELECT_EVENTS, rescan.scope, rescan.position, rescan.up_to)
            rows = database.execute(sql + " ORDER BY e.ledger_index LIMIT ?", (*parameters, limit))
            return tuple(event_of(row, self._content) for row in rows)

        return await self._read(query)


def _counted(database: Database, scope: RescanScope) -> tuple[int, int]:
    """Ledger index of the newest event, and how many there are in a scope."""
    last = database.fetch_value("SELECT max(ledger_index) FROM events")
    up_to = last if isinstance(last, int) else 0
    counted = database.fetch_value(*_query("SELECT count(*)", scope, 0, up_to))
    return up_to, counted if isinstance(counted, int) else 0


def _query(
    select: str, scope: RescanScope, above: int, up_to: int
) -> tuple[str, tuple[str | int | float | bytes | None, ...]]:
    conditions = Conditions()
    conditions.add("e.ledger_index > ?", above)
    conditions.add("e.ledger_index <= ?", up_to)
    if scope.device is not None:
        conditions.add("e.device_no = (SELECT device_no FROM devices WHERE serial = ?)", scope.device)
    if scope.source is not None:
        conditions.add("e.source = ?", SOURCE_CODES[scope.source])
    if scope.since is not None:
        conditions.add("+e.occurred_at >= ?", to_micros(scope.since))
    if scope.until is not None:
        conditions.add("+e.occurred_at < ?", to_micros(scope.until))
    origin = "" if "FROM" in select else " FROM events e"
    return "".join((select, origin, conditions.clause())), tuple(conditions.parameters)


class _RescanRow(msgspec.Struct, array_like=True, frozen=True):
    rescan_id: str
    asked_at: int
    asked_by: str
    reason: str
    scope: str
    old_version: str
    new_version: str
    state: int
    up_to: int
    position: int
    events: int
    done: int
    found: int
    ended_at: int | None
    ended_by: str | None


def running(database: Database) -> ArchivedRescan | None:
    """The one that is not ended."""
    return _one(database, " WHERE state = ?", int(RescanState.RUNNING))


def required(database: Database, rescan_id: str) -> ArchivedRescan:
    """RecordNotFoundError."""
    found = _one(database, " WHERE rescan_id = ?", rescan_id)
    if found is None:
        raise RecordNotFoundError("rescan")
    return found


def _one(database: Database, where: str, value: str | int) -> ArchivedRescan | None:
    row = database.fetch_one(_SELECT + where, (value,))
    return None if row is None else _rescan(row)


def _rescan(stored: Row) -> ArchivedRescan:
    row = row_as(_RescanRow, stored)
    return ArchivedRescan(
        rescan_id=row.rescan_id,
        asked_at=from_micros(row.asked_at),
        asked_by=row.asked_by,
        reason=row.reason,
        scope=msgspec.json.decode(row.scope, type=RescanScope),
        old_version=row.old_version,
        new_version=row.new_version,
        state=RescanState(row.state),
        up_to=row.up_to,
        position=row.position,
        events=row.events,
        done=row.done,
        found=row.found,
        ended_at=None if row.ended_at is None else from_micros(row.ended_at),
        ended_by=row.ended_by,
    )
