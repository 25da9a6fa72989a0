"""The daemon behind the API: permission, audit, then the answer, masked unless revealed.

Every method raises `ServiceError` only; errors of the archive and of adb are given their codes in `_refusing`.
"""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from adb_bridge.clock import Clock
from adb_bridge.errors import AdbBridgeError
from adb_bridge.records import DeviceSerial, Source

from .api.exit_codes import ExitCode
from .api.texts import Texts
from .api.wire import (
    API_VERSION,
    Alert,
    AlertStatus,
    AuditEntry,
    Command,
    CommandRequest,
    Device,
    Enrolment,
    EnrolRequest,
    Event,
    EventQuery,
    Health,
    Hello,
    StreamItem,
    VerifyReport,
)
from .archive.archive import Archive
from .archive.drafts import AlertFilter, CommandFilter, EventFilter, NumberSearch
from .archive.errors import (
    AlreadyEnrolledError,
    ArchiveError,
    ArchiveFullError,
    IllegalTransitionError,
    NoticeConflictError,
    RecordNotFoundError,
)
from .archive.records import ArchivedAlert, ArchivedCommand, ArchivedEnrolment, ArchivedEvent, Counts
from .audit import AuditTrail
from .bodies import visible_to_all
from .bus import AlertChanged, Bus, DeviceChanged, HealthChanged
from .command_queue import CommandQueue
from .commands import MAX_EXPIRY_S
from .config import Config, is_address
from .device_view import DeviceFacts, device_view
from .enrolment import enrolment_draft
from .events import EventId, EventKind
from .fleet import Fleet
from .health import HealthReport
from .phone_link import PhoneLink
from .roles import Permission, require
from .service import Caller, ServiceError
from .stream_feed import StreamFeed
from .version import daemon_version
from .views import (
    Spans,
    alert_view,
    audit_view,
    command_view,
    enrolment_view,
    event_view,
    revealed_view,
    verify_view,
)

