"""Looking after the daemon itself: its health, its closed vault, the audit, the check of the record, figures."""

from collections.abc import Callable
from typing import Final

from daemon.api.audit_client import find_audit
from daemon.api.errors import ApiClientError, ApiRefusedError
from daemon.api.figures import FigureQuery, Figures
from daemon.api.figures_client import figures
from daemon.api.links import LinkRefused
from daemon.api.requests import AuditQuery, VerifyRequest
from daemon.api.unlocking import SealedState
from daemon.api.unlocking_client import unlock
from daemon.api.verify_words import advice_for, place_in_words
from daemon.api.wire import AuditEntry, Page, Role, VerifyReport

from ...safe_text import lines, safe_page, safe_text
from ..access import AccessMode
from ..calls import CallingApp
from ..desk import Desk
from ..dialogs.dialog import labelled
from ..dialogs.page import PageDialog
from ..health_times import HealthTimes
from ..run_log import Outcome
from ..shop import Part
from ..work import LongWork
from .base import FlowBase

SEALED: Final = "vault.sealed"
VERIFY_TIMEOUT_S: Final = 1_800.0
MAY_VERIFY: Final = frozenset({Role.OWNER, Role.AUDITOR})
RETRY_AFTER_S: Final = 1.0
"""The daemon takes so long at least until it answers behind the opened vault."""


class OversightFlows(FlowBase):
    """Actions on the daemon's own state."""

    def __init__(self, app: CallingApp, desk: Desk, changed: Callable[[Part], None]) -> None:
        super().__init__(app, desk, changed)
        self.health_times = HealthTimes()

    @property
    def is_sealed(self) -> bool:
        """Whether a daemon answers whose vault nobody has opened yet."""
        link = self._desk.shop.link
        return isinstance(link, LinkRefused) and isinstance(link.error, ApiRefusedError) and link.error.code == SEALED

    def why_not_unlock(self) -> str | None:
        """None when there is a closed vault that this console can open."""
        if not self.is_sealed:
            return self._desk.say("unlock.not_sealed")
        if self._desk.mode is AccessMode.READ_ONLY:
            return self._desk.say("refusal.read_only")
        return self._desk.say("unlock.web") if self._app.is_web else None

    def unlock(self) -> None:
        """Ask for the passphrase and give it to the daemon; nothing of it is kept here."""
        if self.explained(self.why_not_unlock()):
            return
        from ..dialogs.unlock import UnlockDialog

        self._app.push_screen(UnlockDialog(self._desk, self.open_vault))

    def open_vault(
        self, passphrase: str, then: Callable[[SealedState], None], otherwise: Callable[[ApiClientError], None]
    ) -> None:
        """Give it to the daemon once."""

        def opened(state: SealedState) -> None:
            self._app.log_run(self._desk.line("unlock.ran"), Outcome.DONE)
            self._app.notify(self._desk.say("unlock.opened", n=state.batches))
            self._app.set_timer(RETRY_AFTER_S, self._retry)
            then(state)

        self._app.call(unlock(self._desk.client, passphrase), opened, otherwise)

    def load_audit(
        self,
        query: AuditQuery,
        then: Callable[[Page[AuditEntry]], None],
        otherwise: Callable[[ApiClientError], None],
    ) -> None:
        """A page of the audit; the daemon notes that it was read."""
        self._app.call(find_audit(self._desk.client, query), then, otherwise)

    def load_figures(
        self, query: FigureQuery, then: Callable[[Figures], None], otherwise: Callable[[ApiClientError], None]
    ) -> None:
        """What a plot is drawn from."""
        self._app.call(figures(self._desk.client, query), then, otherwise)

    def why_not_figures(self) -> str | None:
        return None if self._desk.shop.is_online else self._desk.say("refusal.offline")

    def show_figures(self) -> None:
        """Alerts and reply times over time."""
        from ..dialogs.figures import FiguresScreen

        if not self.explained(self.why_not_figures()):
            self._app.push_screen(FiguresScreen(self._desk, self))

    def why_not_verify(self) -> str | None:
        """Owners and auditors check the record."""
        desk = self._desk
        if not desk.shop.is_online:
            return desk.say("refusal.offline")
        role = desk.shop.hello.role if desk.shop.hello is not None else None
        return desk.say("refusal.role", role=desk.role_word()) if role not in {None, *MAY_VERIFY} else None

    def verify(self) -> None:
        """The whole record against its commitments and signed heads; the daemon does it, which takes a while."""
        if not self.explained(self.why_not_verify()):
            self._app.long_work(self._desk.line("verify.running"), self._verify, self._verified)

    async def _verify(self, work: LongWork) -> VerifyReport:
        client = self._desk.client
        return await client.call(
            "POST", "/v1/verify", VerifyReport, body=VerifyRequest(since=None), timeout_s=VERIFY_TIMEOUT_S
        )

    def _verified(self, report: VerifyReport) -> None:
        desk = self._desk
        style = "bold $text-success" if report.ok else "bold $text-error"
        rows = [
            ("ledger_size", safe_text(str(report.ledger_size))),
            ("records_checked", safe_text(str(report.records_checked))),
            ("heads_checked", safe_text(str(report.heads_checked))),
            ("root", safe_text(report.root_sha256)),
        ]
        parts = [safe_page(report.text, style), safe_text("")]
        if report.first_bad is not None:
            rows.append(("first_bad", safe_text(place_in_words(desk.texts, report.first_bad), "bold $text-error")))
        parts += labelled(desk, rows)
        if report.problem is not None:
            advice = advice_for(desk.texts, report.problem, report.first_bad)
            parts += [safe_text(""), safe_page(advice or desk.say("verify.advice"), "$text-warning")]
        title = desk.line("verify.whole" if report.ok else "verify.not_whole")
        self._app.push_screen(PageDialog(desk, title=title, text=lines(parts)))

    def _retry(self) -> None:
        self._app.call_later(self._app.run_action, "retry")
