"""The routes of consoles of other machines."""

from ..api.consoles import ConsoleInvitation, InviteConsole, PairedConsole, RenewedCertificate
from ..api.requests import Nothing
from ..api.wire import Page
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def invite(call: Call, _query: Nothing, body: InviteConsole) -> ConsoleInvitation:
    """Words for one console."""
    return await call.service.desks.consoles.invite(call.caller, body)


async def show_invitation(call: Call, _query: Nothing, _body: Nothing) -> ConsoleInvitation:
    """How it stands."""
    return await call.service.desks.consoles.invitation(call.caller, call.path["invitation_id"])


async def cancel_invitation(call: Call, _query: Nothing, _body: Nothing) -> Nothing:
    """End it."""
    await call.service.desks.consoles.cancel(call.caller, call.path["invitation_id"])
    return Nothing()


async def list_consoles(call: Call, _query: Nothing, _body: Nothing) -> Page[PairedConsole]:
    """All of them."""
    return Page(items=await call.service.desks.consoles.consoles(call.caller))


async def revoke(call: Call, _query: Nothing, _body: Nothing) -> PairedConsole:
    """Never again."""
    return await call.service.desks.consoles.revoke(call.caller, call.path["console"])


async def renew(call: Call, _query: Nothing, _body: Nothing) -> RenewedCertificate:
    """For the console that asks."""
    return await call.service.desks.consoles.renew(call.caller)


CONSOLE_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="GET", path="/v1/consoles", permission=Permission.CONSOLES_READ,
        summary="Consoles of other machines, revoked ones last",
        handler=list_consoles, query=Nothing, body=Nothing, answer=Page[PairedConsole],
    ),
    json_route(
        method="POST", path="/v1/consoles/invitations", permission=Permission.CONSOLES_MANAGE,
        summary="Three words that let one console of another machine in; ends an invitation that is open",
        handler=invite, query=Nothing, body=InviteConsole, answer=ConsoleInvitation, status=201,
    ),
    json_route(
        method="GET", path="/v1/consoles/invitations/{invitation_id}", permission=Permission.CONSOLES_MANAGE,
        summary="How an invitation stands; without its words",
        handler=show_invitation, query=Nothing, body=Nothing, answer=ConsoleInvitation,
    ),
    json_route(
        method="DELETE", path="/v1/consoles/invitations/{invitation_id}", permission=Permission.CONSOLES_MANAGE,
        summary="End an invitation", handler=cancel_invitation, query=Nothing, body=Nothing, answer=Nothing,
    ),
    json_route(
        method="POST", path="/v1/consoles/{console}/revoke", permission=Permission.CONSOLES_MANAGE,
        summary="Never let this console in again; what it has open ends at once",
        handler=revoke, query=Nothing, body=Nothing, answer=PairedConsole,
    ),
    json_route(
        method="POST", path="/v1/consoles/renewal", permission=Permission.HELLO,
        summary="A newer certificate for the console that asks; over the LAN only",
        handler=renew, query=Nothing, body=Nothing, answer=RenewedCertificate,
    ),
)  # fmt: skip
