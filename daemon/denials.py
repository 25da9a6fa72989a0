"""Who tried what their role may not: in the audit for acts that open, export, delete, hold, reveal or let in."""

from collections.abc import Callable
from typing import Final

from .archive.errors import ArchiveError
from .audit import AuditTrail
from .http.rate_limit import RateLimiter
from .logs import log_for
from .roles import Permission
from .service import Caller

NOTED: Final = frozenset(
    {
        Permission.EVENTS_REVEAL,
        Permission.EXPORT_ASK,
        Permission.EXPORT_DECIDE,
        Permission.COPY_MAKE,
        Permission.ERASURE_ASK,
        Permission.ERASURE_DECIDE,
        Permission.RETENTION_RUN,
        Permission.HOLDS_CHANGE,
        Permission.KEYS_MANAGE,
        Permission.CONSOLES_MANAGE,
        Permission.PINS_SHOW,
        Permission.PINS_CHANGE,
    }
)
"""Plain reads are not in it: they would bury the rest."""
DENIED: Final = "denied"
"""The entry's outcome."""
_PER_MINUTE: Final = 6.0
_BURST: Final = 30


class Denials:
    """Writes an entry for each, at most 30 at once and then 6 a minute for one uid: nobody can fill the ledger so."""

    def __init__(self, audit: AuditTrail, monotonic: Callable[[], float]) -> None:
        self._audit = audit
        self._limit = RateLimiter(per_minute=_PER_MINUTE, burst=_BURST, monotonic=monotonic)
        self._log = log_for("denials")

    async def note(self, caller: Caller, permission: Permission, route: str) -> None:
        """`route`: method and path as in the table of routes, without what was asked. Never raises for a full disk:
        the refusal stands either way.
        """
        if permission not in NOTED:
            return
        if self._limit.take(caller.uid) > 0:
            self._log.warning("denial_not_noted", uid=caller.uid, role=caller.role.value)
            return
        try:
            await self._audit.write(caller, f"denied.{permission.value}", route, outcome=DENIED)
        except ArchiveError:
            self._log.error("denial_not_noted", uid=caller.uid, role=caller.role.value)
