"""Who is logged in from a browser: a cookie of ours in front of the daemon's session, in memory only."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from daemon.api.web import WebSession

MOST_VISITS: Final = 8
MOST_OF_ACCOUNT: Final = 2
IDLE_S: Final = 30 * 60.0
"""Without a key being pressed; what a shop's phones do does not count."""


class VisitsFullError(Exception):
    """No room for one more."""


@dataclass(slots=True, kw_only=True, eq=False)
class Visit:
    """One login."""

    session: WebSession = field(repr=False)
    language: str
    last_key_s: float
    """On the monotonic clock."""

    @property
    def account(self) -> str:
        """Who."""
        return self.session.account


class Visits:
    """By the hash of their cookie. `now` and `now_s` are the two clocks."""

    def __init__(self, now: Callable[[], datetime], now_s: Callable[[], float]) -> None:
        self._now = now
        self._now_s = now_s
        self._visits: dict[bytes, Visit] = {}

    def in_the_way(self, account: str, is_open: Callable[[Visit], bool]) -> Visit | None:
        """Whose visit ends so that `account` may begin one; None when there is room. Raises VisitsFullError.

        A browser that was closed forgets its cookie and logs nobody out: of the visits without a tab, the one that
        was left first makes room. Those with a tab never do.
        """
        known = tuple(self._visits.values())
        of_account = tuple(visit for visit in known if visit.account == account)
        if len(of_account) >= MOST_OF_ACCOUNT:
            known = of_account
        elif len(known) < MOST_VISITS:
            return None
        left = [visit for visit in known if not is_open(visit)]
        if not left:
            raise VisitsFullError
        return min(left, key=lambda visit: visit.last_key_s)

    def begin(self, session: WebSession, language: str) -> str:
        """The cookie's value, 256 random bits. Raises VisitsFullError."""
        self.in_the_way(session.account, lambda _visit: True)
        cookie = secrets.token_urlsafe(32)
        self._visits[_hashed(cookie)] = Visit(session=session, language=language, last_key_s=self._now_s())
        return cookie

    def find(self, cookie: str | None) -> Visit | None:
        """None for a cookie that is not ours, and for a visit that is over."""
        visit = None if cookie is None else self._visits.get(_hashed(cookie))
        return visit if visit is not None and not self.is_over(visit) else None

    def is_over(self, visit: Visit) -> bool:
        """Ended, too long idle, or the daemon's session is at its end."""
        if visit not in self._visits.values():
            return True
        return self._now_s() - visit.last_key_s >= IDLE_S or self._now() >= visit.session.expires_at

    def touch(self, visit: Visit) -> None:
        """A key was pressed."""
        visit.last_key_s = self._now_s()

    def end(self, visit: Visit) -> None:
        """Forget it; harmless when it was."""
        self._visits = {key: known for key, known in self._visits.items() if known is not visit}

    def over(self) -> tuple[Visit, ...]:
        """Those whose time is up: the caller ends them."""
        return tuple(visit for visit in self._visits.values() if self.is_over(visit))

    def all(self) -> tuple[Visit, ...]:
        """Everybody."""
        return tuple(self._visits.values())


def _hashed(cookie: str) -> bytes:
    return sha256(cookie.encode("utf-8", "surrogatepass")).digest()
