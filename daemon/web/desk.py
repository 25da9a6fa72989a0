"""Behind `/v1/web`: letting people in and out, audited before the token leaves."""

from datetime import timedelta

from adb_bridge.clock import Clock

from ..api.exit_codes import ExitCode
from ..api.web import WebLogin, WebSession
from ..audit import AuditTrail
from ..config import Config
from ..roles import Permission, require
from ..service import Caller, ServiceError
from ..service_errors import not_found, not_permitted, refusing
from .passwords import read_hash
from .sessions import LONGEST_S, SessionBook, WebAccount

UNKNOWN = "-"
"""Whom the audit names for a name that nobody has: people type passwords into the wrong field."""


class WebDesk:
    """One per daemon. Raises ServiceError only."""

    def __init__(self, *, config: Config, audit: AuditTrail, clock: Clock) -> None:
        accounts = {
            name: WebAccount(name=name, role=account.given_role(), password=read_hash(account.password))
            for name, account in config.web.accounts.items()
        }
        self.sessions = SessionBook(accounts, clock.monotonic)
        self._audit = audit
        self._clock = clock

    async def log_in(self, caller: Caller, login: WebLogin) -> WebSession:
        """`web.login_refused`, `web.too_many`, `web.too_many_sessions`; `web.no_accounts` where nobody can come in."""
        require(caller, Permission.WEB_LOGIN)
        if not caller.is_gate:
            raise not_permitted("web.not_the_gate")
        if self.sessions.is_empty:
            raise ServiceError("web.no_accounts", http_status=409, exit_code=ExitCode.USAGE)
        with refusing():
            try:
                opened = await self.sessions.open(caller.uid, login.account, login.password, caller.language)
            except ServiceError as refused:
                if refused.code == "web.login_refused":
                    who = login.account if self.sessions.knows(login.account) else UNKNOWN
                    await self._audit.write(caller, "web.login_failed", who, outcome="refused")
                raise
            session_id = opened.caller.web_session
            try:
                await self._audit.write(opened.caller, "web.login", opened.account.name)
            except BaseException:
                self.sessions.end(session_id or "")
                raise
            return WebSession(
                token=opened.token,
                account=opened.account.name,
                role=opened.account.role,
                expires_at=self._clock.now() + timedelta(seconds=LONGEST_S),
            )

    async def log_out(self, caller: Caller) -> None:
        """`web.session.not_found` for somebody who did not come by the web."""
        if caller.web_session is None:
            raise not_found("web.session")
        self.sessions.end(caller.web_session)
        with refusing():
            await self._audit.write(caller, "web.logout", caller.name.partition(":")[2])
