"""`keys`: the ways into the vault, and a new root key while the daemon runs."""

import msgspec

from daemon.api.exit_codes import ExitCode
from daemon.api.keys_client import keyring, rotate_keys

from .context import Context
from .output import Format
from .table import Cell

_COLUMNS = ("slot", "kind", "name", "state")


class _Rotate(msgspec.Struct):
    reason: str


async def list_keys(context: Context) -> ExitCode:
    """Ways in to stdout, advice to stderr."""
    async with context.client() as client:
        view = await keyring(client)
    if context.output.format is not Format.TABLE:
        context.output.items(view.items)
    else:
        rows = [
            [
                Cell(way.slot_id),
                Cell(context.word("key_way", way.kind or "damaged")),
                Cell(way.name if way.share_set is None else f"{way.threshold}/{way.count} #{way.share_set}"),
                Cell(context.word("key_state", way.state)),
            ]
            for way in view.items
        ]
        context.output.table(_COLUMNS, rows)
    for line in view.advice:
        context.output.say("keys.advice", line=line)
    return ExitCode.OK


async def rotate(context: Context) -> ExitCode:
    """A new root key."""
    arguments = context.take(_Rotate)
    async with context.client() as client:
        rotation = await rotate_keys(client, arguments.reason)
    if context.output.format is not Format.TABLE:
        context.output.items([rotation])
    context.output.say("keys.rotated", generation=rotation.generation)
    return ExitCode.OK
