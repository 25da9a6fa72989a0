"""`consoles`: inviting a console of another machine, who is paired, and ending that."""

import asyncio
from typing import Final

import msgspec

from daemon.api.client import ApiClient
from daemon.api.consoles import MOST_INVITED_S, ConsoleInvitation, InvitationState, InviteConsole, PairedConsole
from daemon.api.consoles_client import (
    cancel_console_invitation,
    console_invitation,
    consoles,
    invite_console,
    revoke_console,
)
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import Role

from .context import Context, UsageError
from .output import Format
from .table import Cell
from .times import shown

_COLUMNS = ("console", "role", "paired_at", "last_seen", "certificate_until", "console_state")
_LOOK_S: Final = 0.5
_EXIT_CODES: Final = {
    InvitationState.PAIRED: ExitCode.OK,
    InvitationState.OPEN: ExitCode.OK,
    InvitationState.EXPIRED: ExitCode.TIMEOUT,
    InvitationState.CANCELLED: ExitCode.PARTIAL,
    InvitationState.USED_UP: ExitCode.NOT_PERMITTED,
    InvitationState.FAILED: ExitCode.VAULT,
}


class _Invite(msgspec.Struct):
    name: str
    role: Role
    employee: str | None = None
    valid_s: int = MOST_INVITED_S
    no_wait: bool = False


class _Revoke(msgspec.Struct):
    console: str


async def list_consoles(context: Context) -> ExitCode:
    """Those in force first."""
    async with context.client() as client:
        known = await consoles(client)
    if context.output.format is not Format.TABLE:
        context.output.items(known)
    elif known:
        context.output.table(_COLUMNS, [_row(context, one) for one in known])
    else:
        context.output.empty("consoles.none")
    return ExitCode.OK


async def invite(context: Context) -> ExitCode:
    """The words to a person, and the wait for whoever has them."""
    arguments = context.take(_Invite)
    try:
        request = msgspec.convert(
            {
                "name": arguments.name, "role": arguments.role.value, "employee": arguments.employee,
                "valid_s": arguments.valid_s,
            },
            InviteConsole,
        )  # fmt: skip
    except msgspec.ValidationError:
        raise UsageError("consoles.name") from None
    async with context.client() as client:
        invitation = await invite_console(client, request)
        _tell_words(context, invitation)
        if not arguments.no_wait:
            invitation = await _waited(client, invitation)
            context.output.say(f"consoles.ended.{invitation.state.value}", name=invitation.name)
        if context.output.format is not Format.TABLE:
            context.output.items([invitation])
    return _EXIT_CODES[invitation.state]


async def revoke(context: Context) -> ExitCode:
    """By name or id."""
    async with context.client() as client:
        revoked = await revoke_console(client, context.take(_Revoke).console)
    if context.output.format is not Format.TABLE:
        context.output.items([revoked])
    context.output.say("consoles.revoked", name=revoked.name)
    return ExitCode.OK


def _tell_words(context: Context, invitation: ConsoleInvitation) -> None:
    """On stderr, whatever stdout is: the words are for a person's eyes."""
    until = shown(invitation.expires_at)
    context.output.say("consoles.on_the_other", command=f"shopwarden connect-shop {invitation.address}")
    context.output.say("consoles.words", words=invitation.words or "")
    context.output.say("consoles.characters", characters=" ".join(invitation.characters or ""))
    context.output.say("consoles.until", until=until)


async def _waited(client: ApiClient, invitation: ConsoleInvitation) -> ConsoleInvitation:
    """Until it has ended; whoever stops waiting takes the invitation back."""
    try:
        while invitation.state is InvitationState.OPEN:
            await asyncio.sleep(_LOOK_S)
            invitation = await console_invitation(client, invitation.invitation_id)
    except (asyncio.CancelledError, KeyboardInterrupt):
        await asyncio.shield(cancel_console_invitation(client, invitation.invitation_id))
        raise
    return invitation


def _row(context: Context, console: PairedConsole) -> list[Cell]:
    state = "revoked" if console.revoked_at is not None else "connected" if console.is_connected else "away"
    return [
        Cell(console.name),
        Cell(context.word("role", console.role.value)),
        Cell(shown(console.paired_at)),
        Cell(shown(console.last_seen_at)),
        Cell(shown(console.expires_at)),
        Cell(context.word("console_state", state)),
    ]
