"""Handlers of what reaches phones: announcements, pairing, wireless debugging."""

from ..api.connecting import AnnouncedPhone, PairingReport, PairRequest, WirelessRequest, WirelessSwitched
from ..api.requests import Nothing
from ..api.wire import Page
from .call import Call


async def list_announced(call: Call, _query: Nothing, _body: Nothing) -> Page[AnnouncedPhone]:
    """Phones that announce themselves."""
    return Page(items=await call.service.announced_phones(call.caller))


async def pair(call: Call, _query: Nothing, body: PairRequest) -> PairingReport:
    """Pair by code."""
    return await call.service.pair(call.caller, body)


async def invite(call: Call, _query: Nothing, _body: Nothing) -> PairingReport:
    """Make a QR code."""
    return await call.service.invite_phone(call.caller)


async def show_pairing(call: Call, _query: Nothing, _body: Nothing) -> PairingReport:
    """How a pairing stands."""
    return await call.service.pairing(call.caller, call.path["pairing_id"])


async def cancel_pairing(call: Call, _query: Nothing, _body: Nothing) -> Nothing:
    """End an invitation."""
    await call.service.cancel_pairing(call.caller, call.path["pairing_id"])
    return Nothing()


async def switch_wireless(call: Call, _query: Nothing, body: WirelessRequest) -> WirelessSwitched:
    """Switch wireless debugging."""
    return await call.service.wireless(call.caller, call.path["serial"], body)
