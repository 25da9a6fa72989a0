"""`provision`: many phones brought into service from one plan, by the daemon; this program only looks on."""

import asyncio
from typing import Final

import msgspec

from daemon.api.client import ApiClient
from daemon.api.errors import ApiUnreachableError
from daemon.api.exit_codes import ExitCode
from daemon.api.provisioning import MAX_WAIT_S, PhoneResult, ProvisionRequest, ProvisionRun, RunState
from daemon.api.provisioning_client import cancel_provisioning, provision_run, provision_runs, start_provisioning

from .context import Context, UsageError
from .output import Format
from .plan_files import PlanRefusedError, load_plan
from .provision_display import STYLES, Display, display, note_of
from .provision_report import change_text, counts_text, write_report
from .table import Cell
from .times import shown

_COLUMNS: Final = ("serial", "employee", "provision_phone", "provision_result", "provision_note")
_RUN_COLUMNS: Final = ("provision_run", "provision_name", "provision_state", "provision_started", "provision_by")
_DAEMON_BACK_S: Final = 120.0
"""How long a daemon that went away is waited for: it goes on with the run by itself."""
_LAST: Final = "last"
_GOOD: Final = frozenset({PhoneResult.DONE, PhoneResult.PLANNED})


class _Run(msgspec.Struct):
    plan: str
    check: bool = False
    resume: bool = False
    jobs: int = 16
    employees: str | None = None
    report: str | None = None
    wait_for_phones: float = 60.0


class _Show(msgspec.Struct):
    run_id: str
    report: str | None = None


class _Cancel(msgspec.Struct):
    run_id: str
    reason: str = ""


async def run_plan(context: Context) -> ExitCode:
    """Start it, look on until every phone has its result, tell."""
    arguments = context.take(_Run)
    try:
        plan = load_plan(context, arguments.plan, arguments.employees)
    except PlanRefusedError:
        return ExitCode.USAGE
    request = ProvisionRequest(
        plan=plan,
        is_check=arguments.check,
        jobs=arguments.jobs,
        is_resumed=arguments.resume,
        wait_for_phones_s=arguments.wait_for_phones,
    )
    async with context.client() as client:
        run = await start_provisioning(client, request)
        if not run.is_check:
            context.output.say("provision.started", run=run.run_id)
        try:
            with display(context) as screen:
                run = await _watched(context, client, run, screen)
        except asyncio.CancelledError:
            context.output.say("provision.goes_on", run=run.run_id)
            raise
    return finish(context, run, arguments.report)


async def list_runs(context: Context) -> ExitCode:
    """Newest first."""
    async with context.client() as client:
        found = await provision_runs(client)
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    elif found:
        context.output.table(
            _RUN_COLUMNS,
            [
                [
                    Cell(one.run_id), Cell(one.name), Cell(context.word("provision_state", one.state.value)),
                    Cell(shown(one.started_at)), Cell(one.asked_by),
                ]
                for one in found
            ],
        )  # fmt: skip
    else:
        context.output.empty("empty.provision_runs")
    return ExitCode.OK


async def show_run(context: Context) -> ExitCode:
    """One with its phones, and what is to be done by hand."""
    arguments = context.take(_Show)
    async with context.client() as client:
        run = await provision_run(client, await run_named(client, arguments.run_id))
    return finish(context, run, arguments.report)


async def cancel(context: Context) -> ExitCode:
    """End one early."""
    arguments = context.take(_Cancel)
    async with context.client() as client:
        run = await cancel_provisioning(client, await run_named(client, arguments.run_id), arguments.reason)
    finish(context, run, None)
    return ExitCode.OK


async def run_named(client: ApiClient, name: str) -> str:
    """`last` is the newest run."""
    if name != _LAST:
        return name
    found = await provision_runs(client)
    if not found:
        raise UsageError("usage.no_provision_run")
    return found[0].run_id


async def _watched(context: Context, client: ApiClient, run: ProvisionRun, screen: Display) -> ProvisionRun:
    screen.show(run)
    loop = asyncio.get_running_loop()
    lost_at: float | None = None
    while run.state is RunState.RUNNING:
        try:
            run = await provision_run(client, run.run_id, after=run.revision, wait_s=MAX_WAIT_S)
        except ApiUnreachableError:
            lost_at = loop.time() if lost_at is None else lost_at
            if run.is_check or loop.time() - lost_at > _DAEMON_BACK_S:
                raise
            await asyncio.sleep(0.5)
            run = msgspec.structs.replace(run, revision=0)  # the next daemon counts anew
            continue
        lost_at = None
        screen.show(run)
    return run


def finish(context: Context, run: ProvisionRun, report: str | None) -> ExitCode:
    """Tell the result, and write the report; the exit code."""
    if report is not None:
        for path in write_report(context, run, report):
            context.output.say("provision.report_written", path=str(path))
    if context.output.format is Format.JSONL:
        context.output.items(run.phones)
    elif context.output.format is Format.JSON:
        context.output.items([run])
    else:
        _tell(context, run)
    return ExitCode.OK if all(one.result in _GOOD for one in run.phones) else ExitCode.PARTIAL


def _tell(context: Context, run: ProvisionRun) -> None:
    output = context.output
    rows = [
        [
            Cell(phone.serial or "-"),
            Cell(phone.employee or "-"),
            Cell(" ".join(one for one in (phone.vendor, phone.android) if one) or "-"),
            Cell(context.word("provision_result", phone.result.value), STYLES[phone.result][1]),
            Cell(note_of(context, phone)),
        ]
        for phone in run.phones
    ]
    output.table(_COLUMNS, rows)
    for phone in run.phones:
        todo = [one for one in phone.items if one.is_required and (one.is_detected or one.confirmed_at is None)]
        changes = phone.changes if run.is_check else ()
        if todo or changes:
            output.line("")
            output.line(f"{phone.serial or '-'} {phone.employee or ''}")
        for change in changes:
            output.line(f"  {change_text(context, change)}")
        for item in todo:
            output.paragraph(f"[ ] {item.item}: {item.text}", 2)
    output.say("provision.summary", run=run.run_id, counts=counts_text(context, run))
