"""`doctor`: what is well, what is not, and what to do or tap; with and without a running daemon."""

from collections.abc import Iterator

from daemon.api.client import ApiClient
from daemon.api.errors import ApiClientError, ApiRefusedError, ApiUnreachableError
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import Device, DeviceAvailability, Health

from .capability_table import (
    COLUMNS,
    availability_word,
    capability_name,
    capability_rows,
    evidence_text,
    profile_text,
    status_of,
    tell_advice,
    trouble_text,
)
from .context import Context
from .local_checks import Check, local_checks
from .output import Format
from .table import Cell

_STYLES = {"ok": "32", "info": "2", "warn": "33", "fail": "1;31"}


async def examine(context: Context) -> ExitCode:
    """Run every check. Exit 0 all well, 1 something is not, 3 no daemon answers."""
    checks = list(local_checks(context))
    devices: tuple[Device, ...] = ()
    is_reachable = True
    async with context.client() as client:
        try:
            hello = await client.hello()
            detail = context.texts.get(
                "cli.doctor.detail.daemon", version=hello.daemon_version, role=context.word("role", hello.role.value)
            )
            checks.append(Check(name="daemon", status="ok", detail=detail))
            checks += _of_health(await client.health())
            devices, told = await _of_phones(context, client)
            checks += told
        except ApiClientError as error:
            checks.append(Check(name="daemon", status="fail", detail=error.message, advice=error.hint))
            is_reachable = not isinstance(error, ApiUnreachableError)
    _tell(context, checks, devices)
    if not is_reachable:
        return ExitCode.UNREACHABLE
    return ExitCode.PARTIAL if any(check.status in {"warn", "fail"} for check in checks) else ExitCode.OK


def _of_health(health: Health) -> list[Check]:
    return [
        Check(name=check.name, status=check.status, detail=check.detail, advice=check.advice) for check in health.checks
    ]


async def _of_phones(context: Context, client: ApiClient) -> tuple[tuple[Device, ...], list[Check]]:
    try:
        devices = tuple(await client.devices())
    except ApiRefusedError as refusal:
        # This role may know the daemon's health and not its phones; that is no fault.
        return (), [Check(name="phones", status="info", detail=refusal.message)]
    if not devices:
        texts = context.texts
        advice = texts.get("cli.doctor.advice.no_phones")
        return (), [Check(name="phones", status="warn", detail=texts.get("cli.doctor.detail.no_phones"), advice=advice)]
    return devices, [check for device in devices for check in _of_phone(context, device)]


def _of_phone(context: Context, device: Device) -> Iterator[Check]:
    texts = context.texts
    availability = context.word("availability", device.availability.value)
    who = device.employee or texts.get("cli.not_enrolled")
    detail = "; ".join(filter(None, (profile_text(context, device), who, f"{availability} ({device.state})")))
    if device.last_error is None:
        status = "ok" if device.availability is DeviceAvailability.ONLINE else "info"
        yield Check(name="phone", device=device.serial, status=status, detail=detail, advice=device.connect_advice)
    else:
        key = f"error.{device.last_error}"
        known = texts.has(f"{key}.message")
        message = trouble_text(context, device)
        hint = texts.get(f"{key}.hint") if known else None
        yield Check(name="phone", device=device.serial, status="warn", detail=f"{detail}; {message}", advice=hint)
    for line in device.capabilities:
        shown = availability_word(context, line.availability)
        yield Check(
            name=f"phone.{line.name}",
            device=device.serial,
            status=status_of(line),
            detail=f"{capability_name(context, line.name)}: {shown}, {evidence_text(context, line.evidence)}",
            advice=line.advice,
            capability=line.name,
            availability=line.availability,
            evidence=line.evidence,
        )


def _tell(context: Context, checks: list[Check], devices: tuple[Device, ...]) -> None:
    output, texts = context.output, context.texts
    if output.format is not Format.TABLE:
        output.items(checks)
        return
    general = [check for check in checks if check.capability is None]
    rows = [
        [
            Cell(texts.get(f"cli.doctor.status.{check.status}"), _STYLES.get(check.status, "")),
            Cell(_name(context, check)),
            Cell(check.detail),
        ]
        for check in general
    ]
    output.table(("status", "check", "detail"), rows)
    for check in general:
        if check.advice and check.status != "ok":
            output.line("")
            output.line(_name(context, check))
            output.paragraph(check.advice, 2)
    for device in devices:
        if device.capabilities:
            _tell_phone(context, device)


def _tell_phone(context: Context, device: Device) -> None:
    output = context.output
    output.line("")
    heading = " · ".join(part for part in (device.serial, device.employee, device.profile, device.system) if part)
    output.line(heading)
    rows = [
        [Cell(context.texts.get(f"cli.doctor.status.{status}"), _STYLES[status]), *cells]
        for status, cells in zip(
            map(status_of, device.capabilities), capability_rows(context, device.capabilities), strict=True
        )
    ]
    output.table(("status", *COLUMNS), rows)
    tell_advice(context, device.capabilities)


def _name(context: Context, check: Check) -> str:
    name = check.name.partition(".")[0]
    shown = context.word("check", name)
    return f"{shown} {check.device}" if check.device else shown
