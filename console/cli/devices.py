"""`devices …`, `enrol`, `unenrol`."""

import msgspec

from daemon.api.exit_codes import ExitCode
from daemon.api.wire import ClockChange, Device, DeviceAvailability, EnrolRequest

from .capability_table import (
    COLUMNS,
    capability_rows,
    clock_text,
    profile_text,
    tell_advice,
    trouble_text,
    utc_offset,
)
from .context import NOT_DONE, Context, UsageError, ask, is_asking_possible
from .output import Format
from .table import Cell
from .times import shown

_STYLES = {
    DeviceAvailability.ONLINE: "32",
    DeviceAvailability.IDLE: "32",
    DeviceAvailability.OFFLINE: "33",
    DeviceAvailability.MISSING: "31",
}
_LIST_COLUMNS = ("serial", "employee", "availability", "last_seen", "battery", "events", "alerts", "pending", "profile")


class _Serial(msgspec.Struct):
    serial: str


class _Address(msgspec.Struct):
    address: str


class _Enrol(msgspec.Struct):
    serial: str
    employee: str
    notice_version: str
    acknowledged_by: str
    scope: str | None = None


class _Unenrol(msgspec.Struct):
    serial: str
    reason: str
    yes: bool = False


class _Outcome(msgspec.Struct):
    address: str
    outcome: str


async def list_devices(context: Context) -> ExitCode:
    """Every phone."""
    async with context.client() as client:
        devices = tuple(map(_named, await client.devices()))
    if context.output.format is not Format.TABLE:
        context.output.items(devices)
    elif devices:
        context.output.table(_LIST_COLUMNS, [_row(context, device) for device in devices])
    if not devices:
        context.output.empty("empty.devices")
    return ExitCode.OK


async def show_device(context: Context) -> ExitCode:
    """One phone with what it permits."""
    async with context.client() as client:
        device = _named(await client.device(context.take(_Serial).serial))
    output = context.output
    if output.format is not Format.TABLE:
        output.items([device])
        return ExitCode.OK
    output.facts(
        [
            ("serial", device.serial),
            ("employee", device.employee or context.texts.get("cli.not_enrolled")),
            ("profile", profile_text(context, device) or "-"),
            ("system", device.system or "-"),
            ("availability", f"{context.word('availability', device.availability)} ({device.state})"),
            ("last_seen", shown(device.last_seen_at)),
            ("transports", ", ".join(device.transports) or "-"),
            ("battery", _battery(context, device)),
            ("locked", _yes_no(context, device.is_locked)),
            ("screen", _yes_no(context, device.is_screen_on)),
            ("notice", _yes_no(context, device.notice_posted)),
            ("backfill", _yes_no(context, device.backfill_done)),
            ("events", str(device.events)),
            ("alerts", str(device.open_alerts)),
            ("pending", str(device.pending_commands)),
            ("clock", clock_text(context, device)),
            ("missed", str(device.missed_notifications)),
            ("trouble", _trouble(context, device)),
        ]
    )
    if device.capabilities:
        output.line("")
        output.table(COLUMNS, capability_rows(context, device.capabilities))
        tell_advice(context, device.capabilities)
    if device.connect_advice:
        output.line("")
        output.paragraph(device.connect_advice, 0)
    if device.clock_changes:
        output.line("")
        output.table(("read_at", "clock_offset", "zone"), list(map(_clock_row, device.clock_changes)))
    return ExitCode.OK


async def connect(context: Context) -> ExitCode:
    """Connect to a phone in the LAN."""
    address = context.take(_Address).address
    async with context.client() as client:
        outcome = await client.connect(address)
    if context.output.format is not Format.TABLE:
        context.output.items([_Outcome(address=address, outcome=outcome)])
    else:
        key = f"connect.{outcome}"
        context.output.line(f"{address}: {context.texts.get(key) if context.texts.has(key) else outcome}")
    return ExitCode.ADB if outcome in {"failed", "turned_away"} else ExitCode.OK


