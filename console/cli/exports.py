"""`export`: what is handed over, by two people."""

import hashlib
import sys
import time
from collections.abc import AsyncIterator
from typing import BinaryIO

import msgspec

from daemon.api.exit_codes import ExitCode
from daemon.api.exports import Export, ExportDisclosure, ExportRequest, ExportState
from daemon.api.exports_client import (
    approve_export,
    ask_export,
    export,
    exports,
    fetch_export,
    refuse_export,
)
from daemon.api.wire import EventKind

from .context import NOT_DONE, Context, UsageError, ask, is_asking_possible
from .moments import since_of, until_of
from .new_file import TO_PIPE, new_file
from .output import Format
from .table import Cell
from .times import shown

_COLUMNS = ("export_id", "export_state", "export_case", "export_asked_by", "at", "export_expires_at", "export_records")
_STYLES = {ExportState.ASKED: "33", ExportState.APPROVED: "32", ExportState.REFUSED: "31", ExportState.EXPIRED: "2"}
_TOLD_EVERY_S = 2.0
_MEBIBYTE = 1024 * 1024


class _Ask(msgspec.Struct):
    case: str = ""
    reason: str = ""
    device: str | None = None
    employee: str | None = None
    peer: str | None = None
    conversation: str | None = None
    since: str | None = None
    until: str | None = None
    kinds: tuple[EventKind, ...] = ()
    unmasked: bool = False
    media: bool = False


class _List(msgspec.Struct):
    export_state: ExportState | None = None


class _Show(msgspec.Struct):
    export_id: str


class _Decide(msgspec.Struct):
    export_id: str
    reason: str
    yes: bool = False


class _Fetch(msgspec.Struct):
    export_id: str
    output: str


class _Fetched(msgspec.Struct, frozen=True):
    """What lies in the file now."""

    export_id: str
    file: str
    size_bytes: int
    sha256: str


async def list_exports(context: Context) -> ExitCode:
    """Newest first; with a case it is `ask`."""
    if "case" in context.arguments:
        return await ask_for(context)
    async with context.client() as client:
        found = await exports(client, context.take(_List).export_state)
    if context.output.format is not Format.TABLE:
        context.output.items(found)
    elif found:
        context.output.table(_COLUMNS, [_row(context, one) for one in found])
    else:
        context.output.empty("empty.exports")
    return ExitCode.OK


async def ask_for(context: Context) -> ExitCode:
    """Ask; another person decides."""
    arguments = context.take(_Ask)
    if not arguments.case.strip():
        raise UsageError("usage.export_no_case")
    if not arguments.reason.strip():
        raise UsageError("usage.no_reason")
    if arguments.media and not arguments.unmasked:
        raise UsageError("usage.export_media_masked")
    full = ExportDisclosure.FULL_WITH_FILES if arguments.media else ExportDisclosure.FULL
    request = ExportRequest(
        case=arguments.case,
        reason=arguments.reason,
        device=arguments.device,
        employee=arguments.employee,
        peer=arguments.peer,
        conversation=arguments.conversation,
        since=since_of(arguments.since),
        until=until_of(arguments.until),
        kinds=arguments.kinds,
        disclosure=full if arguments.unmasked else ExportDisclosure.MASKED,
    )
    async with context.client() as client:
        asked = await ask_export(client, request)
    _tell(context, asked)
    context.output.say("export.asked", export=asked.export_id, until=shown(asked.expires_at))
    return ExitCode.OK


async def show_export(context: Context) -> ExitCode:
    """One with its steps."""
    async with context.client() as client:
        _tell(context, await export(client, context.take(_Show).export_id))
    return ExitCode.OK


async def approve(context: Context) -> ExitCode:
    """As the second person, after seeing what would leave."""
    arguments = context.take(_Decide)
    if not arguments.reason.strip():
        raise UsageError("usage.no_reason")
    async with context.client() as client:
        found = await export(client, arguments.export_id)
        context.output.say(
            "export.about",
            export=found.export_id,
            case=found.case,
            person=found.asked_by,
            records=found.records,
            conversations=found.conversations,
            phones=found.phones,
            content=context.word("export_disclosure", found.disclosure.value),
            scope=_scope(context, found),
        )
        if not arguments.yes and is_asking_possible():
            wanted = found.export_id
            if not ask(context.texts, "ask.export_approve", wanted=wanted, export=wanted):
                context.output.say("not_done")
                return NOT_DONE
        decided = await approve_export(client, arguments.export_id, arguments.reason)
    _tell(context, decided)
    context.output.say("export.approved", person=decided.asked_by, until=shown(decided.expires_at))
    return ExitCode.OK


async def refuse(context: Context) -> ExitCode:
    """As the second person."""
    arguments = context.take(_Decide)
    if not arguments.reason.strip():
        raise UsageError("usage.no_reason")
    async with context.client() as client:
        _tell(context, await refuse_export(client, arguments.export_id, arguments.reason))
    return ExitCode.OK


async def fetch(context: Context) -> ExitCode:
    """The bundle into a new file, whole or not at all."""
    arguments = context.take(_Fetch)
    with new_file(arguments.output) as (file, keep):
        async with context.client() as client, fetch_export(client, arguments.export_id) as pieces:
            size, sha256 = await _copy(context, pieces, file)
        keep()
    if context.output.format is not Format.TABLE and arguments.output != TO_PIPE:
        context.output.items([_Fetched(arguments.export_id, arguments.output, size, sha256)])
    context.output.say("export.fetched", size=size, path=arguments.output)
    return ExitCode.OK


async def _copy(context: Context, pieces: AsyncIterator[bytes], file: BinaryIO) -> tuple[int, str]:
    size, sha256, told_s = 0, hashlib.sha256(), time.monotonic()
    async for piece in pieces:
        file.write(piece)
        sha256.update(piece)
        size += len(piece)
        if sys.stderr.isatty() and time.monotonic() - told_s >= _TOLD_EVERY_S:
            told_s = time.monotonic()
            context.output.say("export.progress", size=size // _MEBIBYTE)
    return size, sha256.hexdigest()


def _tell(context: Context, one: Export) -> None:
    output = context.output
    if output.format is not Format.TABLE:
        output.items([one])
        return
    output.facts(
        [
            ("export_id", one.export_id),
            ("export_state", context.word("export_state", one.state.value)),
            ("export_case", one.case),
            ("reason", one.reason),
            ("export_asked_by", f"{one.asked_by}, {shown(one.asked_at)}"),
            ("export_expires_at", shown(one.expires_at)),
            ("export_content", context.word("export_disclosure", one.disclosure.value)),
            ("export_scope", _scope(context, one)),
            ("export_records", f"{one.records}"),
            ("export_conversations", f"{one.conversations}"),
            ("export_phones", f"{one.phones}"),
        ]
    )
    for step in one.steps:
        parts = (step.actor, context.word("export_state", step.state.value), step.reason, step.bundle_id)
        output.line(f"{shown(step.at)}  {'  '.join(part for part in parts if part)}")


def _scope(context: Context, one: Export) -> str:
    items = [f"{context.word('export_scope', item.name)}: {item.value}" for item in one.scope]
    return "; ".join(items) or context.texts.get("cli.export.everything")


def _row(context: Context, one: Export) -> list[Cell]:
    return [
        Cell(one.export_id),
        Cell(context.word("export_state", one.state.value), _STYLES.get(one.state, "")),
        Cell(one.case),
        Cell(one.asked_by),
        Cell(shown(one.asked_at)),
        Cell(shown(one.expires_at)),
        Cell(str(one.records)),
    ]
