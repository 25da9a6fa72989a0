"""How often one person may open content: a token bucket for each uid."""

from collections.abc import Callable
from dataclasses import dataclass

MAX_PRINCIPALS = 1_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_s: float


class RateLimiter:
    """`burst` at once, then `per_minute`. `monotonic` gives seconds. At most MAX_PRINCIPALS are remembered."""

    def __init__(self, *, per_minute: float, burst: int, monotonic: Callable[[], float]) -> None:
        self._rate_per_s = per_minute / 60
        self._burst = burst
        self._monotonic = monotonic
        self._buckets: dict[int, _Bucket] = {}

    def take(self, principal: int) -> float:
        """0 when it may go on, else the seconds to wait."""
        now = self._monotonic()
        bucket = self._buckets.pop(principal, None) or _Bucket(tokens=self._burst, at_s=now)
        if len(self._buckets) >= MAX_PRINCIPALS:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[principal] = bucket
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at_s) * self._rate_per_s)
        bucket.at_s = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0.0
        return (1 - bucket.tokens) / self._rate_per_s
