"""Client functions of the audit. They raise what `ApiClient` raises."""

from .calling import READ_TIMEOUT_S, Calling
from .query_text import query_of
from .requests import AuditQuery
from .wire import AuditEntry, Page


async def find_audit(client: Calling, query: AuditQuery) -> Page[AuditEntry]:
    """Newest first. `next_before` of a page is `before` of the next; None at the end."""
    return await client.call("GET", "/v1/audit", Page[AuditEntry], query=query_of(query), timeout_s=READ_TIMEOUT_S)
