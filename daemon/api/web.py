"""Wire types of people who come by the web: a login gives a session, the session's role decides what is permitted."""

from datetime import datetime
from typing import Annotated

import msgspec

from .wire import Role
from .wire_base import Line, Wire

SESSION_HEADER = "X-Shopwarden-Session"
"""On every call of a session: its token. Without it a call is of the user who connects."""
SESSION_VARIABLE = "SHOPWARDEN_SESSION"
"""The same for a program that is started for a session; it takes it out of its environment at once."""


SESSION_ENDED = "web.session_ended"
"""Code of every refusal of a token that is none any more (HTTP 401)."""


class WebLogin(Wire, frozen=True, kw_only=True):
    """Who wants to come in. In no log and no audit entry but the account's name."""

    account: Line
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]

    def __repr__(self) -> str:
        return f"WebLogin(account={self.account!r})"


class WebSession(Wire, frozen=True, kw_only=True):
    """Of somebody who came in."""

    token: str
    """Known to nobody else; the daemon keeps its hash, in memory."""
    account: str
    role: Role
    expires_at: datetime
    """At the latest; half an hour without a call ends it sooner."""

    def __repr__(self) -> str:
        return f"WebSession(account={self.account!r}, role={self.role.value!r})"
