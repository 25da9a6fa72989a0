"""What the API's handlers ask of the daemon. The handlers know HTTP, the service knows the shop."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from .api.batches import CommandQuery
from .api.connecting import AnnouncedPhone, PairingReport, PairRequest, WirelessRequest, WirelessSwitched
from .api.exit_codes import ExitCode
from .api.importing import ImportReport, ImportRequest, ImportTicket
from .api.requests import AlertQuery, AuditQuery
from .api.wire import (
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
    Role,
    StreamItem,
    VerifyReport,
)

if TYPE_CHECKING:  # desks know callers and errors of this file
    from .desks import Desks


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, as the kernel and the configuration say."""

    uid: int
    name: str
    role: Role
    language: str
    """`en` or `zh`: the language of texts in the answer."""
    employee: str | None = None
    """Which employee the caller is, as enrolled; None: none that the configuration names."""
    web_session: str | None = None
    """Of whom came by the web; then `uid` is a number of the account's, beyond all users', and `name` begins with
    WEB_NAME. None: the user who connects."""
    console: str | None = None
    """Of a console of another machine, its id; then `uid` is a number beyond all others and `name` begins with
    CONSOLE_NAME. None: somebody on this machine."""
    is_gate: bool = False
    """May let people in by the web."""


class ServiceError(Exception):
    """A refusal that the client shows. `code` finds the text and hint in the catalogs; no content in here."""

    def __init__(self, code: str, *, http_status: int, exit_code: ExitCode, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.http_status = http_status
        self.exit_code = exit_code
        self.values = values


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedAttachment:
    """An attachment whose opening is in the audit."""

    size_bytes: int
    sha256: str
    """Of what `chunks` gives, 64 hexadecimal digits."""
    chunks: AsyncIterator[bytes]
    """Raises ServiceError when the file is missing or damaged, perhaps after the first pieces."""


class Service(Protocol):
    """Every method raises `ServiceError`. Content in answers is masked unless the method says revealed."""

    @property
    def desks(self) -> "Desks":
        """What has a file of its own instead of methods here."""

    async def hello(self, caller: Caller) -> Hello: ...
    async def health(self, caller: Caller) -> Health: ...
    async def devices(self, caller: Caller) -> tuple[Device, ...]: ...
    async def device(self, caller: Caller, serial: str) -> Device: ...
    async def connect(self, caller: Caller, address: str) -> str:
        """Connect to `host:port` and remember it. Returns a stable outcome word."""

    async def disconnect(self, caller: Caller, address: str) -> None: ...
    async def announced_phones(self, caller: Caller) -> tuple[AnnouncedPhone, ...]:
        """Phones that announce themselves on the local network now."""

    async def pair(self, caller: Caller, request: PairRequest) -> PairingReport:
        """Pair by code, then connect; the code is in no log and no audit entry."""

    async def invite_phone(self, caller: Caller) -> PairingReport:
        """Make a QR code; whoever scans it is paired and connected."""

    async def pairing(self, caller: Caller, pairing_id: str) -> PairingReport: ...
    async def cancel_pairing(self, caller: Caller, pairing_id: str) -> None: ...
    async def wireless(self, caller: Caller, serial: str, request: WirelessRequest) -> WirelessSwitched:
        """Switch wireless debugging of an enrolled phone that is connected, and read that back."""

    async def enrolments(self, caller: Caller) -> tuple[Enrolment, ...]: ...
    async def enrol(self, caller: Caller, request: EnrolRequest) -> Enrolment: ...
    async def unenrol(self, caller: Caller, serial: str, reason: str) -> Enrolment: ...
    async def events(self, caller: Caller, query: EventQuery) -> tuple[Event, ...]: ...
    async def reveal(self, caller: Caller, query: EventQuery, reason: str) -> tuple[Event, ...]:
        """Unmasked; the audit entry is durable before this returns."""

    async def attachment(self, caller: Caller, event_id: str, number: int, reason: str) -> OpenedAttachment:
        """The bytes of an event's attachment, counted from 1; the audit entry is durable before this returns."""

    async def announce_import(self, caller: Caller, request: ImportRequest) -> ImportTicket:
        """Whether a file may be imported for a phone; its bytes follow within two minutes."""

    def import_file(
        self, caller: Caller, import_id: str, chunks: AsyncIterator[bytes]
    ) -> AsyncGenerator[ImportReport, None]:
        """Take the bytes and import them; how it goes, the last report with `is_done`."""

    async def alerts(self, caller: Caller, query: AlertQuery) -> tuple[Alert, ...]: ...
    async def alert(self, caller: Caller, alert_id: str) -> Alert: ...
    async def change_alert(self, caller: Caller, alert_id: str, to: AlertStatus, note: str | None) -> Alert: ...
    async def command(self, caller: Caller, request: CommandRequest) -> Command: ...
    async def commands(self, caller: Caller, query: CommandQuery) -> tuple[Command, ...]: ...
    async def command_by_id(self, caller: Caller, command_id: str) -> Command: ...
    async def cancel_command(self, caller: Caller, command_id: str) -> Command: ...
    async def audit(self, caller: Caller, query: AuditQuery) -> tuple[AuditEntry, ...]: ...
    async def verify(self, caller: Caller, since: int | None) -> VerifyReport: ...
    def stream(self, caller: Caller, after: int | None) -> AsyncIterator[StreamItem]:
        """First a HELLO, then devices, then everything after ledger index `after` (None: from now), for ever."""
