"""The work-bench of rules."""

from collections.abc import Callable
from functools import partial

from daemon.api.errors import ApiClientError
from daemon.api.policy import RulesInForce
from daemon.api.policy_client import rules_in_force
from daemon.api.rescans import Rescan, RescanRequest, RescanStatus
from daemon.api.rescans_client import cancel_rescan, rescans, start_rescan
from daemon.api.rule_state import RulesState
from daemon.api.rule_state_client import rules_state

from ...cli.times import parse_since
from ...safe_text import safe_page
from ..access import Act
from ..dialogs.ask import LEAST_REASON, AskDialog, Weight
from ..dialogs.form import Field, FormDialog
from ..run_log import Outcome
from .base import FlowBase


class RuleFlows(FlowBase):
    """Actions on rules."""

    def why_not_explain(self) -> str | None:
        """The daemon explains: without it nothing is."""
        return None if self._desk.shop.is_online else self._desk.say("refusal.offline")

    def explain(self) -> None:
        """Why the rules in force find a text, told while it is typed."""
        from ..dialogs.explain import ExplainScreen

        if not self.explained(self.why_not_explain()):
            self._app.push_screen(ExplainScreen(self._desk, self._app))

    def why_not_try(self) -> str | None:
        if self._app.is_web:  # the folder would be the server's
            return self._desk.say("web.no_files")
        return self._desk.refusal(Act.TRY_RULES) or self.why_not_explain()

    def try_rules(self) -> None:
        """What a candidate would find in the archive; every try is in the audit."""
        from ..dialogs.trial import TrialScreen

        if not self.explained(self.why_not_try()):
            self._app.push_screen(TrialScreen(self._desk, self._app))

    def show_rescans(self) -> None:
        """What was looked through with the rules in force, and the keys to begin and end it."""
        from ..dialogs.rescans import RescansScreen

        if not self.explained(self.why_not_explain()):
            self._app.push_screen(RescansScreen(self._desk, self))

    def why_not_rescan(self) -> str | None:
        return self._desk.refusal(Act.RESCAN) or self.why_not_explain()

    def start_rescan(self, then: Callable[[Rescan], None]) -> None:
        """Ask from when on and why, then begin one; it goes on by itself."""
        if self.explained(self.why_not_rescan()):
            return
        desk = self._desk
        dialog = FormDialog(
            desk,
            title=desk.line("rescan.start_title"),
            text=safe_page(desk.say("rescan.effect"), "$muted"),
            confirm="rescan",
            fields=(Field(name="rescan_since", least=0, most=40), Field(name="rescan_reason", least=LEAST_REASON)),
        )
        self._app.push_screen(dialog, partial(self._start_confirmed, then))

    def cancel_rescan(self, found: Rescan | None, then: Callable[[Rescan], None]) -> None:
        """Ask why, then end one early."""
        if self.explained(self.why_not_cancel(found)) or found is None:
            return
        desk = self._desk
        dialog = AskDialog(
            desk,
            title=desk.line("rescan.cancel_title"),
            text=safe_page(desk.say("rescan.cancel_effect", done=found.done, events=found.events), "$muted"),
            confirm="rescan_cancel",
            field="reason",
            least=LEAST_REASON,
            weight=Weight.HARMLESS,
        )
        self._app.push_screen(dialog, partial(self._cancel_confirmed, found, then))

    def why_not_cancel(self, found: Rescan | None) -> str | None:
        """Only what runs is ended."""
        if found is None or found.status is not RescanStatus.RUNNING:
            return self.why_not_rescan() or self._desk.say("rescan.not_running")
        return self.why_not_rescan()

    def load_rescans(
        self, then: Callable[[tuple[Rescan, ...]], None], otherwise: Callable[[ApiClientError], None]
    ) -> None:
        """Newest first."""
        self._app.call(rescans(self._desk.client), then, otherwise)

    def load_state(self, then: Callable[[RulesState], None], otherwise: Callable[[ApiClientError], None]) -> None:
        """Where the rules come from."""
        self._app.call(rules_state(self._desk.client), then, otherwise)

    def load_rules(self, then: Callable[[RulesInForce], None], otherwise: Callable[[ApiClientError], None]) -> None:
        """Those in force, with what each found lately."""
        self._app.call(rules_in_force(self._desk.client), then, otherwise)

    def _start_confirmed(self, then: Callable[[Rescan], None], filled: tuple[str, ...] | None) -> None:
        if filled is None:
            return
        since, reason = filled
        try:
            moment = parse_since(since, self._desk.times.now()) if since else None
        except ValueError:
            self._app.notify(self._desk.say("filter.bad_time", time=since), severity="warning")
            return

        def started(found: Rescan) -> None:
            self._app.log_run(self._desk.line("rescan.started"), Outcome.DONE)
            self._app.notify(self._desk.say("rescan.started"))
            then(found)

        self._app.call(start_rescan(self._desk.client, RescanRequest(reason=reason, since=moment)), started)

    def _cancel_confirmed(self, found: Rescan, then: Callable[[Rescan], None], reason: str | None) -> None:
        def ended(one: Rescan) -> None:
            self._app.log_run(self._desk.line("rescan.ended"), Outcome.DONE)
            then(one)

        if reason is not None:
            self._app.call(cancel_rescan(self._desk.client, found.rescan_id, reason), ended)
