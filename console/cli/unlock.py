"""`unlock`: give the passphrase to a daemon whose vault is closed."""

import getpass
import os
import sys

import msgspec

from daemon.api.errors import ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.unlocking import SealedState
from daemon.api.unlocking_client import sealed_state, unlock

from .context import Context, UsageError
from .output import Format

_MOST_LINE = 4_096
_OPEN = SealedState(is_sealed=False, phones_connected=None, batches=0, is_disk_full=False, problem=None)


class _Unlock(msgspec.Struct):
    passphrase_fd: int | None = None
    status: bool = False


async def open_vault(context: Context) -> ExitCode:
    """Ask without showing, or read a line from a descriptor. `--status` only tells."""
    arguments = context.take(_Unlock)
    async with context.client() as client:
        try:
            state = await sealed_state(client)
        except ApiRefusedError as refusal:
            if refusal.code != "request.no_such_route":
                raise
            if context.output.format is Format.TABLE:
                context.output.say("unlock.open_already")
            else:
                context.output.items([_OPEN])
            return ExitCode.OK
        if not arguments.status:
            state = await unlock(client, _passphrase(context, arguments.passphrase_fd))
    if context.output.format is not Format.TABLE:
        context.output.items([state])
    elif state.is_sealed:
        context.output.say("unlock.sealed", phones=state.phones_connected or 0, batches=state.batches)
    else:
        context.output.say("unlock.opened", batches=state.batches)
    return ExitCode.OK


def _passphrase(context: Context, descriptor: int | None) -> str:
    if descriptor is not None:
        try:
            with os.fdopen(descriptor, "rb") as stream:
                return stream.readline(_MOST_LINE).rstrip(b"\r\n").decode("utf-8")
        except (OSError, UnicodeDecodeError):
            raise UsageError("usage.unlock_fd") from None
    if not sys.stdin.isatty():
        raise UsageError("usage.unlock_how")
    return getpass.getpass(context.texts.get("cli.unlock.ask"), stream=sys.stderr)
