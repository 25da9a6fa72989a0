"""The client's part of the consoles desk. They raise what `ApiClient` raises."""

from .calling import Calling, segment
from .consoles import ConsoleInvitation, InviteConsole, PairedConsole
from .requests import Nothing
from .wire import Page


async def invite_console(client: Calling, request: InviteConsole) -> ConsoleInvitation:
    """Let one console in; the answer has the words. Ends an invitation that is open."""
    return await client.call("POST", "/v1/consoles/invitations", ConsoleInvitation, body=request)


async def console_invitation(client: Calling, invitation_id: str) -> ConsoleInvitation:
    """How it stands; without its words."""
    return await client.call("GET", f"/v1/consoles/invitations/{segment(invitation_id)}", ConsoleInvitation)


async def cancel_console_invitation(client: Calling, invitation_id: str) -> None:
    """Nobody can come in with it any more."""
    await client.call("DELETE", f"/v1/consoles/invitations/{segment(invitation_id)}", Nothing)


async def consoles(client: Calling) -> tuple[PairedConsole, ...]:
    """Those in force first."""
    return (await client.call("GET", "/v1/consoles", Page[PairedConsole])).items


async def revoke_console(client: Calling, console: str) -> PairedConsole:
    """By name or id; its connections end at once."""
    return await client.call("POST", f"/v1/consoles/{segment(console)}/revoke", PairedConsole)
