"""Consoles of other machines, on the wire: inviting one, who is paired, and ending that."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from .wire import Role
from .wire_base import Line, Wire

MOST_INVITED_S = 300
"""A code is good for five minutes at most."""
LEAST_INVITED_S = 30
_UNSEEN = r"\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_NOT_IN_IT = rf"\s:/\\{_UNSEEN}"
ConsoleName = Annotated[str, msgspec.Meta(pattern=rf"^[^.{_NOT_IN_IT}][^{_NOT_IN_IT}]{{0,39}}$")]
"""Of a console and of a shop: it goes into the audit and names a folder, so nothing in it may deceive or lead away."""


class InviteConsole(Wire, frozen=True, kw_only=True):
    """Let one console in."""

    name: ConsoleName
    """Whom the records name for what is done there; the name of the person who works there, or the machine's."""
    role: Role
    employee: Line | None = None
    """Of role `employee`: which one, as enrolled."""
    valid_s: Annotated[int, msgspec.Meta(ge=LEAST_INVITED_S, le=MOST_INVITED_S)] = MOST_INVITED_S


class InvitationState(StrEnum):
    """How an invitation stands."""

    OPEN = "open"
    PAIRED = "paired"
    EXPIRED = "expired"
    USED_UP = "used_up"
    """Three times the wrong words: somebody guesses, or the wrong words were read out."""
    CANCELLED = "cancelled"
    FAILED = "failed"
    """The port could not be opened, or the console could not be kept."""


class ConsoleInvitation(Wire, frozen=True, kw_only=True):
    """An invitation. With its words only in the answer to who made it."""

    invitation_id: str
    state: InvitationState
    name: str
    role: Role
    address: str
    """`host:port` that the other machine is told; of every address of this machine, the first."""
    expires_at: datetime
    wrong_tries: int
    words: str | None = None
    """Three English words; known to nobody else."""
    characters: str | None = None
    """The same as three Chinese characters."""
    console_id: str | None = None
    """Of the console that came in."""

    def __repr__(self) -> str:
        return f"ConsoleInvitation(invitation_id={self.invitation_id!r}, state={self.state.value!r})"


class PairedConsole(Wire, frozen=True, kw_only=True):
    """A console of another machine."""

    console_id: str
    name: str
    role: Role
    employee: str | None
    paired_at: datetime
    paired_by: str
    expires_at: datetime
    """Of its certificate, which it renews by itself from 30 days before."""
    last_seen_at: datetime | None
    """To the hour; None: never since it was paired."""
    is_connected: bool
    revoked_at: datetime | None
    revoked_by: str | None


class RenewedCertificate(Wire, frozen=True, kw_only=True):
    """A console's certificate for the key that it has."""

    certificate: str
    """PEM."""
    expires_at: datetime
