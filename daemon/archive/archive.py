"""The archive: the one door to what is kept. Content in answers is unmasked."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from adb_bridge.clock import Clock
from adb_bridge.records import Cursor, DeviceSerial, Source
from crypto.blind_index import BlindIndex
from crypto.database import Database, OpenMode, open_database
from crypto.errors import IntegrityError
from crypto.head_log import HeadLog
from crypto.heads import HeadSigner
from crypto.keys import Purpose, RootKey
from crypto.vault_keys import KeySource, VaultKeys

from ..api.wire import CommandState
from ..events import Committed, Event, Ingest, KeptEvent
from . import alerts, audit_trail, command_rows, commands, enrolments, event_queries, fleet_records, search, stream
from .books import Books
from .content import ContentKeys
from .data_steps import data_steps
from .drafts import (
    ANY_ENTRY,
    AlertFilter,
    AuditDraft,
    AuditFilter,
    CommandChange,
    CommandDraft,
    CommandFilter,
    CommandsDraft,
    EnrolmentDraft,
    EventFilter,
    NumberSearch,
)
from .errors import ArchiveClosedError
from .head_check import HeadCheck
from .identifiers import CONVERSATION_PREFIX, spell
from .ingest import IngestUnit
from .ledger_book import LedgerBook, OutsideHeads
from .own_keys import opened_by_own_keys
from .preparing import Ahead
from .readers import Readers
from .records import (
    ArchivedAlert,
    ArchivedAudit,
    ArchivedCommand,
    ArchivedEnrolment,
    ArchivedEvent,
    Counts,
    DeviceRecord,
    SearchPage,
    StreamEntry,
    VerifyResult,
)
from .schema import copy_beside, initialise, migrate, require_current
from .settings import ArchiveSettings as ArchiveSettings
from .space import SpaceReserve
from .transaction import Directory, Tokens, Unit
from .verify import UNREADABLE, Progress, Verification
from .writer import Writer

T = TypeVar("T")


def origin_of(root: VaultKeys | RootKey) -> str:
    """The ledger's name in signed heads."""
    return f"shopwarden/{root.store_id}/ledger"


def tokens_of(keys: KeySource) -> Tokens:
    """Of a store."""
    return Tokens(
        numbers=BlindIndex(keys.derive(Purpose.BLIND_INDEX)),
        conversations=BlindIndex(keys.derive(Purpose.CONVERSATION_TOKEN)),
    )


