"""A shop in memory behind the real API server: every method of `Service`, with hostile text in its data."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from daemon.api.batches import CommandQuery
from daemon.api.connecting import AnnouncedPhone, PairingReport, PairRequest, WirelessRequest, WirelessSwitched
from daemon.api.exit_codes import ExitCode
from daemon.api.importing import ImportKind, ImportReport, ImportRequest, ImportTicket
from daemon.api.requests import AlertQuery, AuditQuery
from daemon.api.wire import (
    Alert,
    AlertStatus,
    AuditEntry,
    CapabilityLine,
    Command,
    CommandRequest,
    CommandState,
    Device,
    DeviceAvailability,
    Direction,
    Enrolment,
    EnrolRequest,
    Event,
    EventKind,
    EventQuery,
    Evidence,
    Health,
    HealthCheck,
    Hello,
    MatchedSpan,
    Role,
    Severity,
    StreamItem,
    StreamKind,
    VerifyReport,
)
from daemon.desks import Desks
from daemon.service import Caller, OpenedAttachment, ServiceError

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x1b[31m[red]假\u202e装\u200b[/foo]\x9b2J\r\nRow: 1 _id=2\u2028end"
SERIAL = "SIM00001"
OTHER = "SIM00002"


def event(index: int, *, body: str = "您好，请问这款手镯多少钱", device: str = SERIAL) -> Event:
    return Event(
        event_id=f"ev_{index:026d}", ledger_index=index, device=device, kind=EventKind.MESSAGE, source="sms",
        source_key=str(index), occurred_at=NOW + timedelta(seconds=index), received_at=NOW + timedelta(seconds=index),
        direction=Direction.IN, peer="138****0001", conversation="cv_abc", body=body, attachments=(), absent_since=None,
    )  # fmt: skip


def alert(number: int, *, status: AlertStatus = AlertStatus.OPEN, surface: str = "加我私人微信***") -> Alert:
    return Alert(
        alert_id=f"al_{number}", event_id=f"ev_{number:026d}", device=SERIAL, rule_id="private-contact",
        title="邀请私下联系", category="diversion", severity=Severity.HIGH, status=status, raised_at=NOW,
        evidence=(Evidence(surface=surface, start=1, end=4, word="私人微信", how="folded", ruleset="retail-zh@1"),),
        source="sms", source_key=str(number), employee="王小明", occurred_at=NOW,
    )  # fmt: skip


def device(serial: str, **changes: object) -> Device:
    whole = Device(
        serial=serial, employee="王小明", state="device", availability=DeviceAvailability.ONLINE, last_seen_at=NOW,
        battery_pct=81, profile="Xiaomi Mi 10 Android 12",
        capabilities=(
            CapabilityLine(name="sms", availability="yes", evidence="rows_readable", advice=None),
            CapabilityLine(
                name="call_log", availability="no", evidence="permission_denied", advice="Tap Allow in Settings"
            ),
        ),
        pending_commands=0, transports=("127.0.0.1:5555",), is_locked=False, is_screen_on=True, is_charging=False,
        clock_offset_ms=12, backfill_done=True, events=4, open_alerts=1, last_error=None, notice_posted=True,
    )  # fmt: skip
    return msgspec.structs.replace(whole, **changes)


def refusal(code: str, http_status: int, exit_code: ExitCode) -> ServiceError:
    return ServiceError(code, http_status=http_status, exit_code=exit_code)


NOT_FOUND = 404
CUT = b"<cut>"
"""A piece of a file that cannot be read."""


@dataclass
class FakeService:
    """`failing` makes a method raise; `delays_s` makes it slow; `calls` records who called what."""

    known_devices: list[Device] = field(default_factory=lambda: [device(SERIAL), device(OTHER, employee=None)])
    known_events: list[Event] = field(default_factory=lambda: [event(index) for index in range(5)])
    known_alerts: list[Alert] = field(default_factory=lambda: [alert(1), alert(2, status=AlertStatus.RESOLVED)])
    known_files: dict[str, tuple[tuple[bytes, ...], ...]] = field(default_factory=lambda: {"ev_file": ((b"one",),)})
    """Event id to the pieces of each of its attachments."""
    known_commands: dict[str, Command] = field(default_factory=dict)
    known_enrolments: list[Enrolment] = field(default_factory=list)
    command_path: tuple[CommandState, ...] = (CommandState.SENT, CommandState.ACKNOWLEDGED)
    """What a command goes through, one step each time it is looked at."""
    command_result: str = "locked"
    checks: tuple[HealthCheck, ...] = (HealthCheck(name="disk", status="ok", detail="12 GB free", advice=None),)
    verify_ok: bool = True
    announced: tuple[AnnouncedPhone, ...] = ()
    pairing_path: list[str] = field(default_factory=lambda: ["waiting", "pairing", "connecting", "connected"])
    """What a QR code goes through, one step each time it is looked at."""
    failing: dict[str, Exception] = field(default_factory=dict)
    delays_s: dict[str, float] = field(default_factory=dict)
    calls: list[tuple[str, Caller]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    live: asyncio.Queue[StreamItem] = field(default_factory=asyncio.Queue)
    stream_starts: list[int | None] = field(default_factory=list)
    api_version: int = 1

    @property
    def desks(self) -> Desks:
        """A shop without desks: their routes answer 404."""
        raise ServiceError("request.no_such_route", http_status=404, exit_code=ExitCode.NOT_FOUND)

    async def _enter(self, name: str, caller: Caller) -> None:
        self.calls.append((name, caller))
        await asyncio.sleep(self.delays_s.get(name, 0))
        if name in self.failing:
            raise self.failing[name]

    def make_hello(self, caller: Caller) -> Hello:
        size = max((known.ledger_index for known in self.known_events), default=0)
        return Hello(
            api_version=self.api_version, daemon_version="0.1.0", store="测试店", role=caller.role,
            ledger_size=size, server_time=NOW, language=caller.language,
        )  # fmt: skip

    async def hello(self, caller: Caller) -> Hello:
        await self._enter("hello", caller)
        return self.make_hello(caller)

    async def health(self, caller: Caller) -> Health:
        await self._enter("health", caller)
        return Health(
            checks=self.checks, is_collecting=True, disk_free_bytes=12 * 2**30, queue_depth=0,
            events=len(self.known_events), open_alerts_by_severity={"high": 1},
        )  # fmt: skip

    async def devices(self, caller: Caller) -> tuple[Device, ...]:
        await self._enter("devices", caller)
        return tuple(self.known_devices)

    async def device(self, caller: Caller, serial: str) -> Device:
        await self._enter("device", caller)
        found = next((known for known in self.known_devices if known.serial == serial), None)
        if found is None:
            raise refusal("device.not_found", NOT_FOUND, ExitCode.NOT_FOUND)
        return found

    async def connect(self, caller: Caller, address: str) -> str:
        await self._enter("connect", caller)
        return "failed" if address.startswith("10.") else "connected"

    async def disconnect(self, caller: Caller, address: str) -> None:
        await self._enter(f"disconnect {address}", caller)

    async def announced_phones(self, caller: Caller) -> tuple[AnnouncedPhone, ...]:
        await self._enter("announced_phones", caller)
        return self.announced

    async def pair(self, caller: Caller, request: PairRequest) -> PairingReport:
        await self._enter("pair", caller)
        self.reasons.append(request.address)
        outcome = "connected" if request.code == "123456" else "wrong_code"
        return PairingReport(pairing_id="", state=outcome, is_over=True, serial=SERIAL)

    async def invite_phone(self, caller: Caller) -> PairingReport:
        await self._enter("invite_phone", caller)
        return PairingReport(
            pairing_id="p1", state="waiting", is_over=False, payload="WIFI:T:ADB;S:shop;P:secret;;", expires_in_s=60.0
        )

    async def pairing(self, caller: Caller, pairing_id: str) -> PairingReport:
        await self._enter("pairing", caller)
        if pairing_id != "p1":
            raise refusal("pairing.not_found", NOT_FOUND, ExitCode.NOT_FOUND)
        state = self.pairing_path.pop(0)
        return PairingReport(pairing_id="p1", state=state, is_over=not self.pairing_path, serial=SERIAL)

    async def cancel_pairing(self, caller: Caller, pairing_id: str) -> None:
        await self._enter("cancel_pairing", caller)

    async def wireless(self, caller: Caller, serial: str, request: WirelessRequest) -> WirelessSwitched:
        await self._enter("wireless", caller)
        return WirelessSwitched(outcome=request.switch, address="192.168.1.20:37123")

    async def enrolments(self, caller: Caller) -> tuple[Enrolment, ...]:
        await self._enter("enrolments", caller)
        return tuple(self.known_enrolments)

    async def enrol(self, caller: Caller, request: EnrolRequest) -> Enrolment:
        await self._enter("enrol", caller)
        if not any(known.serial == request.serial for known in self.known_devices):
            raise refusal("device.not_found", NOT_FOUND, ExitCode.NOT_FOUND)
        record = Enrolment(
            serial=request.serial, employee=request.employee, notice_version=request.notice_version,
            notice_sha256="ab" * 32, acknowledged_by=request.acknowledged_by, acknowledged_at=NOW,
            enrolled_by=caller.name, enrolled_at=NOW, scope=request.scope, ended_at=None,
        )  # fmt: skip
        self.known_enrolments.append(record)
        return record

    async def unenrol(self, caller: Caller, serial: str, reason: str) -> Enrolment:
        await self._enter("unenrol", caller)
        self.reasons.append(reason)
        for at, record in enumerate(self.known_enrolments):
            if record.serial == serial and record.ended_at is None:
                self.known_enrolments[at] = msgspec.structs.replace(record, ended_at=NOW)
                return self.known_enrolments[at]
        raise refusal("enrolment.not_found", NOT_FOUND, ExitCode.NOT_FOUND)

    async def events(self, caller: Caller, query: EventQuery) -> tuple[Event, ...]:
        await self._enter("events", caller)
        found = [
            known
            for known in reversed(self.known_events)
            if (query.before is None or known.ledger_index < query.before)
            and (query.device is None or known.device == query.device)
            and (query.kind is None or query.kind in {known.kind.value, known.source})
            and (query.since is None or known.occurred_at >= query.since)
            and (query.conversation is None or known.conversation == query.conversation)
            and (query.text is None or query.text in known.body)
            and (not query.event_ids or known.event_id in query.event_ids)
        ]
        if query.text is not None:
            found = [
                msgspec.structs.replace(
                    known,
                    matched=(MatchedSpan(start=(at := known.body.index(query.text)), end=at + len(query.text)),),
                )
                for known in found
            ]
        return tuple(found[: query.limit])

    async def reveal(self, caller: Caller, query: EventQuery, reason: str) -> tuple[Event, ...]:
        await self._enter("reveal", caller)
        self.reasons.append(reason)
        return tuple(
            msgspec.structs.replace(known, peer="13800000001", is_revealed=True)
            for known in await self.events(caller, query)
        )

    async def announce_import(self, caller: Caller, request: ImportRequest) -> ImportTicket:
        await self._enter("announce_import", caller)
        return ImportTicket(import_id="im_1")

    async def import_file(
        self, caller: Caller, import_id: str, chunks: AsyncIterator[bytes]
    ) -> AsyncGenerator[ImportReport, None]:
        await self._enter("import_file", caller)
        size = sum([len(chunk) async for chunk in chunks])
        yield ImportReport(
            device=SERIAL, kind=ImportKind.SMS_XML, sha256="ab" * 32, size_bytes=size, read_bytes=size, records=0,
            new=0, already_imported=0, already_archived=0, refused=0, is_done=True,
        )  # fmt: skip

    async def attachment(self, caller: Caller, event_id: str, number: int, reason: str) -> OpenedAttachment:
        await self._enter("attachment", caller)
        self.reasons.append(reason)
        files = self.known_files.get(event_id, ())
        if not 1 <= number <= len(files):
            raise refusal("attachment.not_found", NOT_FOUND, ExitCode.NOT_FOUND)
        content = b"".join(files[number - 1])

        async def chunks() -> AsyncIterator[bytes]:
            for chunk in files[number - 1]:
                if chunk == CUT:
                    raise refusal("attachment.damaged", 500, ExitCode.INTEGRITY)
                yield chunk

        return OpenedAttachment(size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest(), chunks=chunks())

    async def alerts(self, caller: Caller, query: AlertQuery) -> tuple[Alert, ...]:
        await self._enter("alerts", caller)
        return tuple(
            known
            for known in self.known_alerts
            if query.status in {None, known.status} and query.device in {None, known.device}
        )[: query.limit]

    async def alert(self, caller: Caller, alert_id: str) -> Alert:
        await self._enter("alert", caller)
        found = next((known for known in self.known_alerts if known.alert_id == alert_id), None)
        if found is None:
            raise refusal("alert.not_found", NOT_FOUND, ExitCode.NOT_FOUND)
        return found

    async def change_alert(self, caller: Caller, alert_id: str, to: AlertStatus, note: str | None) -> Alert:
        await self._enter("change_alert", caller)
        found = await self.alert(caller, alert_id)
        changed = msgspec.structs.replace(found, status=to, note=note, handled_by=caller.name, handled_at=NOW)
        self.known_alerts[self.known_alerts.index(found)] = changed
        return changed

    async def command(self, caller: Caller, request: CommandRequest) -> Command:
        await self._enter("command", caller)
        self.reasons.append(request.reason)
        await self.device(caller, request.device)
        command = Command(
            command_id=f"cm_{len(self.known_commands) + 1}", device=request.device, verb=request.verb,
            state=CommandState.QUEUED, reason=request.reason, requested_by=caller.name, requested_at=NOW,
            expires_at=NOW + timedelta(hours=24), updated_at=NOW, tries=0, result=None, result_text=None,
        )  # fmt: skip
        self.known_commands[command.command_id] = command
        return command

    async def commands(self, caller: Caller, query: CommandQuery) -> tuple[Command, ...]:
        await self._enter("commands", caller)
        found = [known for known in self.known_commands.values() if query.device in {None, known.device}]
        return tuple(found[: query.limit])

    async def command_by_id(self, caller: Caller, command_id: str) -> Command:
        await self._enter("command_by_id", caller)
        known = self.known_commands.get(command_id)
        if known is None:
            raise refusal("command.not_found", NOT_FOUND, ExitCode.NOT_FOUND)
        if not known.state.is_terminal and known.tries < len(self.command_path):
            state = self.command_path[known.tries]
            result = self.command_result if state.is_terminal else None
            known = msgspec.structs.replace(
                known, state=state, tries=known.tries + 1, result=result, result_text=result
            )
            self.known_commands[command_id] = known
        return known

    async def cancel_command(self, caller: Caller, command_id: str) -> Command:
        await self._enter("cancel_command", caller)
        known = self.known_commands.get(command_id)
        if known is None:
            raise refusal("command.not_found", NOT_FOUND, ExitCode.NOT_FOUND)
        if known.state.is_terminal:
            raise refusal("command.not_cancellable", 409, ExitCode.PARTIAL)
        self.known_commands[command_id] = msgspec.structs.replace(known, state=CommandState.CANCELLED)
        return self.known_commands[command_id]

    async def audit(self, caller: Caller, query: AuditQuery) -> tuple[AuditEntry, ...]:
        await self._enter("audit", caller)
        return tuple(
            AuditEntry(
                audit_id=number, ledger_index=number + 100, at=NOW, actor="owner", role="owner", action="events.reveal",
                target=f"ev_{number}", reason="客户投诉", outcome="done",
            )
            for number in range(5, 0, -1)
            if query.before is None or number < query.before
        )[: query.limit]  # fmt: skip

    async def verify(self, caller: Caller, since: int | None) -> VerifyReport:
        await self._enter("verify", caller)
        return VerifyReport(
            ok=self.verify_ok, ledger_size=5, root_sha256="00" * 32, records_checked=5 - (since or 0), heads_checked=2,
            first_bad=None if self.verify_ok else "ledger:3", problem=None if self.verify_ok else "record_changed",
            text="whole" if self.verify_ok else "changed",
        )  # fmt: skip

    async def stream(self, caller: Caller, after: int | None) -> AsyncIterator[StreamItem]:
        await self._enter("stream", caller)
        self.stream_starts.append(after)
        yield StreamItem(kind=StreamKind.HELLO, ledger_index=None, hello=self.make_hello(caller))
        for known in self.known_devices:
            yield StreamItem(kind=StreamKind.DEVICE, ledger_index=None, device=known)
        if after is not None:
            for past in self.known_events:
                if past.ledger_index > after:
                    yield StreamItem(kind=StreamKind.EVENT, ledger_index=past.ledger_index, event=past)
        while True:
            yield await self.live.get()


def caller_of(role: Role) -> Caller:
    return Caller(uid=0, name="tester", role=role, language="en")
