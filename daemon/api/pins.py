"""Wire types of shop-held PINs. Only `ShownPin` has one; its repr does not."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from .wire_base import Reason, Wire

TypedPin = Annotated[str, msgspec.Meta(min_length=4, max_length=64)]
"""As a person typed it: 4 to 16 digits, perhaps full-width or with blanks around."""
_HIDDEN = "<secret>"


class PinState(StrEnum):
    """What is known of it."""

    PROPOSED = "proposed"
    """Given to the phone, or about to be; not yet known to be its own."""
    CURRENT = "current"
    PREVIOUS = "previous"


class PinOrigin(StrEnum):
    """Where it came from."""

    DRAWN = "drawn"
    """The daemon drew it."""
    TYPED = "typed"
    """A person chose it."""
    TOLD = "told"
    """A person said that the phone has it."""


class PinLine(Wire, frozen=True, kw_only=True):
    """That a PIN is kept, without it."""

    device: str
    state: PinState
    origin: PinOrigin
    is_doubtful: bool
    """Nobody knows whether the phone took it; both are kept."""
    is_readable: bool
    """False: its key is missing or damaged, so nobody can open it."""
    made_at: datetime
    made_by: str
    changed_at: datetime
    verified_at: datetime | None
    """When the phone last said that it is this one."""


class PinOf(Wire, frozen=True, kw_only=True):
    """Which phone's PINs."""

    device: Annotated[str, msgspec.Meta(max_length=128)] | None = None


class PinReason(Wire, frozen=True, kw_only=True):
    """Why; it is audited."""

    reason: Reason


class PinToKeep(Wire, frozen=True, kw_only=True):
    """A PIN that a person typed."""

    pin: TypedPin
    reason: Reason
    is_on_phone: bool = False
    """True: the phone has it already. False: it is what the next `set_pin` command gives the phone."""

    def __repr__(self) -> str:
        return f"PinToKeep(pin={_HIDDEN})"


class ShownPin(Wire, frozen=True, kw_only=True):
    """A PIN, opened for one person."""

    device: str
    pin: str
    state: PinState
    is_doubtful: bool
    changed_at: datetime
    verified_at: datetime | None

    def __repr__(self) -> str:
        return f"ShownPin(pin={_HIDDEN})"


class PinsForgotten(Wire, frozen=True, kw_only=True):
    """How many there were."""

    device: str
    forgotten: int
