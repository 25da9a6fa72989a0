"""Client functions of wipes. They raise what `ApiClient` raises."""

from .calling import Calling, segment
from .wiping import Wipe, WipeOutlook

_ASKING_S = 60.0
"""The phone itself is asked."""


async def wipe_outlook(client: Calling, serial: str) -> WipeOutlook:
    """Whether a phone can be erased now."""
    return await client.call("GET", f"/v1/devices/{segment(serial)}/wipe", WipeOutlook, timeout_s=_ASKING_S)


async def wipe_of(client: Calling, command_id: str) -> Wipe:
    """How a wipe stands, with its certificate once it is verified."""
    return await client.call("GET", f"/v1/wipes/{segment(command_id)}", Wipe)
