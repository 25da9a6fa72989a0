"""Client functions of a closed vault. They raise what `ApiClient` raises."""

from .calling import Calling
from .unlocking import SealedState, UnlockRequest

UNLOCK_TIMEOUT_S = 60.0


async def sealed_state(client: Calling) -> SealedState:
    """Of a closed vault; `request.no_such_route` when it is open."""
    return await client.call("GET", "/v1/unlock", SealedState)


async def unlock(client: Calling, passphrase: str) -> SealedState:
    """Open it."""
    return await client.call(
        "POST", "/v1/unlock", SealedState, body=UnlockRequest(passphrase=passphrase), timeout_s=UNLOCK_TIMEOUT_S
    )
