"""The client's part of backtracking."""

from .calling import READ_TIMEOUT_S, Calling
from .timeline import TimelinePage, TimelineQuery, TimelineRevealRequest


async def timeline(client: Calling, query: TimelineQuery) -> TimelinePage:
    """A masked stretch of a conversation."""
    return await client.call("POST", "/v1/timeline", TimelinePage, body=query, timeout_s=READ_TIMEOUT_S)


async def reveal_timeline(client: Calling, query: TimelineQuery, reason: str) -> TimelinePage:
    """The same unmasked. The audit entry is on disk before it arrives."""
    request = TimelineRevealRequest(query=query, reason=reason)
    return await client.call("POST", "/v1/timeline/reveal", TimelinePage, body=request, timeout_s=READ_TIMEOUT_S)
