"""Whether a finding has actions. Nothing is done here; limits are kept by the archive when an action is begun."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from policies.engine import Engine
from policies.model import Severity
from policies.rules.actions import ActionKind, RuleAction

from ..archive.intercepts import InterceptDraft, InterceptLimits, StoredKind, new_intercept_id
from ..archive.records import ArchivedAlert
from ..config import Config
from ..event_told import told_by
from ..logs import log_for

KINDS: Final = {
    ActionKind.SUSPEND_APP: StoredKind.SUSPEND_APP,
    ActionKind.LOCK: StoredKind.LOCK,
    ActionKind.MESSAGE: StoredKind.MESSAGE,
}
_AHEAD: Final = timedelta(minutes=10)
"""A phone's clock may be so much ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An action of a rule, by a name that stays."""

    name: str
    action: RuleAction


class Deciding:
    """By the configuration and the rules in force."""

    def __init__(self, config: Config, engine: Callable[[], Engine]) -> None:
        section = config.intercept
        self._section = section
        self._engine = engine
        self._known: tuple[str, dict[str, tuple[Named, ...]]] = ("", {})
        self._log = log_for("intercept")
        self.apps = section.apps or config.commands.freeze_apps or config.capture.notification_apps
        self.limits = InterceptLimits(
            per_hour=section.per_phone_hour,
            per_day=section.per_phone_day,
            cooldown=timedelta(seconds=section.cooldown_s),
        )

    @property
    def is_enabled(self) -> bool:
        """By the configuration."""
        return self._section.enabled

    def has_any(self) -> bool:
        """Whether any rule in force has an action."""
        return self.is_enabled and bool(self._actions())

    def drafts(self, alert: ArchivedAlert, now: datetime) -> Iterator[InterceptDraft]:
        """What is to be done after this alert."""
        named = self._actions().get(alert.verdict.rule_id, ()) if self.is_enabled else ()
        if not named or alert.rescan is not None:
            return
        if alert.verdict.severity.rank < Severity(self._section.min_severity).rank or not self._is_fresh(alert, now):
            return
        event = alert.archived.event
        for one in named:
            action, app, minutes = one.action, None, None
            if action.kind is ActionKind.SUSPEND_APP:
                app, minutes = action.app or told_by(event).app, min(action.minutes, self._section.longest_minutes)
                if app is None or app not in self.apps:
                    self._log.warning("intercept.app_not_allowed", rule=alert.verdict.rule_id)
                    continue
            yield InterceptDraft(
                intercept_id=new_intercept_id(),
                alert_id=alert.alert_id,
                action=one.name,
                rule_id=alert.verdict.rule_id,
                device=event.device,
                kind=KINDS[action.kind],
                app=app,
                minutes=minutes,
                words=action.text or None,
            )

    def _is_fresh(self, alert: ArchivedAlert, now: datetime) -> bool:
        oldest = now - timedelta(seconds=self._section.fresh_s)
        return oldest <= alert.archived.event.occurred_at <= now + _AHEAD and alert.raised_at >= oldest

    def _actions(self) -> dict[str, tuple[Named, ...]]:
        engine = self._engine()
        if self._known[0] != engine.version:
            found: dict[str, list[Named]] = {}
            for rule in engine.ruleset.rules:
                for number, action in enumerate(rule.actions, 1):
                    found.setdefault(rule.id, []).append(Named(name=f"rule:{number}", action=action))
            for name, own in self._section.action.items():
                kind = ActionKind(own.do)
                action = RuleAction(kind=kind, app=own.app, minutes=own.minutes, text=own.text or "")
                found.setdefault(own.rule, []).append(Named(name=f"config:{name}", action=action))
            self._known = (engine.version, {rule: tuple(actions) for rule, actions in found.items()})
        return self._known[1]
