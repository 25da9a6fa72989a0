"""Collected events into the archive: new ones, edited ones, ones that came back, ones that are gone, and the cursor."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from crypto.database import SqlParameter, SqlValue
from policies.model import Verdict

from ..events import UNCOLLECTED, CollectedEvent, Committed, EventKind, GroupFinding, Ingest, JudgedEvent, RowToken
from ..peers import canonical_peer
from .codes import SOURCE_CODES, stored_key, to_micros
from .content import Sealer
from .data_classes import class_of
from .enrolments import require_scope
from .errors import UnitRefusedError
from .facets import facet_terms
from .identifiers import EventToken, alert_id, event_id
from .known_rows import known_rows
from .ledger_kinds import LedgerKind, PresenceChange
from .preparing import Ahead, PreparedEvent, prepared
from .presence import change_presence
from .raising import INSERT_ALERT, INSERT_UNTOLD, alert_row, document_of
from .transaction import Tokens, Transaction

_INSERT_EVENT: Final = """
INSERT INTO events (ledger_index, event_id, device_no, kind, source, source_key, occurred_at, received_at, direction,
                    conversation_no, key_no, sealed, is_current)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_INSERT_CURSOR: Final = """
INSERT INTO cursors (device_no, source, cursor, moved_at, first_caught_up_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (device_no, source) DO UPDATE SET cursor = excluded.cursor, moved_at = excluded.moved_at,
  first_caught_up_at = coalesce(first_caught_up_at, excluded.first_caught_up_at)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestUnit:
    """Events, verdicts as alerts with their outbox entries, absences and the cursor: all of them or nothing.

    Events that are there already are skipped with their verdicts. NotEnrolledError unless the phone has an enrolment
    whose scope holds the source.
    """

    ingest: Ingest
    ahead: Ahead
    """Prepares `ingest.judged`."""

    @classmethod
    def of(cls, ingest: Ingest, tokens: Tokens) -> "IngestUnit":
        """With nothing prepared yet."""
        return cls(ingest=ingest, ahead=Ahead([judged.event for judged in ingest.judged], tokens))

    @property
    def row_count(self) -> int:
        """Events."""
        return len(self.ingest.judged)

    @property
    def is_collected(self) -> bool:
        """The phone still has it all."""
        return True

    def apply(self, transaction: Transaction) -> Committed:
        """Write it."""
        require_scope(transaction, self.ingest.device, self.ingest.source)
        return _Application(transaction, self.ingest, self.ahead.ready()).run()


class _Application:
    """One ingest being written. Rows are gathered first and written table by table."""

    def __init__(self, transaction: Transaction, ingest: Ingest, prepared_ahead: dict[RowToken, PreparedEvent]) -> None:
        self._prepared = prepared_ahead
        self._transaction = transaction
        self._ingest = ingest
        self._device_no = transaction.device(ingest.device)
        self._source = SOURCE_CODES[ingest.source]
        self._of_row = transaction.directory.tokens.of_row
        self._events: list[tuple[SqlParameter, ...]] = []
        self._alerts: list[tuple[SqlValue, ...]] = []
        self._texts: list[tuple[int, str]] = []
        self._numbers: list[tuple[SqlValue, ...]] = []
        self._files: list[tuple[SqlValue, ...]] = []
        self._sealers: dict[EventKind, Sealer] = {}
        self._conversations: dict[str, int] = {}
        self._new_alert_ids: dict[str, None] = {}
        self._presence: list[tuple[int, PresenceChange, datetime, int | None]] = []
        self._absent_keys = {stored_key(key) for key in ingest.absent_keys}

    def run(self) -> Committed:
        self._load_known()
        self._prepare()
        if self._is_all_new():
            self._add_all()
        else:
            for judged in self._ingest.judged:
                if judged.event.kind is not EventKind.ABSENCE:
                    self._take(judged)
            self._take_absences()
            for finding in self._ingest.group_findings:
                self._take_group(finding)
        self._write()
        return Committed(
            new_events=len(self._events),
            new_alert_ids=tuple(self._new_alert_ids),
            ledger_size=self._transaction.ledger.size,
        )

    def _load_known(self) -> None:
        keys = {self._key_of(judged.event) for judged in self._ingest.judged} | self._absent_keys
        keys |= {stored_key(key) for finding in self._ingest.group_findings for key in finding.keys}
        keys |= {stored_key(finding.judged.event.source_key) for finding in self._ingest.group_findings}
        there = known_rows(self._transaction.database, self._device_no, self._source, keys)
        self._known, self._current = there.events, there.current
        self._unseen, self._forgotten = there.unseen, there.forgotten

    def _key_of(self, event: CollectedEvent) -> int | str:
        ready = self._prepared.get(event.token)
        return stored_key(event.source_key) if ready is None else ready.key

    def _prepare(self) -> None:
        """What is new and was not prepared ahead."""
        events = (judged.event for judged in self._ingest.judged)
        missing = [event for event in events if event.token not in self._prepared]
        if self._known:
            missing = [event for event in missing if self._called(event.token) not in self._known]
        self._prepared.update(prepared(missing, self._transaction.directory.tokens))

    def _is_all_new(self) -> bool:
        """Whether each event is one of a row that the archive has never seen, as in a phone's first read."""
        ingest = self._ingest
        if self._known or self._forgotten or self._absent_keys or ingest.group_findings:
            return False
        keys = {self._prepared[judged.event.token].key for judged in ingest.judged}
        return len(keys) == len(ingest.judged) and all(
            judged.event.kind is not EventKind.ABSENCE for judged in ingest.judged
        )

    def _add_all(self) -> None:
        """All of them, those that only their row says something of together."""
        run: list[JudgedEvent] = []
        for judged in self._ingest.judged:
            ready = self._prepared[judged.event.token]
            if judged.verdicts or ready.files or judged.event.kind is EventKind.CONTACT:
                self._add_run(run)
                run.clear()
                self._add(judged, is_current=1)
            else:
                run.append(judged)
        self._add_run(run)

    def _add_run(self, run: Sequence[JudgedEvent]) -> None:
        """`_add` of many that have no verdicts, no files and no numbers to be found by."""
        for judged in run:
            self._require_own(judged.event)
        ready = [self._prepared[judged.event.token] for judged in run]
        first = self._transaction.ledger.append_run(LedgerKind.EVENT, [one.commitment for one in ready])
        for index, judged, one in zip(itertools.count(first), run, ready, strict=False):
            self._put(judged.event, one, index, is_current=1)

    def _put(self, event: CollectedEvent, ready: PreparedEvent, index: int, *, is_current: int) -> None:
        """The event's row and index terms, for its place in the ledger."""
        device_no, source = self._device_no, self._source
        conversation_no, sealer = self._conversation(event), self._sealer(event)
        self._events.append(
            (index, bytearray(ready.token), device_no, ready.kind, source, ready.key, ready.occurred_at,
             ready.received_at, ready.direction, conversation_no, sealer.key_no,
             bytearray(sealer.seal(ready.content, index)), is_current)
        )  # fmt: skip
        facets = facet_terms(
            ready.token, device_no, conversation_no, ready.kind, source, ready.direction, ready.occurred_at
        )
        self._texts.append((index, f"{facets} {ready.terms}"))

    def _require_own(self, event: CollectedEvent) -> None:
        if event.device != self._ingest.device or event.source is not self._ingest.source:
            raise UnitRefusedError("an event of another source")

    def _conversation(self, event: CollectedEvent) -> int | None:
        peer = event.peer_key
        if peer is None:
            return None
        number = self._conversations.get(peer)
        if number is None:
            transaction = self._transaction
            number = self._conversations[peer] = transaction.directory.conversation(
                transaction.database, event.device, self._device_no, peer
            )
        return number

    def _take(self, judged: JudgedEvent) -> None:
        event = judged.event
        token = self._called(event.token)
        key = self._key_of(event)
        known = self._known.get(token)
        if known is None and self._forgotten and self._is_forgotten(event.token, token):
            return
        if known is None and event.attributes == UNCOLLECTED and key in self._current:
            token = self._current[key][1]  # kept before it was private: what became of it since is not looked at
            known = self._known[token]
        if known is None:
            index = self._add(judged, is_current=1)
            if (before := self._current.get(key)) is not None:
                self._presence.append((before[0], PresenceChange.REPLACED, event.received_at, index))
            self._known[token] = (index, True)
            self._current[key] = (index, token)
        elif (now := self._current.get(key)) is None or now[1] != token:
            # the row is what it once was: back after an absence, or edited back
            if now is not None:
                self._presence.append((now[0], PresenceChange.REPLACED, event.received_at, known[0]))
            self._presence.append((known[0], PresenceChange.BACK, event.received_at, None))
            self._current[key] = (known[0], token)
        elif key in self._unseen:
            self._presence.append((known[0], PresenceChange.BACK, event.received_at, None))
        self._unseen.discard(key)

    def _called(self, row: RowToken) -> EventToken:
        """What the archive calls the event of a row, or is to call it."""
        ready = self._prepared.get(row)
        token = self._of_row(row) if ready is None else ready.token
        if token not in self._known and (old := EventToken(row)) in self._known:
            return old  # of a version that called events by their rows' tokens
        return token

    def _is_forgotten(self, row: RowToken, token: EventToken) -> bool:
        """Also under the token that the row had in a version before."""
        of_forgotten = self._transaction.directory.tokens.of_forgotten
        return of_forgotten(token) in self._forgotten or of_forgotten(row) in self._forgotten

    def _take_absences(self) -> None:
        """Marks of rows that are marked already are skipped, with their findings."""
        findings = {
            stored_key(judged.event.source_key): judged
            for judged in self._ingest.judged
            if judged.event.kind is EventKind.ABSENCE
        }
        for key in sorted(self._absent_keys, key=str):
            current = self._current.pop(key, None)
            if current is None:
                continue
            finding = findings.get(key)
            at = self._transaction.now if finding is None else finding.event.occurred_at
            self._presence.append((current[0], PresenceChange.ABSENT, at, None))
            if finding is not None and (token := self._called(finding.event.token)) not in self._known:
                index = self._add(finding, is_current=0)
                self._known[token] = (index, False)

    def _take_group(self, finding: GroupFinding) -> None:
        """The finding is kept when it says something new of at least one row."""
        event = finding.judged.event
        change = PresenceChange.ABSENT if finding.is_conclusive else PresenceChange.UNSEEN
        is_new = False
        for key in sorted({stored_key(key) for key in finding.keys}, key=str):
            current = self._current.get(key)
            if current is None or (not finding.is_conclusive and key in self._unseen):
                continue
            is_new = True
            self._presence.append((current[0], change, event.occurred_at, None))
            if finding.is_conclusive:
                del self._current[key]
            else:
                self._unseen.add(key)
        if is_new and (token := self._called(event.token)) not in self._known:
            index = self._add(finding.judged, is_current=0)
            self._known[token] = (index, False)

    def _add(self, judged: JudgedEvent, *, is_current: int) -> int:
        event = judged.event
        transaction = self._transaction
        self._require_own(event)
        ready = self._ready(event)
        index = transaction.ledger.append_committed(LedgerKind.EVENT, ready.commitment)
        self._put(event, ready, index, is_current=is_current)
        self._files += [(transaction.directory.tokens.of_file(one), index) for one in ready.files]
        if event.kind is EventKind.CONTACT:
            self._add_numbers(event, index)
        for verdict in judged.verdicts:
            self._raise(event, ready.token, verdict, index)
        return index

    def _ready(self, event: CollectedEvent) -> PreparedEvent:
        ready = self._prepared.get(event.token)
        if ready is None:
            ready = prepared([event], self._transaction.directory.tokens)[event.token]
        return ready

    def _sealer(self, event: CollectedEvent) -> Sealer:
        """By our clock of this commit: nobody's claim moves a record to another period."""
        sealer = self._sealers.get(event.kind)
        if sealer is None:
            data_class = class_of(event.kind, event.source)
            sealer = self._sealers[event.kind] = self._transaction.content.sealer(data_class, self._transaction.now)
        return sealer

    def _add_numbers(self, event: CollectedEvent, index: int) -> None:
        """Every number of a contact leads to it, not only the first."""
        attributes = msgspec.json.decode(event.attributes, type=_ContactAttributes)
        peers = {canonical_peer(number) for number in attributes.numbers} - {None}
        tokens = self._transaction.directory.tokens
        self._numbers += [(tokens.of_number(peer), index) for peer in peers if peer is not None]

    def _raise(self, event: CollectedEvent, token: EventToken, verdict: Verdict, event_index: int) -> None:
        transaction = self._transaction
        identifier = alert_id(event_id(token), verdict.rule_id)
        if identifier in self._new_alert_ids:
            return  # one alert for one rule on one event
        self._alerts.append(
            alert_row(
                transaction.ledger,
                self._sealer(event),
                identifier=identifier,
                event_index=event_index,
                device=event.device,
                device_no=self._device_no,
                verdict=verdict,
                document=document_of(verdict),
                now=transaction.now,
            )
        )
        self._new_alert_ids[identifier] = None

    def _write(self) -> None:
        database = self._transaction.database
        ingest = self._ingest
        now = to_micros(self._transaction.now)
        if self._events:
            database.executemany(_INSERT_EVENT, self._events)
            sql = "UPDATE devices SET event_count = event_count + ? WHERE device_no = ?"
            database.execute(sql, (len(self._events), self._device_no))
        if self._numbers:
            database.executemany("INSERT INTO contact_numbers (token, event_index) VALUES (?, ?)", self._numbers)
        if self._files:
            database.executemany("INSERT INTO event_files (token, event_index) VALUES (?, ?)", self._files)
        if self._alerts:
            database.executemany(INSERT_ALERT, self._alerts)
            database.executemany(INSERT_UNTOLD, [(alert[0],) for alert in self._alerts])
        for event_index, change, at, replaced_by in self._presence:
            change_presence(self._transaction, event_index, change, at_us=to_micros(at), replaced_by=replaced_by)
        caught_up_at = now if ingest.is_caught_up else None
        if ingest.cursor is not None:
            database.execute(_INSERT_CURSOR, (self._device_no, self._source, ingest.cursor, now, caught_up_at))
        self._transaction.index_texts(self._texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ContactAttributes:
    numbers: tuple[str, ...] = ()
