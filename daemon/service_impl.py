"""The daemon behind the API: permission, audit, then the answer, masked unless revealed.

Every method raises `ServiceError` only; errors of the archive and of adb are given their codes in `service_errors`.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Final

from adb_bridge.records import DeviceSerial

from .api.batches import CommandQuery
from .api.connecting import AnnouncedPhone, PairingReport, PairRequest, WirelessRequest, WirelessSwitched
from .api.exit_codes import ExitCode
from .api.importing import ImportReport, ImportRequest, ImportTicket
from .api.requests import AlertQuery, AuditQuery
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
from .archive.errors import AlreadyEnrolledError, NoticeConflictError
from .archive.records import ArchivedAlert, ArchivedCommand
from .attachment_reading import AttachmentReading
from .audit import MAX_REASON
from .audit_reading import audit_filter, read_target
from .bus import DeviceChanged
from .commanding.outlook import Outlook
from .config import is_address
from .connecting import Connecting
from .desks import DeskParts, Desks, open_desks
from .device_directory import DeviceDirectory
from .enrolment import enrolment_draft
from .event_filters import MAX_LIMIT
from .event_reading import EventReading
from .importing.desk import ImportDesk
from .live import DUPLICATE_SERIAL
from .proofs.whole_check import Extra, verify_whole
from .rights.sight import Sight
from .roles import Permission, require
from .service import Caller, OpenedAttachment, ServiceError
from .service_errors import refusing, unusable
from .service_parts import ServiceParts
from .stream_feed import StreamFeed
from .twins import is_crowded
from .version import daemon_version
from .views import audit_view, enrolment_view, verify_view

_RELEASE_AT_MOST_S: Final = 8.0
"""How long a phone may take to let go of what was paused on it, before its enrolment ends."""


class DaemonService:
    """Implements `service.Service`."""

    def __init__(self, parts: ServiceParts) -> None:
        self._parts = parts
        self._archive = parts.archive
        self._audit = parts.audit
        self._directory = DeviceDirectory(parts.archive, parts.fleet, parts.queue, parts.clock)
        self._connecting = Connecting(
            fleet=parts.fleet,
            link=parts.link,
            discovery=parts.discovery,
            desk=parts.pairing_desk,
            directory=self._directory,
            audit=parts.audit,
            clock=parts.clock,
        )
        self._reading = EventReading(parts.archive, parts.audit, self._directory, parts.guard)
        self._attachments = AttachmentReading(parts.archive, parts.audit, parts.media, parts.guard)
        self._imports = ImportDesk(
            importer=parts.importer,
            spool=parts.uploads,
            directory=self._directory,
            audit=parts.audit,
            clock=parts.clock,
        )
        self._desks = open_desks(
            DeskParts(
                archive=parts.archive,
                audit=parts.audit,
                backups=parts.backups,
                bus=parts.bus,
                clock=parts.clock,
                config=parts.config,
                delivery=parts.health.delivery,
                directory=self._directory,
                door=parts.door,
                following=parts.following,
                guard=parts.guard,
                judge=parts.judge,
                keys=parts.keys,
                media=parts.media,
                paths=parts.paths,
                pins=parts.pins,
                enrolled=self._enrolment_changed,
                provisioner=parts.provisioner,
                outlook=Outlook.over(parts.fleet, parts.link),
                queue=parts.queue,
                reading=self._reading,
                rescans=parts.rescans,
                retention=parts.retention,
                rule_watch=parts.health.rule_watch,
                texts=parts.texts,
                wiping=parts.wiping,
            )
        )
        parts.wiping.closing.tell_changes_to(self._enrolment_changed)

    @property
    def desks(self) -> Desks:
        """See `Service`."""
        return self._desks

    async def hello(self, caller: Caller) -> Hello:
        """Who we are and where the ledger ends."""
        require(caller, Permission.HELLO)
        with refusing():
            counts = await self._directory.figures()
        config = self._parts.config
        return Hello(
            api_version=API_VERSION,
            daemon_version=daemon_version(),
            store=config.store.name,
            role=caller.role,
            ledger_size=counts.ledger_size,
            server_time=self._parts.clock.now(),
            language=config.store.language,
            caller=caller.name,
        )

    async def health(self, caller: Caller) -> Health:
        """What `doctor` shows."""
        require(caller, Permission.HEALTH)
        with refusing():
            texts = self._texts(caller)
            of_door = self._parts.door.checks(texts)
            return await self._parts.health.report(texts, await self._directory.in_force(), of_door)

    async def devices(self, caller: Caller) -> tuple[Device, ...]:
        """Every phone that is enrolled, connected or was ever seen, by serial; unknown connections last."""
        require(caller, Permission.DEVICES_READ)
        with refusing():
            return await self._directory.devices(self._texts(caller))

    async def device(self, caller: Caller, serial: str) -> Device:
        """By hardware serial or by the name of a connection."""
        require(caller, Permission.DEVICES_READ)
        with refusing():
            return await self._directory.device(serial, self._texts(caller))

    async def connect(self, caller: Caller, address: str) -> str:
        """See `Service`."""
        require(caller, Permission.DEVICES_MANAGE)
        if not is_address(address):
            raise unusable("device.bad_address")
        with refusing():
            await self._audit.write(caller, "device.connect", address)
            await self._archive.connections.remember_address(address)
            if (owner := self._parts.fleet.owner_of(address)) is not None:
                self._parts.discovery.welcome(owner)
            return (await self._parts.link.connect(address)).value

    async def disconnect(self, caller: Caller, address: str) -> None:
        """Forget the address and drop its connection."""
        require(caller, Permission.DEVICES_MANAGE)
        if not is_address(address):
            raise unusable("device.bad_address")
        with refusing():
            if address not in await self._archive.connections.addresses() and not self._parts.fleet.is_listed(address):
                raise ServiceError("device.address_not_found", http_status=404, exit_code=ExitCode.NOT_FOUND)
            await self._audit.write(caller, "device.disconnect", address)
            await self._archive.connections.forget_address(address)
            if (owner := self._parts.fleet.owner_of(address)) is not None:
                self._parts.discovery.shun(owner)
            await self._parts.link.disconnect(address)

    async def announced_phones(self, caller: Caller) -> tuple[AnnouncedPhone, ...]:
        """See `Service`."""
        return await self._connecting.announced(caller)

    async def pair(self, caller: Caller, request: PairRequest) -> PairingReport:
        """See `Service`."""
        return await self._connecting.pair(caller, request)

    async def invite_phone(self, caller: Caller) -> PairingReport:
        """See `Service`."""
        return await self._connecting.invite(caller)

    async def pairing(self, caller: Caller, pairing_id: str) -> PairingReport:
        """See `Service`."""
        return await self._connecting.pairing(caller, pairing_id)

    async def cancel_pairing(self, caller: Caller, pairing_id: str) -> None:
        """See `Service`."""
        await self._connecting.cancel(caller, pairing_id)

    async def wireless(self, caller: Caller, serial: str, request: WirelessRequest) -> WirelessSwitched:
        """See `Service`."""
        return await self._connecting.wireless(caller, serial, request)

    async def enrolments(self, caller: Caller) -> tuple[Enrolment, ...]:
        """Ended ones too, newest first."""
        require(caller, Permission.ENROLMENTS_READ)
        with refusing():
            return tuple(enrolment_view(one) for one in await self._archive.enrolments())

    async def enrol(self, caller: Caller, request: EnrolRequest) -> Enrolment:
        """Collecting starts when this is on the disk."""
        require(caller, Permission.ENROL)
        serial = await self._directory.serial_of(request.serial)
        live = self._parts.fleet.live(serial)
        if live is not None and is_crowded(live):
            raise unusable(DUPLICATE_SERIAL, http_status=409)
        draft = enrolment_draft(caller, request, serial, self._parts.config, self._parts.clock.now())
        with refusing():
            notice = f"notice {draft.notice_version}"
            await self._audit.write(caller, "enrol", serial, reason=notice, outcome="asked")
            try:
                enrolment = await self._archive.add_enrolment(draft)
            except (AlreadyEnrolledError, NoticeConflictError):
                await self._audit.write(caller, "enrol", serial, reason=notice, outcome="refused")
                raise
            await self._audit.write(caller, "enrol", serial, reason=notice, outcome="ok")
            await self._parts.queue.clear(serial)
            await self._enrolment_changed(serial)
        return enrolment_view(enrolment)

    async def unenrol(self, caller: Caller, serial: str, reason: str) -> Enrolment:
        """From its commit on nothing more is collected; waiting commands end."""
        require(caller, Permission.ENROL)
        known = DeviceSerial(self._parts.fleet.owner_of(serial) or serial)
        if not reason.strip():
            raise unusable("reveal.reason_missing")
        with refusing():
            if known not in await self._directory.in_force():
                raise ServiceError("enrolment.not_found", http_status=404, exit_code=ExitCode.NOT_FOUND)
            if self._parts.queue.has_wipe(known):
                raise unusable("device.wipe_pending", http_status=409)
            await self._audit.write(caller, "unenrol", known, reason=reason, outcome="asked")
            await self._parts.following.interceptor.release(known, _RELEASE_AT_MOST_S)
            enrolment = await self._archive.end_enrolment(known, actor=caller.name, reason=reason[:MAX_REASON])
            await self._audit.write(caller, "unenrol", known, reason=reason, outcome="ok")
            await self._enrolment_changed(known)
            await self._parts.queue.clear(known)
        return enrolment_view(enrolment)

    async def events(self, caller: Caller, query: EventQuery) -> tuple[Event, ...]:
        """Masked."""
        require(caller, Permission.EVENTS_READ)
        with refusing():
            return await self._reading.masked(caller, query, self._texts(caller))

    async def reveal(self, caller: Caller, query: EventQuery, reason: str) -> tuple[Event, ...]:
        """See `Service`."""
        require(caller, Permission.EVENTS_REVEAL)
        with refusing():
            return await self._reading.revealed(caller, query, reason, self._texts(caller))

    async def attachment(self, caller: Caller, event_id: str, number: int, reason: str) -> OpenedAttachment:
        """See `Service`."""
        require(caller, Permission.EVENTS_REVEAL)
        with refusing():
            return await self._attachments.opened(caller, event_id, number, reason)

    async def announce_import(self, caller: Caller, request: ImportRequest) -> ImportTicket:
        """See `Service`."""
        return await self._imports.announce(caller, request)

    def import_file(
        self, caller: Caller, import_id: str, chunks: AsyncIterator[bytes]
    ) -> AsyncGenerator[ImportReport, None]:
        """See `Service`."""
        return self._imports.receive(caller, import_id, chunks)

    async def alerts(self, caller: Caller, query: AlertQuery) -> tuple[Alert, ...]:
        """Newest first."""
        return await self._desks.alerts.page(caller, query)

    async def alert(self, caller: Caller, alert_id: str) -> Alert:
        """One."""
        return await self._desks.alerts.one(caller, alert_id)

    async def alerts_named(self, caller: Caller, alert_ids: Sequence[str]) -> tuple[Alert, ...]:
        """Those that there are."""
        return await self._desks.alerts.named(caller, alert_ids)

    async def change_alert(self, caller: Caller, alert_id: str, to: AlertStatus, note: str | None) -> Alert:
        """Acknowledge, resolve, suppress, open again."""
        return await self._desks.alerts.change(caller, alert_id, to, note)

    async def command(self, caller: Caller, request: CommandRequest) -> Command:
        """Queue a command; it goes out when the phone can be reached."""
        return await self._desks.commands.submit(caller, request)

    async def commands(self, caller: Caller, query: CommandQuery) -> tuple[Command, ...]:
        """Newest first."""
        return await self._desks.commands.page(caller, query)

    async def command_by_id(self, caller: Caller, command_id: str) -> Command:
        """One, with what happened to it."""
        return await self._desks.commands.one(caller, command_id)

    async def cancel_command(self, caller: Caller, command_id: str) -> Command:
        """Only what was not sent."""
        return await self._desks.commands.cancel(caller, command_id)

    async def audit(self, caller: Caller, query: AuditQuery) -> tuple[AuditEntry, ...]:
        """Newest first; reading it is audited too."""
        require(caller, Permission.AUDIT_READ)
        with refusing():
            entries = await self._archive.audit_entries(
                limit=max(1, min(query.limit, MAX_LIMIT)), before=query.before, only=audit_filter(query)
            )
            await self._audit.write(caller, "audit.read", read_target(query, len(entries)))
            sight = await self._sight(caller)
            return tuple(audit_view(entry, sight) for entry in entries)

    async def verify(self, caller: Caller, since: int | None) -> VerifyReport:
        """Every commitment and every signed head; takes seconds on a large archive."""
        require(caller, Permission.VERIFY)
        with refusing():
            result = await verify_whole(self._archive, self._parts.media, since, Extra.NOTHING)
            outcome = "ok" if result.ok else f"{result.problem}"
            await self._audit.write(caller, "verify", f"ledger:{result.ledger_size}", outcome=outcome)
            return verify_view(result, self._texts(caller))

    def stream(self, caller: Caller, after: int | None) -> AsyncIterator[StreamItem]:
        """See `Service`."""
        require(caller, Permission.STREAM)
        feed = StreamFeed(self, self._archive, self._parts.bus, self._parts.guard, caller, self._texts(caller))
        return feed.items(after)

    async def alert_item(self, caller: Caller, alert: ArchivedAlert) -> Alert:
        """An alert as this caller sees it."""
        return await self._desks.alerts.item(caller, alert)

    async def command_item(self, caller: Caller, command: ArchivedCommand) -> Command:
        """A command as this caller sees it."""
        return await self._desks.commands.item(caller, command)

    async def _sight(self, caller: Caller) -> Sight:
        return await self._parts.guard.sight(caller.role, self._texts(caller))

    async def _enrolment_changed(self, serial: DeviceSerial) -> None:
        self._directory.forget()
        await self._parts.fleet.load_enrolments()
        self._parts.bus.publish(DeviceChanged(serial))

    def _texts(self, caller: Caller) -> Texts:
        return self._parts.texts.get(caller.language) or self._parts.texts["en"]
