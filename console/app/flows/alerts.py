"""The life of alerts: somebody looks at them, and says what came of it."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from daemon.api.wire import (
    Alert,
    AlertStatus,
)

from ...safe_text import lines, safe_page, safe_text
from ..access import Act
from ..dialogs.ask import LEAST_NOTE, AskDialog, Weight
from .base import FlowBase

ALERTS_NAMED: Final = 12


class AlertFlows(FlowBase):
    """Actions on alerts."""

    def why_not_handle(self, alerts: Sequence[Alert], to: AlertStatus) -> str | None:
        reason = self._desk.refusal(Act.HANDLE_ALERT)
        if reason is not None:
            return reason
        if not alerts:
            return self._desk.say("refusal.no_alert")
        admitted = (
            {AlertStatus.OPEN} if to is AlertStatus.ACKNOWLEDGED else {AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED}
        )
        if all(alert.status not in admitted for alert in alerts):
            return self._desk.say("refusal.alert_settled", status=self._desk.say(f"status.{alerts[0].status}"))
        return None

    def acknowledge(self, alerts: Sequence[Alert]) -> None:
        """Say that somebody looks at it; nothing is asked."""
        if not self.explained(self.why_not_handle(alerts, AlertStatus.ACKNOWLEDGED)):
            for alert in alerts:
                if alert.status is AlertStatus.OPEN:
                    self._change_alert(AlertStatus.ACKNOWLEDGED, None, alert.alert_id)

    def resolve(self, alerts: Sequence[Alert]) -> None:
        """Close alerts with a note of what came of it."""
        if self.explained(self.why_not_handle(alerts, AlertStatus.RESOLVED)):
            return
        desk = self._desk
        named = [safe_text(f"{desk.shop.name_of(alert.device)} · {alert.title}") for alert in alerts[:ALERTS_NAMED]]
        dialog = AskDialog(
            desk,
            title=safe_text(desk.say("resolve.title", n=len(alerts))),
            text=lines([*named, safe_text(""), safe_page(desk.say("resolve.effect"), "$muted")]),
            confirm="resolve",
            field="note",
            least=LEAST_NOTE,
            weight=Weight.HARMLESS,
        )
        ids = tuple(alert.alert_id for alert in alerts if alert.status in {AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED})
        self._app.push_screen(dialog, partial(self._resolve_confirmed, ids))

    def _resolve_confirmed(self, alert_ids: tuple[str, ...], note: str | None) -> None:
        if note is not None:
            for alert_id in alert_ids:
                self._change_alert(AlertStatus.RESOLVED, note, alert_id)

    def _change_alert(self, to: AlertStatus, note: str | None, alert_id: str) -> None:
        self._app.call(
            self._desk.client.change_alert(alert_id, to, note),
            lambda alert: self._changed(self._desk.shop.put_alerts((alert,))),
        )
