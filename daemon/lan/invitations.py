"""An invitation: three words, five minutes, three tries, one console."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from crypto.pairing_code import PairingCode, new_code

from ..api.consoles import ConsoleInvitation, InvitationState, InviteConsole

MOST_TRIES: Final = 3
"""Wrong words; then there is a new code or none."""


@dataclass(slots=True, kw_only=True)
class Invitation:
    """On the event loop. Whoever ends it does so once: the first ending stands."""

    request: InviteConsole
    invited_by: str
    inviter_role: str
    address: str
    expires_at: datetime
    code: PairingCode = field(default_factory=new_code)
    invitation_id: str = field(default_factory=lambda: f"ci_{secrets.token_hex(8)}")
    state: InvitationState = InvitationState.OPEN
    wrong_tries: int = 0
    console_id: str | None = None

    @property
    def is_open(self) -> bool:
        """Somebody may come in with it."""
        return self.state is InvitationState.OPEN

    def end(self, state: InvitationState) -> None:
        """Harmless when it has ended."""
        if self.is_open:
            self.state = state

    def expire(self) -> None:
        """Harmless when it has ended."""
        self.end(InvitationState.EXPIRED)

    def tried_wrongly(self) -> int:
        """Somebody had other words; how many tries are left."""
        self.wrong_tries += 1
        left = max(MOST_TRIES - self.wrong_tries, 0)
        if left == 0:
            self.end(InvitationState.USED_UP)
        return left

    def shown(self) -> ConsoleInvitation:
        """Without its words."""
        return ConsoleInvitation(
            invitation_id=self.invitation_id,
            state=self.state,
            name=self.request.name,
            role=self.request.role,
            address=self.address,
            expires_at=self.expires_at,
            wrong_tries=self.wrong_tries,
            console_id=self.console_id,
        )
