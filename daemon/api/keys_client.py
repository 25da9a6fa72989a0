"""The client's part of the keys desk."""

from .calling import Calling
from .keys import KeyringView, RotateRequest, Rotation

_ROTATE_TIMEOUT_S = 60.0


async def keyring(client: Calling) -> KeyringView:
    """Every way in."""
    return await client.call("GET", "/v1/keys", KeyringView)


async def rotate_keys(client: Calling, reason: str) -> Rotation:
    """A new root key; durable when this returns."""
    body = RotateRequest(reason=reason)
    return await client.call("POST", "/v1/keys/rotate", Rotation, body=body, timeout_s=_ROTATE_TIMEOUT_S)
