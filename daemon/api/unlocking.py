"""Wire types of a vault that nobody has unlocked yet."""

from typing import Annotated

import msgspec

from .wire_base import Wire


class UnlockRequest(Wire, frozen=True, kw_only=True):
    """What opens the vault. Goes over the Unix socket only; in no log and no audit entry."""

    passphrase: Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]


class SealedState(Wire, frozen=True, kw_only=True):
    """What a daemon with a closed vault tells."""

    is_sealed: bool
    phones_connected: int | None
    """Enrolled ones that are read now; None when the vault is open: health has them."""
    batches: int
    """Sealed since the start, to be merged when the vault is open."""
    is_disk_full: bool
    problem: str | None
    """Why the configured key did not open it; a code of the error catalog."""