MAX_LIMIT = 1_000
MAX_REASON = 500
_COUNTS_AGE_S = 0.3
"""Figures may be so old: one phone's line is asked for by every open stream at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """What the service is made of."""

    archive: Archive
    audit: AuditTrail
    bus: Bus
    clock: Clock
    config: Config
    fleet: Fleet
    health: HealthReport
    link: PhoneLink
    queue: CommandQueue
    texts: dict[str, Texts]
    """By language."""


class DaemonService:
    """Implements `service.Service`."""

    def __init__(self, parts: ServiceParts) -> None:
        self._parts = parts
        self._archive = parts.archive
        self._audit = parts.audit
        self._counts: tuple[float, Counts] | None = None
        self._enrolments: dict[str, ArchivedEnrolment] | None = None

    async def hello(self, caller: Caller) -> Hello:
        """Who we are and where the ledger ends."""
        require(caller, Permission.HELLO)
        with _refusing():
            counts = await self._figures()
        config = self._parts.config
        return Hello(
            api_version=API_VERSION,
            daemon_version=daemon_version(),
            store=config.store.name,
            role=caller.role,
            ledger_size=counts.ledger_size,
            server_time=self._parts.clock.now(),
            language=config.store.language,
        )

    async def health(self, caller: Caller) -> Health:
        """What `doctor` shows."""
        require(caller, Permission.HEALTH)
        with _refusing():
            return await self._parts.health.report(self._texts(caller), await self._in_force())

    async def devices(self, caller: Caller) -> tuple[Device, ...]:
        """Every phone that is enrolled, connected or was ever seen, by serial; unknown connections last."""
        require(caller, Permission.DEVICES_READ)
        fleet, texts = self._parts.fleet, self._texts(caller)
        with _refusing():
            counts = {one.serial: one for one in (await self._figures()).devices}
            records = {one.serial: one for one in await self._archive.devices()}
            in_force = await self._in_force()
        lives = {live.serial: live for live in fleet.devices()}
        known = sorted({*counts, *records, *in_force, *lives})
        facts = [
            DeviceFacts(
                serial=serial,
                enrolment=in_force.get(serial),
                record=records.get(DeviceSerial(serial)),
                live=lives.get(DeviceSerial(serial)),
                counts=counts.get(DeviceSerial(serial)),
                pending_commands=self._parts.queue.open_count(DeviceSerial(serial)),
            )
            for serial in known
        ]
        facts += [
            DeviceFacts(
                serial=one.serial, enrolment=None, record=None, live=None, counts=None, stranger_state=one.state
            )
            for one in sorted(fleet.strangers(), key=lambda transport: transport.serial)
        ]
        now = self._parts.clock.now()
        return tuple(device_view(one, now, texts) for one in facts)

    async def device(self, caller: Caller, serial: str) -> Device:
        """By hardware serial or by the name of a connection."""
        wanted = self._parts.fleet.owner_of(serial) or serial
        for device in await self.devices(caller):
            if device.serial == wanted:
                return device
        raise _not_found("device")

    async def connect(self, caller: Caller, address: str) -> str:
        """See `Service`."""
        require(caller, Permission.DEVICES_MANAGE)
        if not is_address(address):
            raise ServiceError("device.bad_address", http_status=422, exit_code=ExitCode.USAGE)
        with _refusing():
            await self._audit.write(caller, "device.connect", address)
            await self._archive.remember_address(address)
            return (await self._parts.link.connect(address)).value

    async def disconnect(self, caller: Caller, address: str) -> None:
        """Forget the address and drop its connection."""
        require(caller, Permission.DEVICES_MANAGE)
        if not is_address(address):
            raise ServiceError("device.bad_address", http_status=422, exit_code=ExitCode.USAGE)
        with _refusing():
            if address not in await self._archive.addresses() and not self._parts.fleet.is_listed(address):
                raise ServiceError("device.address_not_found", http_status=404, exit_code=ExitCode.NOT_FOUND)
            await self._audit.write(caller, "device.disconnect", address)
            await self._archive.forget_address(address)
            await self._parts.link.disconnect(address)

    async def enrolments(self, caller: Caller) -> tuple[Enrolment, ...]:
        """Ended ones too, newest first."""
        require(caller, Permission.ENROLMENTS_READ)
        with _refusing():
            return tuple(enrolment_view(one) for one in await self._archive.enrolments())

    async def enrol(self, caller: Caller, request: EnrolRequest) -> Enrolment:
        """Collecting starts when this is on the disk."""
        require(caller, Permission.ENROL)
        serial = await self._serial_of(request.serial)
        draft = enrolment_draft(caller, request, serial, self._parts.config, self._parts.clock.now())
        with _refusing():
            await self._audit.write(caller, "enrol", serial, reason=f"notice {draft.notice_version}", outcome="asked")
            enrolment = await self._archive.add_enrolment(draft)
            await self._enrolment_changed(serial)
        return enrolment_view(enrolment)

    async def unenrol(self, caller: Caller, serial: str, reason: str) -> Enrolment:
        """From its commit on nothing more is collected; waiting commands end."""
        require(caller, Permission.ENROL)
        known = DeviceSerial(self._parts.fleet.owner_of(serial) or serial)
        if not reason.strip():
            raise ServiceError("reveal.reason_missing", http_status=422, exit_code=ExitCode.USAGE)
        with _refusing():
            if known not in await self._in_force():
                raise ServiceError("enrolment.not_found", http_status=404, exit_code=ExitCode.NOT_FOUND)
            await self._audit.write(caller, "unenrol", known, reason=reason, outcome="asked")
            enrolment = await self._archive.end_enrolment(known, actor=caller.name, reason=reason[:MAX_REASON])
            await self._enrolment_changed(known)
            await self._parts.queue.clear(known)
        return enrolment_view(enrolment)

    async def events(self, caller: Caller, query: EventQuery) -> tuple[Event, ...]:
        """Masked. A search is an access: it is audited."""
        require(caller, Permission.EVENTS_READ)
        texts = self._texts(caller)
        with _refusing():
            found = await self._find(query, NumberSearch.NONE, visible_to_all)
            if query.text is not None:
                ids = [archived.event.event_id for archived, _ in found]
                await self._audit.write(caller, "events.search", self._audit.target_of(query, ids))
        return tuple(event_view(archived, texts, spans) for archived, spans in found)

    async def reveal(self, caller: Caller, query: EventQuery, reason: str) -> tuple[Event, ...]:
        """See `Service`."""
        require(caller, Permission.EVENTS_REVEAL)
        if not reason.strip():
            raise ServiceError("reveal.reason_missing", http_status=422, exit_code=ExitCode.USAGE)
        texts = self._texts(caller)
        with _refusing():
            found = await self._find(query, NumberSearch.COMPLETE, str)
            ids = [archived.event.event_id for archived, _ in found]
            await self._audit.write(
                caller, "events.reveal", self._audit.target_of(query, ids), reason=reason.strip()[:MAX_REASON]
            )
        return tuple(revealed_view(archived, texts, spans) for archived, spans in found)

    async def alerts(
        self, caller: Caller, *, status: AlertStatus | None, device: str | None, limit: int
    ) -> tuple[Alert, ...]:
        """Newest first."""
        require(caller, Permission.ALERTS_READ)
        serial = self._named(device)
        with _refusing():
            found = await self._archive.alerts(
                AlertFilter(status=status, device=serial, limit=max(1, min(limit, MAX_LIMIT)))
            )
            return tuple([await self.alert_item(caller, alert) for alert in found])

    async def alert(self, caller: Caller, alert_id: str) -> Alert:
        """One."""
        require(caller, Permission.ALERTS_READ)
        with _refusing():
            found = await self._archive.alert(alert_id)
            if found is None:
                raise _not_found("alert")
            return await self.alert_item(caller, found)

    async def change_alert(self, caller: Caller, alert_id: str, to: AlertStatus, note: str | None) -> Alert:
        """Acknowledge, resolve, suppress, open again."""
        require(caller, Permission.ALERTS_HANDLE)
        with _refusing():
            if await self._archive.alert(alert_id) is None:
                raise _not_found("alert")
            await self._audit.write(caller, f"alert.{to.value}", alert_id, reason=note)
            try:
                changed = await self._archive.alert_transition(alert_id, to, actor=caller.name, note=note)
            except IllegalTransitionError:
                raise ServiceError("alert.wrong_state", http_status=409, exit_code=ExitCode.USAGE) from None
            self._counts = None
            self._parts.bus.publish(AlertChanged(alert_id))
            self._parts.bus.publish(DeviceChanged(changed.archived.event.device))
            self._parts.bus.publish(HealthChanged())
            return await self.alert_item(caller, changed)

    async def command(self, caller: Caller, request: CommandRequest) -> Command:
        """Queue a command; it goes out when the phone can be reached."""
        require(caller, Permission.COMMANDS_ISSUE)
        if not request.reason.strip():
            raise ServiceError("command.reason_missing", http_status=422, exit_code=ExitCode.USAGE)
        expires_in_s = request.expires_in_s
        if expires_in_s is not None and not 1 <= expires_in_s <= MAX_EXPIRY_S:
            raise ServiceError(
                "request.invalid",
                http_status=422,
                exit_code=ExitCode.USAGE,
                problem=f"expires_in_s: 1-{MAX_EXPIRY_S}",
            )
        with _refusing():
            serial = await self._serial_of(request.device)
            if serial not in await self._in_force():
                raise ServiceError("device.not_enrolled", http_status=409, exit_code=ExitCode.USAGE)
            queued = await self._parts.queue.submit(
                caller,
                device=serial,
                verb=request.verb,
                reason=request.reason.strip()[:MAX_REASON],
                expires_in_s=expires_in_s,
            )
            return self.command_item(caller, queued)

    async def commands(self, caller: Caller, *, device: str | None, limit: int) -> tuple[Command, ...]:
        """Newest first."""
        require(caller, Permission.COMMANDS_READ)
        serial = self._named(device)
        with _refusing():
            found = await self._archive.commands(CommandFilter(device=serial, limit=max(1, min(limit, MAX_LIMIT))))
            return tuple(self.command_item(caller, command) for command in found)

    async def command_by_id(self, caller: Caller, command_id: str) -> Command:
        """One."""
        require(caller, Permission.COMMANDS_READ)
        with _refusing():
            return self.command_item(caller, await self._command(command_id))

    async def cancel_command(self, caller: Caller, command_id: str) -> Command:
        """Only what was not sent."""
        require(caller, Permission.COMMANDS_ISSUE)
        with _refusing():
            return self.command_item(caller, await self._parts.queue.cancel(caller, await self._command(command_id)))

    async def audit(self, caller: Caller, *, limit: int, before: int | None) -> tuple[AuditEntry, ...]:
        """Newest first; reading it is audited too."""
        require(caller, Permission.AUDIT_READ)
        with _refusing():
            entries = await self._archive.audit_entries(limit=max(1, min(limit, MAX_LIMIT)), before=before)
            await self._audit.write(caller, "audit.read", f"count={len(entries)}")
            return tuple(audit_view(entry) for entry in entries)

    async def verify(self, caller: Caller, since: int | None) -> VerifyReport:
        """Every commitment and every signed head; takes seconds on a large archive."""
        require(caller, Permission.VERIFY)
        with _refusing():
            result = await self._archive.verify(since)
            outcome = "ok" if result.ok else f"{result.problem}"
            await self._audit.write(caller, "verify", f"ledger:{result.ledger_size}", outcome=outcome)
            return verify_view(result, self._texts(caller))

    def stream(self, caller: Caller, after: int | None) -> AsyncIterator[StreamItem]:
        """See `Service`."""
        require(caller, Permission.STREAM)
        return StreamFeed(self, self._archive, self._parts.bus, caller, self._texts(caller)).items(after)

    async def alert_item(self, caller: Caller, alert: ArchivedAlert) -> Alert:
        """An alert as this caller sees it."""
        enrolment = (await self._in_force()).get(alert.archived.event.device)
        return alert_view(alert, enrolment.employee if enrolment is not None else None, self._texts(caller))

    def command_item(self, caller: Caller, command: ArchivedCommand) -> Command:
        """A command as this caller sees it."""
        return command_view(command, self._texts(caller))

    def figures_changed(self) -> None:
        """The next reader gets fresh figures."""
        self._counts = None

    async def _find(
        self, query: EventQuery, numbers: NumberSearch, visible: Callable[[str], str]
    ) -> list[tuple[ArchivedEvent, Spans]]:
        """`visible`: what the caller may see of a text; a search must not tell more than reading would."""
        device = self._named(query.device)
        conditions = EventFilter(
            device=device,
            kind=_kind_of(query.kind),
            source=_source_of(query.kind),
            since=query.since,
            conversation=query.conversation,
            event_ids=tuple(EventId(event_id) for event_id in query.event_ids),
            before=query.before,
            limit=max(1, min(query.limit, MAX_LIMIT)),
        )
        if query.text is None:
            return [(archived, ()) for archived in await self._archive.events(conditions)]
        page = await self._archive.search(query.text, conditions, visible=visible, numbers=numbers)
        return [(found.archived, found.spans) for found in page.found]

    async def _command(self, command_id: str) -> ArchivedCommand:
        command = await self._archive.command(command_id)
        if command is None:
            raise _not_found("command")
        return command

    def _named(self, name: str | None) -> DeviceSerial | None:
        """For filters: a connection's name means its phone; an unknown name finds nothing."""
        return None if name is None else self._parts.fleet.owner_of(name) or DeviceSerial(name)

    async def _serial_of(self, name: str) -> DeviceSerial:
        """The phone that a hardware serial or a connection's name means. It must have been seen before."""
        if (owner := self._parts.fleet.owner_of(name)) is not None:
            return owner
        if any(record.serial == name for record in await self._archive.devices()):
            return DeviceSerial(name)
        if self._parts.fleet.is_listed(name):
            raise ServiceError("device.not_identified", http_status=409, exit_code=ExitCode.ADB)
        raise _not_found("device")

    async def _enrolment_changed(self, serial: DeviceSerial) -> None:
        self._enrolments = None
        self._counts = None
        await self._parts.fleet.load_enrolments()
        self._parts.bus.publish(DeviceChanged(serial))

    async def _in_force(self) -> dict[str, ArchivedEnrolment]:
        if self._enrolments is None:
            every = await self._archive.enrolments()
            self._enrolments = {one.serial: one for one in every if one.ended_at is None}
        return self._enrolments

    async def _figures(self) -> Counts:
        now_s = time.monotonic()
        if self._counts is None or now_s - self._counts[0] > _COUNTS_AGE_S:
            self._counts = (now_s, await self._archive.counts())
        return self._counts[1]

    def _texts(self, caller: Caller) -> Texts:
        return self._parts.texts.get(caller.language) or self._parts.texts["en"]


