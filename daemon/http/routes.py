"""Every route of the API, version 1: the one table that the app, the permission check and the document are made of."""

from dataclasses import dataclass

import msgspec
from aiohttp import web

from ..api.batches import CommandQuery
from ..api.connecting import AnnouncedPhone, PairingReport, PairRequest, WirelessRequest, WirelessSwitched
from ..api.importing import ImportReport, ImportRequest, ImportTicket
from ..api.requests import (
    AlertQuery,
    AuditQuery,
    ConnectReport,
    ConnectRequest,
    EndEnrolmentRequest,
    Nothing,
    OpenAttachmentRequest,
    StreamQuery,
    VerifyRequest,
)
from ..api.wire import (
    Alert,
    AlertAction,
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
    VerifyReport,
)
from ..roles import Permission
from ..service import Caller, Service
from . import connecting, handlers, importing
from .alert_routes import ALERT_ROUTES
from .backup_routes import BACKUP_ROUTES
from .call import ApiRoute
from .command_routes import COMMAND_ROUTES
from .console_routes import CONSOLE_ROUTES
from .delivery_routes import DELIVERY_ROUTES
from .documents_routes import DOCUMENTS_ROUTES
from .exports_routes import EXPORTS_ROUTES
from .figure_routes import FIGURE_ROUTES
from .intercept_routes import INTERCEPT_ROUTES
from .keys_routes import KEYS_ROUTES
from .leaving_routes import LEAVING_ROUTES
from .openapi import document
from .pin_routes import PIN_ROUTES
from .policy_routes import POLICY_ROUTES
from .proofs_routes import PROOFS_ROUTES
from .provisioning_routes import PROVISIONING_ROUTES
from .requests_routes import REQUESTS_ROUTES
from .rescan_routes import RESCAN_ROUTES
from .retention_routes import RETENTION_ROUTES
from .table import json_route
from .timeline_routes import TIMELINE_ROUTES
from .web_routes import WEB_ROUTES
from .wipe_routes import WIPE_ROUTES

