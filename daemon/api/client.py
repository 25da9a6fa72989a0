"""The API client that the console, the command line and the demo use: every method of the service, bounded in time."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from types import TracebackType
from typing import Self

import msgspec

from .calling import READ_TIMEOUT_S as READ_TIMEOUT_S
from .calling import segment as segment
from .connecting import AnnouncedPhone, PairingReport, PairRequest, WirelessRequest, WirelessSwitched
from .errors import ApiClientError, ApiRefusedError, ApiVersionError, UnreachableReason
from .importing import ImportReport, ImportRequest, ImportTicket
from .links import LinkOffline, LinkOnline, LinkRefused, LinkState
from .requests import (
    ConnectReport,
    ConnectRequest,
    EndEnrolmentRequest,
    Nothing,
    OpenAttachmentRequest,
    VerifyRequest,
)
from .shops import Door
from .sse import SseTooLargeError, read_payloads
from .texts import Texts
from .transport import AnswerT, Download, Transport
from .wire import (
    API_VERSION,
    Alert,
    AlertAction,
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
    Page,
    RevealRequest,
    StreamItem,
    StreamKind,
    VerifyReport,
    Wire,
)

CONNECT_PHONE_TIMEOUT_S = 45.0
"""adb itself may take its time with an address that does not answer."""
PAIR_TIMEOUT_S = 90.0
VERIFY_TIMEOUT_S = 900.0
BUNDLE_IDLE_TIMEOUT_S = 600.0
"""Files are looked at before the first of them goes out."""
DOWNLOAD_IDLE_TIMEOUT_S = 60.0
"""Between two pieces of a file."""
IMPORT_IDLE_TIMEOUT_S = 900.0
"""A large file is read once before the first word of it."""
FIRST_RETRY_S = 0.25
LAST_RETRY_S = 3.0
REFUSED_RETRY_S = 30.0


class _Kind(msgspec.Struct):
    kind: str


class ApiClient:
    """A client of one daemon, by its socket or in a shop elsewhere; texts come in `language` (`en` or `zh`).

    With `web_session` (the token of a `WebSession`), calls are of the person whom it was given to.
    Every method raises ApiUnreachableError, ApiTimeoutError, ApiVersionError or ApiRefusedError.
    """

    def __init__(self, door: Door, language: str, web_session: str | None = None) -> None:
        self.texts = Texts(language)
        self._transport = Transport(door, self.texts, web_session)

    async def __aenter__(self) -> Self:
        return self

    def speak(self, language: str) -> None:
        """Texts of calls from now on; a stream that is open keeps its language."""
        self.texts = Texts(language)
        self._transport.speak(self.texts)

    async def close(self) -> None:
        """Drop every connection; `async with` does it by itself."""
        await self._transport.close()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def call(
        self,
        method: str,
        path: str,
        answer: type[AnswerT],
        *,
        body: Wire | None = None,
        query: Mapping[str, str] | None = None,
        timeout_s: float = READ_TIMEOUT_S,
    ) -> AnswerT:
        """One call of a route that has its functions in a file of its own (`daemon/api/*_client.py`).

        `path` is percent-encoded (`segment`).
        """
        return await self._transport.call(method, path, answer, timeout_s=timeout_s, body=body, query=query)

    async def hello(self) -> Hello:
        """Who we are to the daemon. Raises ApiVersionError when it speaks another version."""
        return self._checked(await self._transport.call("GET", "/v1/hello", Hello, timeout_s=READ_TIMEOUT_S))

    async def health(self) -> Health:
        """The daemon's own checks."""
        return await self._transport.call("GET", "/v1/health", Health, timeout_s=READ_TIMEOUT_S)

    async def devices(self) -> tuple[Device, ...]:
        """Every phone known, enrolled or only seen."""
        return (await self._transport.call("GET", "/v1/devices", Page[Device], timeout_s=READ_TIMEOUT_S)).items

    async def device(self, serial: str) -> Device:
        """One phone."""
        return await self._transport.call("GET", f"/v1/devices/{segment(serial)}", Device, timeout_s=READ_TIMEOUT_S)

    async def connect(self, address: str) -> str:
        """Connect to `host:port` and remember it. Returns `connected`, `already`, `auth_pending`,
        `turned_away` or `failed`."""
        report = await self._transport.call(
            "POST", "/v1/connections", ConnectReport,
            timeout_s=CONNECT_PHONE_TIMEOUT_S, body=ConnectRequest(address=address),
        )  # fmt: skip
        return report.outcome

    async def disconnect(self, address: str) -> None:
        """Disconnect from `host:port` and forget it."""
        await self._transport.call("DELETE", f"/v1/connections/{segment(address)}", Nothing, timeout_s=READ_TIMEOUT_S)

    async def announced_phones(self) -> tuple[AnnouncedPhone, ...]:
        """Phones that announce themselves on the local network now."""
        return (
            await self._transport.call("GET", "/v1/announced", Page[AnnouncedPhone], timeout_s=READ_TIMEOUT_S)
        ).items

    async def pair(self, request: PairRequest) -> PairingReport:
        """Pair by the code a phone shows and connect to it; takes up to a minute and a half."""
        return await self._transport.call(
            "POST", "/v1/pairings/code", PairingReport, timeout_s=PAIR_TIMEOUT_S, body=request
        )

    async def invite_phone(self) -> PairingReport:
        """Make a QR code; look with `pairing` what became of it."""
        return await self._transport.call("POST", "/v1/pairings", PairingReport, timeout_s=READ_TIMEOUT_S)

    async def pairing(self, pairing_id: str) -> PairingReport:
        """How a pairing by QR code stands."""
        path = f"/v1/pairings/{segment(pairing_id)}"
        return await self._transport.call("GET", path, PairingReport, timeout_s=READ_TIMEOUT_S)

    async def cancel_pairing(self, pairing_id: str) -> None:
        """Nobody can use its QR code from now on."""
        await self._transport.call("DELETE", f"/v1/pairings/{segment(pairing_id)}", Nothing, timeout_s=READ_TIMEOUT_S)

    async def wireless(self, serial: str, request: WirelessRequest) -> WirelessSwitched:
        """Switch wireless debugging of an enrolled, connected phone."""
        path = f"/v1/devices/{segment(serial)}/wireless"
        return await self._transport.call(
            "POST", path, WirelessSwitched, timeout_s=CONNECT_PHONE_TIMEOUT_S, body=request
        )

    async def enrolments(self) -> tuple[Enrolment, ...]:
        """Every enrolment record, ended ones included."""
        return (await self._transport.call("GET", "/v1/enrolments", Page[Enrolment], timeout_s=READ_TIMEOUT_S)).items

    async def enrol(self, request: EnrolRequest) -> Enrolment:
        """Write the enrolment record; collecting starts."""
        return await self._transport.call("POST", "/v1/enrolments", Enrolment, timeout_s=READ_TIMEOUT_S, body=request)

    async def unenrol(self, serial: str, reason: str) -> Enrolment:
        """End the enrolment; collecting stops."""
        return await self._transport.call(
            "POST", f"/v1/enrolments/{segment(serial)}/end", Enrolment,
            timeout_s=READ_TIMEOUT_S, body=EndEnrolmentRequest(reason=reason),
        )  # fmt: skip

    async def events(self, query: EventQuery) -> tuple[Event, ...]:
        """Masked events, newest first; with `query.text`, those that match it."""
        simple = EventQuery(
            device=query.device, kind=query.kind, since=query.since, conversation=query.conversation,
            limit=query.limit, before=query.before,
        )  # fmt: skip
        if query == simple:
            page = await self._transport.call(
                "GET", "/v1/events", Page[Event], timeout_s=READ_TIMEOUT_S,
                query=_query(
                    device=query.device, kind=query.kind, since=query.since, conversation=query.conversation,
                    limit=query.limit, before=query.before,
                ),
            )  # fmt: skip
        else:
            page = await self._transport.call(
                "POST", "/v1/events/search", Page[Event], timeout_s=READ_TIMEOUT_S, body=query
            )
        return page.items

    async def reveal(self, query: EventQuery, reason: str) -> tuple[Event, ...]:
        """Unmasked events. The audit entry is on disk before they arrive."""
        request = RevealRequest(query=query, reason=reason)
        page = await self._transport.call(
            "POST", "/v1/events/reveal", Page[Event], timeout_s=READ_TIMEOUT_S, body=request
        )
        return page.items

    @asynccontextmanager
    async def attachment(self, event_id: str, number: int, reason: str) -> AsyncGenerator[Download, None]:
        """The bytes of an event's attachment, counted from 1. The audit entry is on disk before they arrive."""
        path = f"/v1/events/{segment(event_id)}/attachments/{number:d}"
        request = OpenAttachmentRequest(reason=reason)
        async with self._transport.download(path, request, idle_timeout_s=DOWNLOAD_IDLE_TIMEOUT_S) as download:
            yield download

    @asynccontextmanager
    async def bundle(self, path: str) -> AsyncGenerator[AsyncIterator[bytes], None]:
        """A bundle in pieces, made while it comes. When it cannot be finished the iteration raises: keep none of it."""
        async with self._transport.bundle(path, idle_timeout_s=BUNDLE_IDLE_TIMEOUT_S) as chunks:
            yield chunks

    async def import_file(
        self, request: ImportRequest, content: AsyncIterable[bytes]
    ) -> AsyncGenerator[ImportReport, None]:
        """Announce a file, send it, and hear how its import goes; the last report has `is_done`. Use `aclosing`."""
        ticket = await self._transport.call("POST", "/v1/imports", ImportTicket, timeout_s=READ_TIMEOUT_S, body=request)
        path = f"/v1/imports/{segment(ticket.import_id)}"
        async with self._transport.upload(path, content, idle_timeout_s=IMPORT_IDLE_TIMEOUT_S) as chunks:
            rest = b""
            async for chunk in chunks:
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    report = self._transport.decode(line, ImportReport)
                    yield report
                    if report.is_done:
                        return
        raise self._transport.unreachable(UnreachableReason.LINK_LOST)

    async def alerts(
        self, *, status: AlertStatus | None = None, device: str | None = None, limit: int = 200
    ) -> tuple[Alert, ...]:
        """Newest first."""
        query = _query(status=status, device=device, limit=limit)
        return (
            await self._transport.call("GET", "/v1/alerts", Page[Alert], timeout_s=READ_TIMEOUT_S, query=query)
        ).items

    async def alert(self, alert_id: str) -> Alert:
        """One alert."""
        return await self._transport.call("GET", f"/v1/alerts/{segment(alert_id)}", Alert, timeout_s=READ_TIMEOUT_S)

    async def change_alert(self, alert_id: str, to: AlertStatus, note: str | None = None) -> Alert:
        """Move an alert to `to`."""
        return await self._transport.call(
            "POST", f"/v1/alerts/{segment(alert_id)}/{to.value}", Alert,
            timeout_s=READ_TIMEOUT_S, body=AlertAction(note=note),
        )  # fmt: skip

    async def acknowledge(self, alert_id: str, note: str | None = None) -> Alert:
        """Somebody looks after it."""
        return await self.change_alert(alert_id, AlertStatus.ACKNOWLEDGED, note)

    async def resolve(self, alert_id: str, note: str | None = None) -> Alert:
        """It is settled."""
        return await self.change_alert(alert_id, AlertStatus.RESOLVED, note)

    async def command(self, request: CommandRequest) -> Command:
        """Queue a command for a phone."""
        return await self._transport.call("POST", "/v1/commands", Command, timeout_s=READ_TIMEOUT_S, body=request)

    async def commands(self, *, device: str | None = None, limit: int = 200) -> tuple[Command, ...]:
        """Newest first."""
        query = _query(device=device, limit=limit)
        return (
            await self._transport.call("GET", "/v1/commands", Page[Command], timeout_s=READ_TIMEOUT_S, query=query)
        ).items

    async def command_by_id(self, command_id: str) -> Command:
        """One command."""
        path = f"/v1/commands/{segment(command_id)}"
        return await self._transport.call("GET", path, Command, timeout_s=READ_TIMEOUT_S)

    async def cancel_command(self, command_id: str) -> Command:
        """Cancel what is still queued."""
        path = f"/v1/commands/{segment(command_id)}/cancel"
        return await self._transport.call("POST", path, Command, timeout_s=READ_TIMEOUT_S)

    async def audit(self, *, limit: int = 200, before: int | None = None) -> tuple[AuditEntry, ...]:
        """Newest first; `before` is an `audit_id`."""
        query = _query(limit=limit, before=before)
        return (
            await self._transport.call("GET", "/v1/audit", Page[AuditEntry], timeout_s=READ_TIMEOUT_S, query=query)
        ).items

    async def verify(self, since: int | None = None) -> VerifyReport:
        """Recompute the ledger and compare; takes seconds to minutes."""
        return await self._transport.call(
            "POST", "/v1/verify", VerifyReport, timeout_s=VERIFY_TIMEOUT_S, body=VerifyRequest(since=since)
        )

    async def openapi(self) -> bytes:
        """The OpenAPI 3.1 document, JSON."""
        return await self._transport.fetch("/v1/openapi.json", timeout_s=READ_TIMEOUT_S)

    async def stream(self, after: int | None = None) -> AsyncGenerator[StreamItem, None]:
        """The live stream: HELLO, devices, then everything after ledger index `after` (None: from now).

        Ends only with an ApiClientError; a clean end by the daemon is ApiUnreachableError. Use `aclosing`.
        """
        headers = {"Accept": "text/event-stream"} | ({} if after is None else {"Last-Event-ID": str(after)})
        async with self._transport.stream("/v1/stream", headers) as chunks:
            try:
                async for payload in read_payloads(chunks):
                    if self._transport.decode(payload, _Kind).kind not in set(StreamKind):
                        continue  # a newer daemon tells of something this client does not know
                    item = self._transport.decode(payload, StreamItem)
                    if item.hello is not None:
                        self._checked(item.hello)
                    yield item
            except SseTooLargeError as error:
                raise self._transport.version_error("api.unreadable") from error
        raise self._transport.unreachable(UnreachableReason.LINK_LOST)

    async def stream_forever(self, after: int | None = None) -> AsyncGenerator[StreamItem | LinkState, None]:
        """`stream` that reconnects with back-off and resumes where it was; never ends, never raises. Use `aclosing`.

        Link states come in between the items. After a RESET item, lists must be loaded anew.
        """
        failures = 0
        position = after
        while True:
            is_online = False
            try:
                async with aclosing(self.stream(position)) as items:
                    async for item in items:
                        if not is_online:
                            is_online, failures = True, 0
                            yield LinkOnline(resumed_after=position)
                        position = _advanced(position, item)
                        yield item
            except (ApiVersionError, ApiRefusedError) as error:
                state: LinkRefused | LinkOffline = LinkRefused(error=error, retry_in_s=REFUSED_RETRY_S)
            except ApiClientError as error:
                failures += 1
                delay = min(LAST_RETRY_S, FIRST_RETRY_S * 2 ** min(failures - 1, 16))
                state = LinkOffline(error=error, retry_in_s=delay * random.uniform(0.8, 1.2), attempts=failures)
            yield state
            await asyncio.sleep(state.retry_in_s)

    def _checked(self, hello: Hello) -> Hello:
        if hello.api_version != API_VERSION:
            raise self._transport.version_error("api.version")
        return hello


def _advanced(position: int | None, item: StreamItem) -> int | None:
    if item.ledger_index is not None:
        return item.ledger_index if position is None else max(position, item.ledger_index)
    if item.hello is not None and position is None:
        return item.hello.ledger_size  # "from now", kept so that a drop before the first event loses nothing
    return position


def _query(**values: str | int | datetime | None) -> Mapping[str, str]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else str(value)
        for name, value in values.items()
        if value is not None
    }
