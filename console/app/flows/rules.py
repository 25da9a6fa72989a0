"""The work-bench of rules."""

from collections.abc import Callable

from daemon.api.errors import ApiClientError
from daemon.api.policy import RulesInForce
from daemon.api.policy_client import rules_in_force

from ..access import Act
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
        return self._desk.refusal(Act.TRY_RULES) or self.why_not_explain()

    def try_rules(self) -> None:
        """What a candidate would find in the archive; every try is in the audit."""
        from ..dialogs.trial import TrialScreen

        if not self.explained(self.why_not_try()):
            self._app.push_screen(TrialScreen(self._desk, self._app))

    def load_rules(self, then: Callable[[RulesInForce], None], otherwise: Callable[[ApiClientError], None]) -> None:
        """Those in force, with what each found lately."""
        self._app.call(rules_in_force(self._desk.client), then, otherwise)
