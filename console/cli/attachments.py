"""`attachments`: list what belongs to an event, save one file of it."""

import hashlib
from typing import BinaryIO

import msgspec

from daemon.api.exit_codes import ExitCode
from daemon.api.transport import Download
from daemon.api.wire import Attachment, EventQuery

from .context import Context, UsageError
from .new_file import new_file
from .output import Format
from .table import Cell

_COLUMNS = ("number", "content_type", "size_bytes", "duration_s", "file_name", "problem", "sha256")


class _List(msgspec.Struct):
    event_id: str


class _Save(msgspec.Struct):
    event_id: str
    number: int
    reason: str
    output: str


class _Numbered(Attachment, frozen=True, kw_only=True):
    number: int
    """As `attachments save` takes it."""


async def list_attachments(context: Context) -> ExitCode:
    """An event's attachments, names masked."""
    async with context.client() as client:
        (event,) = await client.events(EventQuery(event_ids=(context.take(_List).event_id,)))
    numbered = [
        _Numbered(number=number, **msgspec.structs.asdict(one)) for number, one in enumerate(event.attachments, 1)
    ]
    if context.output.format is not Format.TABLE:
        context.output.items(numbered)
    elif numbered:
        context.output.table(_COLUMNS, [_row(one) for one in numbered])
    else:
        context.output.empty("empty.attachments")
    return ExitCode.OK


async def save_attachment(context: Context) -> ExitCode:
    """One attachment into a new file, or into a pipe; whole and with the right hash, or not at all."""
    arguments = context.take(_Save)
    if not arguments.reason.strip():
        raise UsageError("usage.no_reason")
    with new_file(arguments.output) as (file, keep):
        async with (
            context.client() as client,
            client.attachment(arguments.event_id, arguments.number, arguments.reason) as download,
        ):
            if not await _copy(download, file):
                context.output.say("not_whole")
                return ExitCode.INTEGRITY
        keep()
    context.output.say("saved", size=download.size_bytes, path=arguments.output)
    return ExitCode.OK


async def _copy(download: Download, file: BinaryIO) -> bool:
    digest, size = hashlib.sha256(), 0
    async for chunk in download.chunks:
        digest.update(chunk)
        size += len(chunk)
        file.write(chunk)
    return size == download.size_bytes and digest.hexdigest() == download.sha256


def _row(one: _Numbered) -> list[Cell]:
    seconds = "" if one.duration_ms is None else f"{one.duration_ms / 1000:.0f}"
    return [
        Cell(str(one.number)),
        Cell(one.content_type),
        Cell(str(one.size_bytes)),
        Cell(seconds),
        Cell(one.name),
        Cell(one.problem or "", "33" if one.problem else ""),
        Cell(one.sha256 or "", "2"),
    ]
