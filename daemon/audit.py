"""Audit, then serve: the entry is on the disk before the first byte of what it is about leaves.

Targets are ids. What somebody searched for appears as a keyed token: the same search has the same token, and whoever
reads the audit does not learn the words.
"""

import hashlib
import hmac
from collections.abc import Sequence

from crypto.keys import Purpose
from crypto.vault_keys import KeySource
from policies.pseudonyms import read_signs

from .api.wire import EventQuery
from .archive.archive import Archive
from .archive.drafts import AuditDraft
from .service import Caller

_MAX_IDS = 20
MAX_REASON = 500
"""Characters of a reason that are kept."""
DAEMON_ACTOR = "daemon"
"""Who the audit names for what the daemon does on its own."""
NO_ROLE = "-"
"""And its role."""


class AuditTrail:
    """Writes audit entries of callers."""

    def __init__(self, archive: Archive, keys: KeySource) -> None:
        self._archive = archive
        self._key = keys.derive(Purpose.AUDIT)

    async def write(
        self, caller: Caller, action: str, target: str, *, reason: str | None = None, outcome: str = "ok"
    ) -> None:
        """Durable when it returns. Raises ArchiveError; then the caller gets nothing."""
        await self._archive.audit(
            AuditDraft(
                actor=caller.name,
                role=caller.role.value,
                action=action,
                target=target,
                reason=reason[:MAX_REASON] if reason is not None else None,
                outcome=outcome,
            )
        )

    def search_token(self, text: str) -> str:
        """16 hex digits for a search."""
        return hmac.new(self._key, b"search\0" + text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:16]

    def target_of(self, query: EventQuery, event_ids: Sequence[str]) -> str:
        """What a query showed: the filters without words, how many, and the ids of the first."""
        filters = [
            f"{name}={value}"
            for name, value in (
                ("device", query.device),
                ("kind", query.kind),
                ("conversation", query.conversation),
                ("since", query.since.isoformat() if query.since is not None else None),
                ("until", query.until.isoformat() if query.until is not None else None),
                ("devices", ",".join(query.devices) or None),
                ("employee", self.search_token(query.employee) if query.employee is not None else None),
                ("person", None if query.person is None else read_signs(query.person)),
                ("peer", self.search_token(query.peer) if query.peer is not None else None),
            )
            if value is not None
        ]
        if query.text is not None:
            filters.append(f"search={self.search_token(query.text)}")
        more = ["..."] if len(event_ids) > _MAX_IDS else []
        return " ".join([*filters, f"count={len(event_ids)}", *event_ids[:_MAX_IDS], *more])