async def disconnect(context: Context) -> ExitCode:
    """Forget an address."""
    address = context.take(_Address).address
    async with context.client() as client:
        await client.disconnect(address)
    if context.output.format is not Format.TABLE:
        context.output.items([_Outcome(address=address, outcome="disconnected")])
    else:
        context.output.say("disconnected", address=address)
    return ExitCode.OK


async def enrol(context: Context) -> ExitCode:
    """Write the enrolment record."""
    arguments = context.take(_Enrol)
    if not arguments.acknowledged_by.strip():
        raise UsageError("usage.not_acknowledged")
    request = EnrolRequest(
        serial=arguments.serial,
        employee=arguments.employee,
        notice_version=arguments.notice_version,
        acknowledged_by=arguments.acknowledged_by,
    )
    if arguments.scope is not None:
        scope = tuple(part.strip() for part in arguments.scope.split(",") if part.strip())
        request = msgspec.structs.replace(request, scope=scope)
    async with context.client() as client:
        record = await client.enrol(request)
    if context.output.format is not Format.TABLE:
        context.output.items([record])
    else:
        context.output.facts(
            [
                ("serial", record.serial),
                ("employee", record.employee),
                ("notice_version", record.notice_version),
                ("notice_sha256", record.notice_sha256),
                ("acknowledged_by", record.acknowledged_by),
                ("enrolled_at", shown(record.enrolled_at)),
                ("enrolled_by", record.enrolled_by),
                ("scope", ", ".join(record.scope)),
            ]
        )
        context.output.say("enrolled", serial=record.serial)
    return ExitCode.OK


async def unenrol(context: Context) -> ExitCode:
    """End an enrolment; asks for the serial where somebody can answer."""
    arguments = context.take(_Unenrol)
    if not arguments.reason.strip():
        raise UsageError("usage.no_reason")
    if not arguments.yes and is_asking_possible():
        serial = arguments.serial
        if not ask(context.texts, "ask.unenrol", wanted=serial, serial=serial):
            context.output.say("not_done")
            return NOT_DONE
    async with context.client() as client:
        record = await client.unenrol(arguments.serial, arguments.reason)
    if context.output.format is not Format.TABLE:
        context.output.items([record])
    else:
        context.output.say("unenrolled", serial=record.serial, at=shown(record.ended_at))
    return ExitCode.OK


def _named(device: Device) -> Device:
    return device if device.name is not None else msgspec.structs.replace(device, name=device.serial)


def _row(context: Context, device: Device) -> list[Cell]:
    nobody = Cell(context.texts.get("cli.not_enrolled"), "2")
    availability = context.word("availability", device.availability)
    if device.state not in {"device", "absent"}:
        availability = f"{availability} ({device.state})"
    return [
        Cell(device.serial),
        nobody if device.employee is None else Cell(device.employee),
        Cell(availability, _STYLES[device.availability]),
        Cell(shown(device.last_seen_at)),
        Cell(_battery(context, device)),
        Cell(str(device.events)),
        Cell(str(device.open_alerts), "1;31" if device.open_alerts else ""),
        Cell(str(device.pending_commands)),
        Cell(profile_text(context, device)),
    ]


def _battery(context: Context, device: Device) -> str:
    if device.battery_pct is None:
        return "-"
    return f"{device.battery_pct}%{context.texts.get('cli.charging') if device.is_charging else ''}"


def _yes_no(context: Context, state: bool | None) -> str:  # noqa: FBT001 - three words for three states
    return context.texts.get({True: "cli.yes", False: "cli.no", None: "cli.unknown"}[state])


def _clock_row(change: ClockChange) -> list[Cell]:
    offset = f"{change.offset_ms / 1000:+.1f} s"
    return [Cell(shown(change.read_at)), Cell(offset), Cell(utc_offset(change.utc_offset_min) or "-")]


def _trouble(context: Context, device: Device) -> str:
    if device.last_error is None:
        return "-"
    text = trouble_text(context, device)
    return f"{text} ({device.last_error})" if text != device.last_error else text
