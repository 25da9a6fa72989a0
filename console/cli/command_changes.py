"""`commands cancel`, `approve`, `reject`, `decide`: what people say about a command."""

import sys

import msgspec

from daemon.api.batches import Approval, Decision
from daemon.api.commands_client import approve_command, decide_command, reject_command
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import Verb

from ..plain_text import clean_line
from .command_ends import tell
from .context import Context, is_asking_possible
from .wipes import tell_outlook_of


class _One(msgspec.Struct):
    command_id: str
    reason: str | None = None
    typed_name: str | None = None
    is_done: bool = False


async def cancel(context: Context) -> ExitCode:
    """Only what was not sent."""
    async with context.client() as client:
        tell(context, await client.cancel_command(context.take(_One).command_id))
    return ExitCode.OK


async def approve(context: Context) -> ExitCode:
    """Agree to what another person asked for; a wipe by typing the phone's name."""
    asked = context.take(_One)
    async with context.client() as client:
        typed = asked.typed_name
        if typed is None and is_asking_possible():
            command = await client.command_by_id(asked.command_id)
            if command.verb is Verb.WIPE:
                await tell_outlook_of(context, client, command.device)
            typed = _typed(context, command.device) if command.verb is Verb.WIPE else ""
        approval = Approval(typed_name=typed or "", reason=asked.reason)
        tell(context, await approve_command(client, asked.command_id, approval))
    return ExitCode.OK


async def reject(context: Context) -> ExitCode:
    """Nobody sends it."""
    asked = context.take(_One)
    async with context.client() as client:
        tell(context, await reject_command(client, asked.command_id, asked.reason or ""))
    return ExitCode.OK


async def decide(context: Context) -> ExitCode:
    """It happened, or it did not."""
    asked = context.take(_One)
    decision = Decision(is_done=asked.is_done, reason=asked.reason or "")
    async with context.client() as client:
        tell(context, await decide_command(client, asked.command_id, decision))
    return ExitCode.OK


def _typed(context: Context, device: str) -> str:
    sys.stderr.write(clean_line(context.texts.get("cli.ask.type_name", device=device)) + " ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()
