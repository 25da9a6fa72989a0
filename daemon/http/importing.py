"""Handlers of imports."""

from ..api.importing import ImportRequest, ImportTicket
from ..api.requests import Nothing
from .call import Call


async def announce(call: Call, _query: Nothing, body: ImportRequest) -> ImportTicket:
    """Announce a file."""
    return await call.service.announce_import(call.caller, body)
