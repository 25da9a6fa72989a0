"""The life of alerts: somebody looks at them, somebody looks after them, and says what came of it."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from daemon.api.alert_life import AlertBatchItem, AlertStep
from daemon.api.alert_life_client import alert_history
from daemon.api.errors import ApiClientError, ApiRefusedError
from daemon.api.wire import Alert, Hello

from ...safe_text import SafeContent, joined, lines, safe_page, safe_text
from ..access import Act
from ..dialogs.ask import LEAST_NOTE, AskDialog, Weight
from ..dialogs.assign import LEAST_NAME, OTHER, AssignDialog
from ..dialogs.page import PageDialog
from ..glyphs import severity_cell
from ..run_log import Outcome
from ..work import LongWork
from .alert_calls import LOT, AlertReport, OldDaemonError, change_many, change_one, fresh_alert
from .alert_steps import STEPS, AlertAct, AlertChange
from .base import FlowBase

ALERTS_NAMED: Final = 12
REFUSALS_NAMED: Final = 200
_WRONG_STATE: Final = "alert.wrong_state"
Done = Callable[[Iterable[str]], None]
"""Gets the ids of what was changed."""


def _nothing(_ids: Iterable[str]) -> None:
    """Nobody wants to know."""


class AlertFlows(FlowBase):
    """Actions on alerts. `done` is told which were changed, once they are: marks stay on what was refused."""

    _old_daemon: Hello | None = None
    """The greeting of the daemon that did not know what it was asked for; another one may be newer."""

    def why_not(self, act: AlertAct, alerts: Sequence[Alert]) -> str | None:
        """The reason in words, None when at least one of them can be changed that way."""
        reason = self._desk.refusal(Act.HANDLE_ALERT)
        if reason is not None:
            return reason
        if act is AlertAct.ASSIGN and self._old_daemon is not None and self._old_daemon is self._desk.shop.hello:
            return self._desk.say("refusal.old_daemon")
        if not alerts:
            return self._desk.say("refusal.no_alert")
        admitted = STEPS[act].admitted
        if not any(alert.status in admitted for alert in alerts):
            name = "refusal.alert_open" if act is AlertAct.REOPEN else "refusal.alert_settled"
            return self._desk.say(name, status=self._desk.say(f"status.{alerts[0].status}"))
        return None

    def acknowledge(self, alerts: Sequence[Alert], done: Done = _nothing) -> None:
        """Say that somebody looks at them; nothing is asked, it can be taken back."""
        if not self.explained(self.why_not(AlertAct.ACKNOWLEDGE, alerts)):
            self._change(alerts, AlertChange(act=AlertAct.ACKNOWLEDGE), done)

    def reopen(self, alerts: Sequence[Alert], done: Done = _nothing) -> None:
        """Settled too early, or nobody looks at them after all. One alert is opened at once, many are asked for."""
        if self.explained(self.why_not(AlertAct.REOPEN, alerts)):
            return
        if len(_fit(AlertAct.REOPEN, alerts)) == 1:
            self._change(alerts, AlertChange(act=AlertAct.REOPEN), done)
        else:
            self._ask(AlertAct.REOPEN, alerts, done)

    def resolve(self, alerts: Sequence[Alert], done: Done = _nothing) -> None:
        """Close them with a note of what came of it."""
        self._ask(AlertAct.RESOLVE, alerts, done)

    def suppress(self, alerts: Sequence[Alert], done: Done = _nothing) -> None:
        """Close them as nothing to look at, with a note that says why."""
        self._ask(AlertAct.SUPPRESS, alerts, done)

    def note(self, alerts: Sequence[Alert], done: Done = _nothing) -> None:
        """Write something down and leave them as they are."""
        self._ask(AlertAct.NOTE, alerts, done)

    def assign(self, alerts: Sequence[Alert], done: Done = _nothing) -> None:
        """Say who looks after them: oneself, somebody who does already, somebody else, nobody."""
        if self.explained(self.why_not(AlertAct.ASSIGN, alerts)):
            return
        chosen = partial(self._assignee_chosen, tuple(alerts), done)
        self._app.push_screen(AssignDialog(self._desk, title=self._title(AlertAct.ASSIGN, len(alerts))), chosen)

    def load_history(
        self, alert_id: str, then: Callable[[tuple[AlertStep, ...]], None], otherwise: Callable[[str], None]
    ) -> None:
        """What was done with an alert, or why that cannot be told, in words."""

        def failed(error: ApiClientError) -> None:
            is_old = error.code == "request.no_such_route"
            otherwise(self._desk.say("refusal.old_daemon") if is_old else error.message)

        self._app.call(alert_history(self._desk.client, alert_id), then, failed)

    def _assignee_chosen(self, alerts: Sequence[Alert], done: Done, chosen: str | None) -> None:
        if chosen is None:
            return
        if chosen != OTHER:
            self._change(alerts, AlertChange(act=AlertAct.ASSIGN, assignee=chosen), done)
            return
        dialog = AskDialog(
            self._desk,
            title=self._title(AlertAct.ASSIGN, len(alerts)),
            text=self._named(alerts),
            confirm="assign",
            field="assignee",
            least=LEAST_NAME,
            weight=Weight.HARMLESS,
        )
        self._app.push_screen(dialog, partial(self._assignee_chosen, alerts, done))

    def _ask(self, act: AlertAct, alerts: Sequence[Alert], done: Done) -> None:
        if self.explained(self.why_not(act, alerts)):
            return
        fit = _fit(act, alerts)
        effect = safe_page(self._desk.say(f"alert_act.{act}.effect"), "$muted")
        dialog = AskDialog(
            self._desk,
            title=self._title(act, len(fit)),
            text=lines([self._named(fit), safe_text(""), effect]),
            confirm=act.value,
            field="note" if act is AlertAct.RESOLVE else f"note_{act}",
            least=LEAST_NOTE,
            weight=Weight.HARMLESS,
        )
        self._app.push_screen(dialog, partial(self._noted, act, fit, done))

    def _noted(self, act: AlertAct, alerts: Sequence[Alert], done: Done, note: str | None) -> None:
        if note is not None:
            self._change(alerts, AlertChange(act=act, note=note), done)

    def _change(self, alerts: Sequence[Alert], change: AlertChange, done: Done) -> None:
        """One through its own route, so that a refusal is told in full; more than one lot as long work."""
        fit = _fit(change.act, alerts)
        client, put, title = self._desk.client, self._put, self._title(change.act, len(fit))
        otherwise = partial(self._not_changed, fit, title)
        if len(fit) == 1:
            self._app.call(change_one(client, fit[0], change), partial(self._changed_one, title, done), otherwise)
        elif len(fit) <= LOT:
            lot = change_many(client, fit, change, done=lambda changed, asked: put(changed))
            self._app.call(lot, partial(self._changed_many, title, change.act, done), otherwise)
        else:

            async def job(work: LongWork) -> AlertReport:
                def step(changed: Sequence[Alert], asked: int) -> None:
                    put(changed)
                    done([alert.alert_id for alert in changed])
                    work.step(asked, len(fit))

                return await change_many(client, fit, change, done=step)

            then = partial(self._tell_many, change.act, done)
            self._app.long_work(title, job, then, otherwise=partial(self._tell_why_not, fit))

    def _put(self, alerts: Sequence[Alert]) -> None:
        self._changed(self._desk.shop.put_alerts(alerts))

    def _changed_one(self, title: SafeContent, done: Done, alert: Alert) -> None:
        self._put((alert,))
        self._app.log_run(title, Outcome.DONE)
        done((alert.alert_id,))

    def _changed_many(self, title: SafeContent, act: AlertAct, done: Done, report: AlertReport) -> None:
        outcome = Outcome.DONE if not report.refused else Outcome.PARTLY if report.changed else Outcome.REFUSED
        self._app.log_run(title, outcome)
        self._tell_many(act, done, report)

    def _tell_many(self, act: AlertAct, done: Done, report: AlertReport) -> None:
        """How many in a line, or a page that names what was not done."""
        done([alert.alert_id for alert in report.changed])
        n, refused = len(report.changed), len(report.refused)
        if not refused:
            self._app.notify(self._desk.say(f"alert_act.{act}.done", n=n))
            return
        head = self._desk.line("alert_act.partly", "bold", n=n, refused=refused)
        told = [self._refusal(item) for item in report.refused[:REFUSALS_NAMED]]
        page = PageDialog(self._desk, title=self._title(act, n + refused), text=lines([head, safe_text(""), *told]))
        self._app.push_screen(page)

    def _refusal(self, item: AlertBatchItem) -> SafeContent:
        known = self._desk.shop.alerts.get(item.alert_id)
        name = "" if known is None else f"{known.employee or self._desk.shop.name_of(known.device)} · {known.title} · "
        return joined(
            (safe_text(name), safe_text(item.alert_id, "$muted"), safe_text(f": {item.message or item.code}"))
        )

    def _not_changed(self, alerts: Sequence[Alert], title: SafeContent, error: ApiClientError) -> None:
        self._app.log_run(title, Outcome.REFUSED if isinstance(error, ApiRefusedError) else Outcome.FAILED)
        self._tell_why_not(alerts, error)

    def _tell_why_not(self, alerts: Sequence[Alert], error: ApiClientError) -> None:
        if isinstance(error, OldDaemonError):
            self._old_daemon = self._desk.shop.hello
            self._app.notify(self._desk.say("refusal.old_daemon"), severity="warning")
        elif error.code == _WRONG_STATE and len(alerts) == 1:
            again = fresh_alert(self._desk.client, alerts[0].alert_id)
            self._app.call(again, partial(self._was_first, error), lambda _: self._app.tell_error(error))
        else:
            self._app.tell_error(error)

    def _was_first(self, error: ApiClientError, alert: Alert) -> None:
        """Somebody else was quicker: that is news, and no mistake."""
        self._put((alert,))
        if alert.handled_by is None:
            self._app.tell_error(error)
            return
        status = self._desk.say(f"status.{alert.status}")
        self._app.notify(self._desk.say("alert_act.was_first", name=alert.handled_by, status=status))

    def _title(self, act: AlertAct, n: int) -> SafeContent:
        return self._desk.line(f"alert_act.{act}.title", n=n)

    def _named(self, alerts: Sequence[Alert]) -> SafeContent:
        """The first of them by name, and how many more."""
        desk = self._desk
        named = [
            joined(
                (
                    severity_cell(alert.severity, desk.texts),
                    safe_text(f"  {alert.employee or desk.shop.name_of(alert.device)} · {alert.title}"),
                )
            )
            for alert in alerts[:ALERTS_NAMED]
        ]
        if len(alerts) > ALERTS_NAMED:
            named.append(desk.line("alert_act.and_more", n=len(alerts) - ALERTS_NAMED))
        return lines(named)


def _fit(act: AlertAct, alerts: Sequence[Alert]) -> tuple[Alert, ...]:
    """Those that can be changed that way: the others are left alone, as they were when they were marked."""
    admitted = STEPS[act].admitted
    return tuple(alert for alert in alerts if alert.status in admitted)
