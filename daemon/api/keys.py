"""The ways into the vault, on the wire."""

from .wire_base import Reason, Wire


class KeyWay(Wire, frozen=True, kw_only=True):
    """A way in. Holds nothing secret."""

    slot_id: str
    kind: str | None
    """`passphrase`, `key_file`, `credential`, `shares` or `escrow`; None when it is damaged."""
    name: str
    """A credential's, key file's or head office's; of a passphrase what it was called, and the day it was added."""
    state: str
    """`sound`, `old` (renewed when its secret next opens the vault) or `damaged`."""
    share_set: int | None
    """Number of a set of recovery shares, as it stands on each page."""
    threshold: int | None
    count: int | None


class KeyringView(Wire, frozen=True, kw_only=True):
    """The keyring as its owner may see it."""

    generation: int
    """Of the root key: counts its changes from 1."""
    items: tuple[KeyWay, ...]
    advice: tuple[str, ...]


class RotateRequest(Wire, frozen=True, kw_only=True):
    """A new root key."""

    reason: Reason


class Rotation(Wire, frozen=True, kw_only=True):
    """What came of it."""

    generation: int
