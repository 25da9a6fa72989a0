"""Who is in by the web. In memory only: a restart, and so every change of an account, ends all of them.

A session is bound to the user (uid) whose program let the person in: its token is worth nothing to another. Who guesses
passwords waits; while one is looked at, others queue, so that guessing at once gains nothing.
"""

import asyncio
import hashlib
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ..api.exit_codes import ExitCode
from ..api.wire import Role
from ..people_names import WEB_NAME
from ..service import Caller, ServiceError
from .passwords import NOBODYS, PasswordHash

IDLE_S: Final = 30 * 60.0
LONGEST_S: Final = 12 * 3600.0
FAILURES_OF_ONE: Final = 5
"""In FAILURE_WINDOW_S, of one account."""
FAILURES_OF_ALL: Final = 20
FAILURE_WINDOW_S: Final = 60.0
MOST_SESSIONS: Final = 64
MOST_OF_ONE: Final = 8
_MOST_WAITING: Final = 16
_ABOVE_ALL_UIDS: Final = 2**32


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAccount:
    """Somebody of the configuration."""

    name: str
    role: Role
    password: PasswordHash


@dataclass(slots=True, kw_only=True)
class _Session:
    account: WebAccount
    gate_uid: int
    opened_s: float
    used_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A new session."""

    token: str
    account: WebAccount
    caller: Caller


class SessionBook:
    """One per daemon, on the event loop. `monotonic` gives seconds."""

    def __init__(self, accounts: Mapping[str, WebAccount], monotonic: Callable[[], float]) -> None:
        self._accounts = accounts
        self._monotonic = monotonic
        self._sessions: dict[str, _Session] = {}
        self._failures: deque[tuple[float, str]] = deque(maxlen=FAILURES_OF_ALL)
        self._looking = asyncio.Lock()
        self._waiting = 0

    @property
    def is_empty(self) -> bool:
        """Nobody has an account."""
        return not self._accounts

    def knows(self, account: str) -> bool:
        """Whether there is one of that name."""
        return account in self._accounts

    async def open(self, gate_uid: int, account: str, password: str, language: str) -> Opened:
        """`web.login_refused` for a wrong name or password, which take the same time; `web.too_many`."""
        if self._waiting >= _MOST_WAITING:
            raise _too_many(FAILURE_WINDOW_S)
        self._waiting += 1
        try:
            async with self._looking:
                self._check_failures(account)
                known = self._accounts.get(account)
                kept = NOBODYS if known is None else known.password
                is_right = await asyncio.to_thread(kept.fits, password)
                if known is None or not is_right:
                    self._failures.append((self._monotonic(), account))
                    raise ServiceError("web.login_refused", http_status=401, exit_code=ExitCode.NOT_PERMITTED)
        finally:
            self._waiting -= 1
        self._drop_ended()
        of_one = sum(one.account.name == account for one in self._sessions.values())
        if len(self._sessions) >= MOST_SESSIONS or of_one >= MOST_OF_ONE:
            raise ServiceError("web.too_many_sessions", http_status=429, exit_code=ExitCode.NOT_PERMITTED)
        token, now = secrets.token_urlsafe(32), self._monotonic()
        session_id = _id_of(token)
        self._sessions[session_id] = _Session(account=known, gate_uid=gate_uid, opened_s=now, used_s=now)
        return Opened(token=token, account=known, caller=_caller(known, session_id, language))

    def caller(self, token: str, gate_uid: int, language: str) -> Caller | None:
        """Whose session it is; None when it has ended, or was given to another user."""
        session_id = _id_of(token)
        session = self._sessions.get(session_id)
        if session is None or session.gate_uid != gate_uid or not self.is_open(session_id):
            return None
        return _caller(session.account, session_id, language)

    def used(self, session_id: str) -> None:
        """Somebody did something: the time without that begins anew."""
        session = self._sessions.get(session_id)
        if session is not None:
            session.used_s = self._monotonic()

    def is_open(self, session_id: str) -> bool:
        """Neither ended nor left alone for too long."""
        session, now = self._sessions.get(session_id), self._monotonic()
        if session is None:
            return False
        if now - session.used_s < IDLE_S and now - session.opened_s < LONGEST_S:
            return True
        del self._sessions[session_id]
        return False

    def end(self, session_id: str) -> None:
        """Harmless twice."""
        self._sessions.pop(session_id, None)

    def _drop_ended(self) -> None:
        for session_id in tuple(self._sessions):
            self.is_open(session_id)

    def _check_failures(self, account: str) -> None:
        now = self._monotonic()
        while self._failures and now - self._failures[0][0] >= FAILURE_WINDOW_S:
            self._failures.popleft()
        of_one = [at_s for at_s, name in self._failures if name == account]
        if len(of_one) >= FAILURES_OF_ONE or len(self._failures) >= FAILURES_OF_ALL:
            first_s = of_one[0] if len(of_one) >= FAILURES_OF_ONE else self._failures[0][0]
            raise _too_many(FAILURE_WINDOW_S - (now - first_s))


def _id_of(token: str) -> str:
    """The token itself is not kept."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _caller(account: WebAccount, session_id: str, language: str) -> Caller:
    digest = hashlib.sha256(account.name.encode()).digest()
    return Caller(
        uid=_ABOVE_ALL_UIDS + int.from_bytes(digest[:5]),
        name=f"{WEB_NAME}{account.name}",
        role=account.role,
        language=language,
        web_session=session_id,
    )


def _too_many(wait_s: float) -> ServiceError:
    return ServiceError(
        "web.too_many", http_status=429, exit_code=ExitCode.NOT_PERMITTED, retry_in_s=max(1, round(wait_s + 0.5))
    )