@contextmanager
def _refusing() -> Iterator[None]:
    """Errors of the rooms below as refusals that a client can show."""
    try:
        yield
    except ArchiveFullError:
        raise ServiceError("vault.disk_full", http_status=507, exit_code=ExitCode.VAULT) from None
    except AlreadyEnrolledError:
        raise ServiceError("enrolment.exists", http_status=409, exit_code=ExitCode.USAGE) from None
    except NoticeConflictError:
        raise ServiceError("enrolment.notice_conflict", http_status=409, exit_code=ExitCode.USAGE) from None
    except RecordNotFoundError:
        raise _not_found("event") from None
    except ArchiveError as error:
        raise ServiceError("vault.unwritable", http_status=503, exit_code=ExitCode.VAULT) from error
    except AdbBridgeError as error:
        raise ServiceError(error.code.value, http_status=503, exit_code=ExitCode.ADB) from error


def _not_found(what: str) -> ServiceError:
    return ServiceError(f"{what}.not_found", http_status=404, exit_code=ExitCode.NOT_FOUND)


def _kind_of(word: str | None) -> EventKind | None:
    return EventKind(word) if word is not None and word in set(EventKind) else None


def _source_of(word: str | None) -> Source | None:
    """Raises ServiceError for a word that is neither a kind nor a source."""
    if word is None or word in set(EventKind):
        return None
    if word not in set(Source):
        raise ServiceError("request.invalid", http_status=422, exit_code=ExitCode.USAGE, problem=f"kind: {word[:20]!r}")
    return Source(word)