STREAM_PATH = "/v1/stream"
IMPORT_PATH = "/v1/imports/{import_id}"
ATTACHMENT_PATH = "/v1/events/{event_id}/attachments/{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRoute:
    """The live stream: described in the table, served by `stream.serve`."""

    method: str = "GET"
    path: str = STREAM_PATH
    permission: Permission = Permission.STREAM
    summary: str = "The live stream as server-sent events: hello, devices, then whatever the caller's role may see"
    status: int = 200
    query: type[msgspec.Struct] = StreamQuery
    body: type[msgspec.Struct] = Nothing
    answer: type[msgspec.Struct] = StreamItem
    content_type: str = "text/event-stream"

    async def run(self, request: web.Request, payload: bytes, service: Service, caller: Caller) -> bytes:
        """A stream has no body of its own."""
        return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRoute:
    """The OpenAPI document."""

    method: str = "GET"
    path: str = "/v1/openapi.json"
    permission: Permission = Permission.HELLO
    summary: str = "This document"
    status: int = 200
    query: type[msgspec.Struct] = Nothing
    body: type[msgspec.Struct] = Nothing
    answer: type[msgspec.Struct] = Nothing
    content_type: str = "application/json"

    async def run(self, request: web.Request, payload: bytes, service: Service, caller: Caller) -> bytes:
        """The document of the whole table."""
        return document(ROUTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRoute:
    """A file of an event: described in the table, served by `download.serve`."""

    method: str = "POST"
    path: str = ATTACHMENT_PATH
    permission: Permission = Permission.EVENTS_REVEAL
    summary: str = (
        "The bytes of an event's attachment, counted from 1; needs a reason, leaves an audit entry, limited per person"
    )
    status: int = 200
    query: type[msgspec.Struct] = Nothing
    body: type[msgspec.Struct] = OpenAttachmentRequest
    answer: type[msgspec.Struct] = Nothing
    content_type: str = "application/octet-stream"

    async def run(self, request: web.Request, payload: bytes, service: Service, caller: Caller) -> bytes:
        """A file is never whole in memory."""
        return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRoute:
    """A file on its way in: described in the table, served by `upload.serve`."""

    method: str = "PUT"
    path: str = IMPORT_PATH
    permission: Permission = Permission.IMPORT
    summary: str = (
        "The bytes of an announced file, as the body; the answer is a line of JSON for every step of its import, the "
        "last one with `is_done`"
    )
    status: int = 200
    query: type[msgspec.Struct] = Nothing
    body: type[msgspec.Struct] = Nothing
    answer: type[msgspec.Struct] = ImportReport
    content_type: str = "application/jsonl"

    async def run(self, request: web.Request, payload: bytes, service: Service, caller: Caller) -> bytes:
        """A file is never whole in memory."""
        return b""


ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="GET", path="/v1/hello", permission=Permission.HELLO, summary="Versions and the caller's role",
        handler=handlers.hello, query=Nothing, body=Nothing, answer=Hello,
    ),
    json_route(
        method="GET", path="/v1/health", permission=Permission.HEALTH, summary="The daemon's own checks",
        handler=handlers.health, query=Nothing, body=Nothing, answer=Health,
    ),
    json_route(
        method="GET", path="/v1/devices", permission=Permission.DEVICES_READ,
        summary="All phones, enrolled or only seen",
        handler=handlers.list_devices, query=Nothing, body=Nothing, answer=Page[Device],
    ),
    json_route(
        method="GET", path="/v1/devices/{serial}", permission=Permission.DEVICES_READ, summary="One phone",
        handler=handlers.show_device, query=Nothing, body=Nothing, answer=Device,
    ),
    json_route(
        method="POST", path="/v1/connections", permission=Permission.DEVICES_MANAGE,
        summary="Connect to a phone in the LAN and remember its address",
        handler=handlers.connect, query=Nothing, body=ConnectRequest, answer=ConnectReport,
    ),
    json_route(
        method="DELETE", path="/v1/connections/{address}", permission=Permission.DEVICES_MANAGE,
        summary="Disconnect from an address and forget it",
        handler=handlers.disconnect, query=Nothing, body=Nothing, answer=Nothing,
    ),
    json_route(
        method="GET", path="/v1/announced", permission=Permission.DEVICES_READ,
        summary="Phones that announce themselves on the local network",
        handler=connecting.list_announced, query=Nothing, body=Nothing, answer=Page[AnnouncedPhone],
    ),
    json_route(
        method="POST", path="/v1/pairings/code", permission=Permission.DEVICES_MANAGE,
        summary="Pair with a phone that shows a pairing code, then connect to it",
        handler=connecting.pair, query=Nothing, body=PairRequest, answer=PairingReport,
    ),
    json_route(
        method="POST", path="/v1/pairings", permission=Permission.DEVICES_MANAGE,
        summary="Make a QR code and wait for a phone that scans it",
        handler=connecting.invite, query=Nothing, body=Nothing, answer=PairingReport, status=201,
    ),
    json_route(
        method="GET", path="/v1/pairings/{pairing_id}", permission=Permission.DEVICES_MANAGE,
        summary="How a pairing by QR code stands",
        handler=connecting.show_pairing, query=Nothing, body=Nothing, answer=PairingReport,
    ),
    json_route(
        method="DELETE", path="/v1/pairings/{pairing_id}", permission=Permission.DEVICES_MANAGE,
        summary="End a pairing by QR code", handler=connecting.cancel_pairing, query=Nothing, body=Nothing,
        answer=Nothing,
    ),
    json_route(
        method="POST", path="/v1/devices/{serial}/wireless", permission=Permission.DEVICES_MANAGE,
        summary="Switch wireless debugging of an enrolled phone and read that back",
        handler=connecting.switch_wireless, query=Nothing, body=WirelessRequest, answer=WirelessSwitched,
    ),
    json_route(
        method="GET", path="/v1/enrolments", permission=Permission.ENROLMENTS_READ,
        summary="All enrolment records, ended ones included",
        handler=handlers.list_enrolments, query=Nothing, body=Nothing, answer=Page[Enrolment],
    ),
    json_route(
        method="POST", path="/v1/enrolments", permission=Permission.ENROL,
        summary="Enrol a phone; collecting starts with this record",
        handler=handlers.enrol, query=Nothing, body=EnrolRequest, answer=Enrolment, status=201,
    ),
    json_route(
        method="POST", path="/v1/enrolments/{serial}/end", permission=Permission.ENROL,
        summary="End an enrolment; collecting stops",
        handler=handlers.end_enrolment, query=Nothing, body=EndEnrolmentRequest, answer=Enrolment,
    ),
    json_route(
        method="GET", path="/v1/events", permission=Permission.EVENTS_READ, summary="Masked events, newest first",
        handler=handlers.list_events, query=EventQuery, body=Nothing, answer=Page[Event],
    ),
    json_route(
        method="POST", path="/v1/events/search", permission=Permission.EVENTS_READ,
        summary="Masked events that match words or ids, with the matched spans",
        handler=handlers.search_events, query=Nothing, body=EventQuery, answer=Page[Event],
    ),
    json_route(
        method="POST", path="/v1/events/reveal", permission=Permission.EVENTS_REVEAL,
        summary="Unmasked events; needs a reason, leaves an audit entry, limited per person",
        handler=handlers.reveal_events, query=Nothing, body=RevealRequest, answer=Page[Event],
    ),
    AttachmentRoute(),
    json_route(
        method="POST", path="/v1/imports", permission=Permission.IMPORT,
        summary="Announce a file to import for an enrolled phone: a backup, a call list, a recording",
        handler=importing.announce, query=Nothing, body=ImportRequest, answer=ImportTicket,
    ),
    ImportRoute(),
    json_route(
        method="GET", path="/v1/alerts", permission=Permission.ALERTS_READ, summary="Alerts, newest first",
        handler=handlers.list_alerts, query=AlertQuery, body=Nothing, answer=Page[Alert],
    ),
    json_route(
        method="GET", path="/v1/alerts/{alert_id}", permission=Permission.ALERTS_READ, summary="One alert",
        handler=handlers.show_alert, query=Nothing, body=Nothing, answer=Alert,
    ),
    *ALERT_ROUTES,
    *COMMAND_ROUTES,
    json_route(
        method="POST", path="/v1/alerts/{alert_id}/{status}", permission=Permission.ALERTS_HANDLE,
        summary="Move an alert to `acknowledged`, `resolved`, `suppressed` or back to `open`",
        handler=handlers.change_alert, query=Nothing, body=AlertAction, answer=Alert,
    ),
    json_route(
        method="GET", path="/v1/commands", permission=Permission.COMMANDS_READ, summary="Commands, newest first",
        handler=handlers.list_commands, query=CommandQuery, body=Nothing, answer=Page[Command],
    ),
    json_route(
        method="POST", path="/v1/commands", permission=Permission.COMMANDS_ISSUE, summary="Queue a command for a phone",
        handler=handlers.queue_command, query=Nothing, body=CommandRequest, answer=Command, status=202,
    ),
    json_route(
        method="GET", path="/v1/commands/{command_id}", permission=Permission.COMMANDS_READ, summary="One command",
        handler=handlers.show_command, query=Nothing, body=Nothing, answer=Command,
    ),
    json_route(
        method="POST", path="/v1/commands/{command_id}/cancel", permission=Permission.COMMANDS_ISSUE,
        summary="Cancel a command that was not sent yet",
        handler=handlers.cancel_command, query=Nothing, body=Nothing, answer=Command,
    ),
    json_route(
        method="GET", path="/v1/audit", permission=Permission.AUDIT_READ, summary="Who did what, newest first",
        handler=handlers.list_audit, query=AuditQuery, body=Nothing, answer=Page[AuditEntry],
    ),
    json_route(
        method="POST", path="/v1/verify", permission=Permission.VERIFY,
        summary="Recompute the ledger and compare it with the archive and all signed heads",
        handler=handlers.verify, query=Nothing, body=VerifyRequest, answer=VerifyReport,
    ),
    *FIGURE_ROUTES,
    *KEYS_ROUTES,
    *POLICY_ROUTES,
    *PROOFS_ROUTES,
    *REQUESTS_ROUTES,
    *INTERCEPT_ROUTES,
    *LEAVING_ROUTES,
    *PIN_ROUTES,
    *PROVISIONING_ROUTES,
    *RESCAN_ROUTES,
    *RETENTION_ROUTES,
    *TIMELINE_ROUTES,
    *DOCUMENTS_ROUTES,
    *DELIVERY_ROUTES,
    *EXPORTS_ROUTES,
    *BACKUP_ROUTES,
    *WEB_ROUTES,
    *WIPE_ROUTES,
    *CONSOLE_ROUTES,
    StreamRoute(),
    DocumentRoute(),
)  # fmt: skip
