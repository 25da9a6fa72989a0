"""From a decoded request to one call of the service."""

from ..api.batches import CommandQuery
from ..api.requests import (
    AlertQuery,
    AuditQuery,
    ConnectReport,
    ConnectRequest,
    EndEnrolmentRequest,
    Nothing,
    VerifyRequest,
)
from ..api.wire import (
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
    VerifyReport,
)
from .call import Call, invalid_request


async def hello(call: Call, _query: Nothing, _body: Nothing) -> Hello:
    """Who the caller is to this daemon."""
    return await call.service.hello(call.caller)


async def health(call: Call, _query: Nothing, _body: Nothing) -> Health:
    """The daemon's own checks."""
    return await call.service.health(call.caller)


async def list_devices(call: Call, _query: Nothing, _body: Nothing) -> Page[Device]:
    """All phones."""
    return Page(items=await call.service.devices(call.caller))


async def show_device(call: Call, _query: Nothing, _body: Nothing) -> Device:
    """One phone."""
    return await call.service.device(call.caller, call.path["serial"])


async def connect(call: Call, _query: Nothing, body: ConnectRequest) -> ConnectReport:
    """Connect to a phone in the LAN."""
    return ConnectReport(outcome=await call.service.connect(call.caller, body.address))


async def disconnect(call: Call, _query: Nothing, _body: Nothing) -> Nothing:
    """Forget an address."""
    await call.service.disconnect(call.caller, call.path["address"])
    return Nothing()


async def list_enrolments(call: Call, _query: Nothing, _body: Nothing) -> Page[Enrolment]:
    """All enrolment records."""
    return Page(items=await call.service.enrolments(call.caller))


async def enrol(call: Call, _query: Nothing, body: EnrolRequest) -> Enrolment:
    """Write an enrolment record."""
    return await call.service.enrol(call.caller, body)


async def end_enrolment(call: Call, _query: Nothing, body: EndEnrolmentRequest) -> Enrolment:
    """End an enrolment."""
    return await call.service.unenrol(call.caller, call.path["serial"], body.reason)


async def list_events(call: Call, query: EventQuery, _body: Nothing) -> Page[Event]:
    """Masked events."""
    if query.text is not None or query.event_ids or query.peer is not None or query.employee is not None:
        raise invalid_request("words, numbers, names and ids go to POST /v1/events/search, not into an address")
    return _event_page(await call.service.events(call.caller, query))


async def search_events(call: Call, _query: Nothing, body: EventQuery) -> Page[Event]:
    """Masked events that match."""
    return _event_page(await call.service.events(call.caller, body))


async def reveal_events(call: Call, _query: Nothing, body: RevealRequest) -> Page[Event]:
    """Unmasked events, audited."""
    return _event_page(await call.service.reveal(call.caller, body.query, body.reason))


async def list_alerts(call: Call, query: AlertQuery, _body: Nothing) -> Page[Alert]:
    """Alerts, newest first."""
    alerts = await call.service.alerts(call.caller, query)
    return Page(items=alerts, next_before=alerts[-1].ledger_index if alerts else None)


async def show_alert(call: Call, _query: Nothing, _body: Nothing) -> Alert:
    """One alert."""
    return await call.service.alert(call.caller, call.path["alert_id"])


async def change_alert(call: Call, _query: Nothing, body: AlertAction) -> Alert:
    """Move an alert to the status in the path."""
    try:
        to = AlertStatus(call.path["status"])
    except ValueError:
        raise invalid_request("status is open, acknowledged, resolved or suppressed") from None
    return await call.service.change_alert(call.caller, call.path["alert_id"], to, body.note)


async def queue_command(call: Call, _query: Nothing, body: CommandRequest) -> Command:
    """Queue a command."""
    return await call.service.command(call.caller, body)


async def list_commands(call: Call, query: CommandQuery, _body: Nothing) -> Page[Command]:
    """Commands, newest first."""
    commands = await call.service.commands(call.caller, query)
    return Page(items=commands, next_before=commands[-1].ledger_index if commands else None)


async def show_command(call: Call, _query: Nothing, _body: Nothing) -> Command:
    """One command."""
    return await call.service.command_by_id(call.caller, call.path["command_id"])


async def cancel_command(call: Call, _query: Nothing, _body: Nothing) -> Command:
    """Cancel what was not sent yet."""
    return await call.service.cancel_command(call.caller, call.path["command_id"])


async def list_audit(call: Call, query: AuditQuery, _body: Nothing) -> Page[AuditEntry]:
    """Audit entries, newest first."""
    entries = await call.service.audit(call.caller, query)
    return Page(items=entries, next_before=entries[-1].audit_id if entries else None)


async def verify(call: Call, _query: Nothing, body: VerifyRequest) -> VerifyReport:
    """Check ledger and archive."""
    return await call.service.verify(call.caller, body.since)


def _event_page(events: tuple[Event, ...]) -> Page[Event]:
    return Page(items=events, next_before=events[-1].ledger_index if events else None)
