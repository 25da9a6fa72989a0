"""Which versions wrote this archive: a leaf of the ledger whenever one of them changed."""

import asyncio

from crypto.embedded import embedded_libraries

from ..archive.archive import Archive
from ..archive.drafts import AuditDraft, AuditFilter
from ..audit import DAEMON_ACTOR, MAX_REASON, NO_ROLE
from ..logs import log_for
from ..version import daemon_version

ACTION = "daemon.parts"


async def note_parts(archive: Archive) -> bool:
    """True when the ledger has a new leaf: an upgrade, or a first start. Raises ArchiveError."""
    libraries = await asyncio.to_thread(embedded_libraries)
    told = "; ".join(f"{one.name} {one.version} in {one.inside}" for one in libraries)[:MAX_REASON]
    target = f"shopwarden {daemon_version()}"
    last = await archive.audit_entries(limit=1, only=AuditFilter(actor=DAEMON_ACTOR, action=ACTION))
    if last and (last[0].target, last[0].reason) == (target, told):
        return False
    log_for("parts").info("parts.changed", version=daemon_version())
    draft = AuditDraft(actor=DAEMON_ACTOR, role=NO_ROLE, action=ACTION, target=target, reason=told, outcome="ok")
    await archive.audit(draft)
    return True
