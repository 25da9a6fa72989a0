"""`doctor`: what is well, what is not, and what to do or tap; with and without a running daemon."""

from collections.abc import Iterator

from daemon.api.client import ApiClient
from daemon.api.errors import ApiClientError, ApiRefusedError, ApiUnreachableError
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import Device, DeviceAvailability, Health

from .context import Context
from .devices import capability_name
from .local_checks import Check, local_checks
from .output import Format
from .table import Cell

_STYLES = {"ok": "32", "info": "2", "warn": "33", "fail": "1;31"}


async def examine(context: Context) -> ExitCode:
    """Run every check. Exit 0 all well, 1 something is not, 3 no daemon answers."""
    checks = list(local_checks(context))
    is_reachable = True
    async with context.client() as client:
        try:
            hello = await client.hello()
            detail = context.texts.get(
                "cli.doctor.detail.daemon", version=hello.daemon_version, role=context.word("role", hello.role.value)
            )
            checks.append(Check(name="daemon", status="ok", detail=detail))
            checks += _of_health(await client.health())
            checks += await _of_phones(context, client)
        except ApiClientError as error:
            checks.append(Check(name="daemon", status="fail", detail=error.message, advice=error.hint))
            is_reachable = not isinstance(error, ApiUnreachableError)
    _tell(context, checks)
    if not is_reachable:
        return ExitCode.UNREACHABLE
    return ExitCode.PARTIAL if any(check.status in {"warn", "fail"} for check in checks) else ExitCode.OK


def _of_health(health: Health) -> list[Check]:
    return [
        Check(name=check.name, status=check.status, detail=check.detail, advice=check.advice) for check in health.checks
    ]


async def _of_phones(context: Context, client: ApiClient) -> list[Check]:
    try:
        devices = await client.devices()
    except ApiRefusedError as refusal:
        # This role may know the daemon's health and not its phones; that is no fault.
        return [Check(name="phones", status="info", detail=refusal.message)]
    if not devices:
        texts = context.texts
        advice = texts.get("cli.doctor.advice.no_phones")
        return [Check(name="phones", status="warn", detail=texts.get("cli.doctor.detail.no_phones"), advice=advice)]
    return [check for device in devices for check in _of_phone(context, device)]


def _of_phone(context: Context, device: Device) -> Iterator[Check]:
    texts = context.texts
    availability = context.word("availability", device.availability.value)
    detail = f"{device.profile}; {device.employee or texts.get('cli.not_enrolled')}; {availability} ({device.state})"
    if device.last_error is None:
        status = "ok" if device.availability is DeviceAvailability.ONLINE else "info"
        yield Check(name="phone", device=device.serial, status=status, detail=detail)
    else:
        key = f"error.{device.last_error}"
        known = texts.has(f"{key}.message")
        message = texts.get(f"{key}.message") if known else device.last_error
        hint = texts.get(f"{key}.hint") if known else None
        yield Check(name="phone", device=device.serial, status="warn", detail=f"{detail}; {message}", advice=hint)
    for line in device.capabilities:
        word = f"capability.availability.{line.availability}"
        shown = texts.get(word) if texts.has(word) else line.availability
        yield Check(
            name=f"phone.{line.name}",
            device=device.serial,
            status="ok" if line.availability == "yes" else "warn" if line.advice else "info",
            detail=f"{capability_name(context, line.name)}: {shown} ({line.evidence})",
            advice=line.advice,
        )


def _tell(context: Context, checks: list[Check]) -> None:
    if context.output.format is not Format.TABLE:
        context.output.items(checks)
        return
    rows = [
        [
            Cell(context.texts.get(f"cli.doctor.status.{check.status}"), _STYLES.get(check.status, "")),
            Cell(_name(context, check)),
            Cell(check.detail),
        ]
        for check in checks
    ]
    context.output.table(("status", "check", "detail"), rows)
    for check in checks:
        if check.advice and check.status in {"warn", "fail"}:
            context.output.line("")
            context.output.line(_name(context, check))
            context.output.paragraph(check.advice, 2)


def _name(context: Context, check: Check) -> str:
    name = check.name.partition(".")[0]
    shown = context.word("check", name)
    return f"{shown} {check.device}" if check.device else shown
