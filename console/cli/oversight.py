"""`audit` and `verify`: who did what, and whether the record is whole."""

import msgspec

from daemon.api.audit_client import find_audit
from daemon.api.errors import ApiUnreachableError
from daemon.api.exit_codes import ExitCode
from daemon.api.requests import AuditQuery
from daemon.api.verify_words import advice_for
from daemon.api.wire import AuditEntry

from .context import Context
from .hand_over import run_daemon_program
from .moments import since_of, until_of
from .output import Format
from .table import Cell
from .times import shown

PAGE = 1000
_COLUMNS = ("at", "actor", "role", "action", "target", "outcome", "reason")


class _Audit(msgspec.Struct):
    limit: int = 50
    actor: str | None = None
    deed: str | None = None
    target: str | None = None
    outcome: str | None = None
    since: str | None = None
    until: str | None = None


class _Verify(msgspec.Struct):
    since: int | None = None
    offline: bool = False
    key_file: str | None = None
    passphrase_fd: str | None = None
    credential: str | None = None
    config: str | None = None
    media: bool = False
    index: bool = False


async def list_audit(context: Context) -> ExitCode:
    """Audit entries, newest first."""
    arguments = context.take(_Audit)
    left = arguments.limit
    query = AuditQuery(
        actor=arguments.actor,
        action=arguments.deed,
        target=arguments.target,
        outcome=arguments.outcome,
        since=since_of(arguments.since),
        until=until_of(arguments.until),
    )
    entries: list[AuditEntry] = []
    async with context.client() as client:
        before: int | None = None
        while left > 0:
            asked = min(PAGE, left)
            page = (await find_audit(client, msgspec.structs.replace(query, limit=asked, before=before))).items
            if not page or (before is not None and page[-1].audit_id >= before):
                break
            entries += page
            if len(page) < asked:
                break  # the end; asking once more would only add to the audit
            left -= len(page)
            before = page[-1].audit_id
    if context.output.format is not Format.TABLE:
        context.output.items(entries)
    elif entries:
        rows = [
            [
                Cell(shown(entry.at)),
                Cell(entry.actor),
                Cell(context.word("role", entry.role)),
                Cell(entry.action),
                Cell(entry.target),
                Cell(entry.outcome),
                Cell(entry.reason or "-"),
            ]
            for entry in entries
        ]
        context.output.table(_COLUMNS, rows)
    if not entries:
        context.output.empty("empty.audit" if query == AuditQuery() else "empty.audit_filtered")
    return ExitCode.OK


async def verify(context: Context) -> ExitCode:
    """By the daemon; without one, by the daemon's program on the files, which needs the key."""
    arguments = context.take(_Verify)
    keys = (arguments.key_file, arguments.passphrase_fd, arguments.credential)
    if arguments.offline or arguments.media or arguments.index or any(key is not None for key in keys):
        _offline(context, arguments)
    try:
        async with context.client() as client:
            context.output.say("verifying")
            report = await client.verify(arguments.since)
    except ApiUnreachableError as error:
        if error.exit_code != ExitCode.UNREACHABLE or context.shop or not (context.state / "keys.json").exists():
            raise
        context.output.say("verifying_offline")
        _offline(context, arguments)
    if context.output.format is not Format.TABLE:
        context.output.items([report])
    else:
        context.output.line(report.text)
        context.output.facts(
            [
                ("ledger_size", str(report.ledger_size)),
                ("records_checked", str(report.records_checked)),
                ("heads_checked", str(report.heads_checked)),
                ("root", report.root_sha256),
                ("first_bad", report.first_bad or "-"),
            ]
        )
    if report.problem is not None:
        advice = advice_for(context.output.texts, report.problem, report.first_bad)
        context.output.error(report.text, advice or "")
    return ExitCode.OK if report.ok else ExitCode.INTEGRITY


def _offline(context: Context, arguments: _Verify) -> None:
    command = ["verify", "--state", str(context.state), "--lang", context.texts.language.value]
    if context.output.format is not Format.TABLE:
        command.append(f"--{context.output.format}")
    options = {
        "--since": arguments.since,
        "--key-file": arguments.key_file,
        "--passphrase-fd": arguments.passphrase_fd,
        "--credential": arguments.credential,
        "--config": arguments.config,
    }
    for flag, value in options.items():
        if value is not None:
            command += [flag, str(value)]
    command += [flag for flag, is_wanted in (("--media", arguments.media), ("--index", arguments.index)) if is_wanted]
    run_daemon_program(command, {})