class Archive(Books):
    """Made by `open`. Writes wait for their commit; reads see all that was committed before they were asked.

    Writes raise subclasses of `errors.ArchiveError`: ArchiveFullError and ArchiveBrokenError when the disk fails
    (nothing of the call was kept, the same call works again later), UnitRefusedError, and what each says. Reads raise
    ReadTimeoutError, ArchiveClosedError and errors of `crypto`.
    """

    def __init__(
        self, *, path: Path, root: VaultKeys, heads: HeadLog, clock: Clock, settings: ArchiveSettings, mode: OpenMode
    ) -> None:
        """Use `open`."""
        self._key = root.derive(Purpose.ARCHIVE)
        self._old_commitment_key = root.derive(Purpose.LEDGER_COMMITMENT)
        self._content = ContentKeys(root)
        self._signer = HeadSigner.from_seed(root.derive(Purpose.LEDGER_SEED))
        self._origin = origin_of(root)
        self._path = path
        self._heads = heads
        self._outside = OutsideHeads(heads)
        self._clock = clock
        self._tokens = tokens_of(root)
        self._readers = Readers(self._open_for_reading, threads=settings.reader_threads)
        self._writer: Writer | None = None
        if mode is not OpenMode.READ_ONLY:
            self._writer = Writer(
                open_database=self._open_for_writing,
                load_book=self._load_book,
                directory=Directory(self._tokens),
                content=self._content,
                reserve=SpaceReserve(path.with_name(path.name + ".reserve"), settings.reserve_bytes),
                head_interval_s=settings.head_interval_s,
                clock=clock,
            )
            self._writer.start()

    @classmethod
    def open(
        cls,
        path: Path,
        root: VaultKeys,
        *,
        clock: Clock,
        heads: HeadLog,
        mode: OpenMode,
        settings: ArchiveSettings | None = None,
    ) -> "Archive":
        """Open or (CREATE) make the archive and bring its schema up to date; blocks for some milliseconds.

        READ_ONLY neither migrates nor writes, and is for `verify` beside or without a daemon. Raises
        MigrationNeededError, NotAnArchiveError, ArchiveFullError (no room for the copy before a migration) and what
        `open_database` raises.
        """
        with opened_by_own_keys(path, root, mode, origin=origin_of(root), heads=heads) as database:
            if mode is OpenMode.READ_ONLY:
                require_current(database)
            else:
                migrate(
                    database,
                    back_up=lambda version: copy_beside(database, path, version),
                    after=data_steps(database, ContentKeys(root), tokens_of(root)),
                )
                initialise(database, origin_of(root), clock.now())
        return cls(path=path, root=root, heads=heads, clock=clock, settings=settings or ArchiveSettings(), mode=mode)

    # --- writing ---

    async def ingest(self, ingest: Ingest) -> Committed:
        """Events, their alerts and outbox entries, absences, leaves and the cursor in one transaction; what is archived
        already is skipped. NotEnrolledError unless the phone's enrolment covers the source.
        """
        return await self._write(unit := IngestUnit.of(ingest, self._tokens), unit.ahead)

    async def add_enrolment(self, draft: EnrolmentDraft) -> ArchivedEnrolment:
        """AlreadyEnrolledError; NoticeConflictError when the notice version was used with another text."""
        return await self._write(enrolments.EnrolUnit(draft=draft))

    async def end_enrolment(self, serial: DeviceSerial, *, actor: str, reason: str) -> ArchivedEnrolment:
        """RecordNotFoundError when the phone is not enrolled."""
        return await self._write(enrolments.EndEnrolmentUnit(serial=serial, actor=actor, reason=reason))

    async def audit(self, draft: AuditDraft) -> ArchivedAudit:
        """The entry is on the disk when this returns. When it raises, do not do what was to be audited."""
        return await self._write(audit_trail.AuditUnit(draft=draft))

    async def put_command(self, draft: CommandDraft) -> ArchivedCommand:
        """A new command, QUEUED."""
        return (await self.command_book.put(CommandsDraft(commands=(draft,)))).commands[0]

    async def command_transition(
        self, command_id: str, change: CommandChange, *, expected: CommandState | None = None
    ) -> ArchivedCommand:
        """RecordNotFoundError; IllegalTransitionError when the step is none, or the state is not `expected`."""
        return await self._write(commands.ChangeCommandUnit(command_id=command_id, change=change, expected=expected))

    async def put_device(self, record: DeviceRecord) -> None:
        """Remember what is known of a phone; None fields leave what is kept."""
        await self._write(fleet_records.PutDeviceUnit(record=record))

    async def mark_outbox_sent(self, alert_ids: tuple[str, ...]) -> None:
        """These alerts were published."""
        await self._write(alerts.OutboxSentUnit(alert_ids=alert_ids))

    # --- reading ---

    async def cursor(self, device: DeviceSerial, source: Source) -> Cursor | None:
        """None before the first commit of this source."""
        return await self._readers.read(lambda database: event_queries.cursor_of(database, device, source))

    async def present_ids(self, device: DeviceSerial, source: Source, low: int, high: int) -> frozenset[int]:
        """Provider ids archived and not marked absent, `low` to `high` inclusive."""
        return await self._readers.read(lambda database: event_queries.present_ids(database, device, source, low, high))

    async def present_keys(self, device: DeviceSerial, source: Source, prefix: str) -> frozenset[str]:
        """Source keys that are texts, archived and not marked absent, that begin with `prefix`."""
        return await self._readers.read(lambda database: event_queries.present_keys(database, device, source, prefix))

    async def subscriptions_of(
        self, device: DeviceSerial, source: Source, ids: frozenset[int]
    ) -> dict[int, int | None]:
        """SIM of current rows by provider id; ids that are not archived are left out."""
        return await self._readers.read(
            lambda database: event_queries.subscriptions_of(database, self._content, device, source, ids)
        )

    async def last_events(self, device: DeviceSerial, source: Source, keys: tuple[str, ...]) -> dict[str, KeptEvent]:
        """What these rows of the phone were last, by source key, for `absence_event`; absent and unknown ones are left
        out."""
        found = await self._readers.read(
            lambda database: event_queries.current_of(database, self._content, device, source, keys)
        )
        return {archived.event.source_key: archived.event for archived in found}

    async def sources_read_to_end(self, device: DeviceSerial) -> frozenset[Source]:
        """Sources of a phone that were caught up at least once."""
        return await self._readers.read(lambda database: fleet_records.sources_read_to_end(database, device))

    async def events(self, query: EventFilter) -> tuple[ArchivedEvent, ...]:
        """Newest in the ledger first."""
        return await self._readers.read(
            lambda database: event_queries.find_events(database, self._content, query, self._tokens)
        )

    async def search(
        self,
        text: str,
        query: EventFilter,
        *,
        visible: Callable[[Event], str],
        numbers: NumberSearch = NumberSearch.NONE,
    ) -> SearchPage:
        """Events whose visible text holds all words of `text`, newest first; words of one Han character are found too.

        `visible` masks what the asker may not see and keeps the number of code points; it is called in another thread.
        It gives the whole text for an asker who may see all. At most 1,000 a page.
        """
        wanted = search.SearchQuery(text=text, numbers=numbers, filter=query, visible=visible)
        return await self._readers.read(lambda database: search.search(database, self._content, wanted, self._tokens))

    async def alerts(self, query: AlertFilter) -> tuple[ArchivedAlert, ...]:
        """Newest first."""
        return await self._readers.read(lambda database: alerts.find_alerts(database, self._content, query))

    async def alert(self, alert_id: str) -> ArchivedAlert | None:
        """None when there is none."""
        return await self._readers.read(lambda database: alerts.one_alert(database, self._content, alert_id))

    async def take_outbox(self, limit: int) -> tuple[str, ...]:
        """Ids of alerts not published yet, oldest first. They stay until `mark_outbox_sent`."""
        return await self._readers.read(lambda database: alerts.unsent_alerts(database, limit))

    async def commands(self, query: CommandFilter) -> tuple[ArchivedCommand, ...]:
        """Newest first."""
        return await self._readers.read(lambda database: command_rows.find_commands(database, query))

    async def command(self, command_id: str) -> ArchivedCommand | None:
        """None when there is none."""
        return await self._readers.read(lambda database: command_rows.one_command(database, command_id))

    async def audit_entries(
        self, *, limit: int, before: int | None = None, only: AuditFilter = ANY_ENTRY
    ) -> tuple[ArchivedAudit, ...]:
        """Newest first; `before` is an audit id."""
        return await self._readers.read(
            lambda database: audit_trail.audit_entries(database, limit=limit, before=before, only=only)
        )

    async def enrolments(self) -> tuple[ArchivedEnrolment, ...]:
        """Ended ones too, newest first."""
        return await self._readers.read(enrolments.all_enrolments)

    async def enrolment(self, serial: DeviceSerial) -> ArchivedEnrolment | None:
        """The phone's newest, ended or not."""
        return await self._readers.read(lambda database: enrolments.latest_enrolment(database, serial))

    async def notice_text(self, version: str) -> str | None:
        """The text a notice version is bound to; None when it was never used."""
        return await self._readers.read(lambda database: enrolments.notice_text(database, version))

    async def devices(self) -> tuple[DeviceRecord, ...]:
        """Every phone that something was written of, by serial."""
        return await self._readers.read(fleet_records.all_devices)

    async def device(self, serial: DeviceSerial) -> DeviceRecord | None:
        """None when nothing is known."""
        return await self._readers.read(lambda database: fleet_records.one_device(database, serial))

    async def counts(self) -> Counts:
        """Cheap: does not read history."""
        return await self._readers.read(fleet_records.count)

    async def stream_since(self, ledger_index: int, *, limit: int = 500) -> tuple[StreamEntry, ...]:
        """Events, alerts and commands with a ledger entry after `ledger_index`, in order."""
        return await self._readers.read(
            lambda database: stream.entries_after(database, self._content, ledger_index, limit)
        )

    async def verify(self, since: int | None = None, progress: Progress | None = None) -> VerifyResult:
        """Check everything that is on the disk now. `progress(done, of)` is called from another thread."""
        last_outside = self._heads.last()  # before the snapshot: what comes later is not in it
        results: list[VerifyResult] = []

        def run(database: Database) -> None:
            heads = HeadCheck(
                database,
                self._heads,
                origin=self._origin,
                public_key=self._signer.public_key(self._origin),
                last_outside=last_outside,
            )
            verification = Verification(
                database,
                old_key=self._old_commitment_key,
                content=self._content,
                tokens=self._tokens,
                heads=heads,
                since=since,
                open_database=self._open_for_reading,
            )
            results.append(verification.run(progress))

        try:
            await self._readers.read(run, timeout_s=None)
        except IntegrityError:  # damaged pages end the connection, also for the result's own sake
            results.append(UNREADABLE)
        return results[0]

    # --- about itself ---

    @property
    def tokens(self) -> Tokens:
        """Of numbers and conversations."""
        return self._tokens

    def conversation(self, device: DeviceSerial, peer_key: str | None) -> str:
        """The token of a phone's conversation with a peer, `cv_…`; empty for an unknown peer."""
        if peer_key is None:
            return ""
        return spell(CONVERSATION_PREFIX, self._tokens.of_conversation(device, peer_key))

    @property
    def public_key(self) -> str:
        """With which anybody can check signed heads."""
        return self._signer.public_key(self._origin)

    @property
    def ledger_size(self) -> int:
        """Entries on the disk; 0 when open for reading only."""
        return 0 if self._writer is None else self._writer.ledger_size

    @property
    def queue_depth(self) -> int:
        """Writes waiting."""
        return 0 if self._writer is None else self._writer.queue_depth

    @property
    def writer_busy_s(self) -> float:
        """How long the writer has been at one group of writes, seconds; 0.0 when it waits for work."""
        return 0.0 if self._writer is None else self._writer.busy_s

    @property
    def is_writable(self) -> bool:
        """False once the writer's thread has ended, and when open for reading only."""
        return self._writer is not None and self._writer.is_alive

    @property
    def is_disk_full(self) -> bool:
        """True while collected events have to wait for room on the disk."""
        return self._writer is not None and self._writer.is_disk_full

    @property
    def head_finding(self) -> str | None:
        """`ledger.head_rollback` or `ledger.head_equivocation` once the heads outside contradict the ledger; else None.

        The archive goes on working; `verify` says more.
        """
        return self._outside.finding

    async def close(self) -> None:
        """Write what is queued, sign the last head, close everything. Twice does nothing more."""
        await self._readers.close()  # first: the last connection to go empties the log, and must be able to write
        if self._writer is not None:
            await self._writer.close()

    async def _write(self, unit: Unit[T], ahead: Ahead | None = None) -> T:
        if self._writer is None:
            raise ArchiveClosedError
        return await self._writer.submit(unit, ahead)

    def _open_for_writing(self) -> Database:
        return open_database(self._path, self._key, OpenMode.READ_WRITE)

    def _open_for_reading(self) -> Database:
        return open_database(self._path, self._key, OpenMode.READ_ONLY)

    def _load_book(self, database: Database) -> LedgerBook:
        return LedgerBook.load(database, signer=self._signer, outside=self._outside, clock=self._clock)
