"""Beside the phones: alert delivery, consoles of other machines, who leaves, actions that follow a finding."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from daemon.api.consoles import PairedConsole
from daemon.api.consoles_client import revoke_console
from daemon.api.delivery import DeadLetter, DeliveryChannel, DeliveryStatus, DeliveryTest, MuteRequest
from daemon.api.delivery_client import mute_channel, retry_dead, start_delivery, stop_delivery, test_channel
from daemon.api.intercept import InterceptStatus, SwitchIntercept
from daemon.api.intercept_client import switch_intercept
from daemon.api.leaving import Leaving, LeavingItem, LeavingState
from daemon.api.leaving_client import confirm_leaving, undo_leaving

from ...safe_text import lines, safe_page, safe_text
from ..access import Act
from ..dialogs.ask import LEAST_REASON, AskDialog, Weight
from ..dialogs.fields import Field, FieldKind
from ..dialogs.form import FormDialog
from ..dialogs.ladder import LadderDialog, Rung
from ..dialogs.menu import Choice, MenuDialog
from ..run_log import Outcome
from ..work import LongWork
from .base import FlowBase

T = TypeVar("T")
MOST_MINUTES = 43_200
_UNDOABLE = frozenset({LeavingState.PENDING, LeavingState.DONE})


class ServiceFlows(FlowBase):
    """Each says what became of it; the screens ask the daemon again by themselves."""

    def why_not_shown(self) -> str | None:
        return None if self._desk.shop.is_online else self._desk.say("refusal.offline")

    def why_not_deliver(self, channel: DeliveryChannel | None) -> str | None:
        """Of one channel."""
        reason = self._desk.refusal(Act.DELIVER)
        return reason or (self._desk.say("delivery.no_channel") if channel is None else None)

    def test(self, channel: DeliveryChannel | None) -> None:
        """A message goes out now."""
        if self.explained(self.why_not_deliver(channel)) or channel is None:
            return
        client, title = self._desk.client, self._desk.line("delivery.testing", name=channel.name)

        async def job(work: LongWork) -> DeliveryTest:
            return await test_channel(client, channel.name, None)

        self._app.long_work(title, job, self._tested)

    def mute(self, channel: DeliveryChannel | None) -> None:
        """For some minutes; 0 ends it."""
        if self.explained(self.why_not_deliver(channel)) or channel is None:
            return
        dialog = FormDialog(
            self._desk,
            title=self._desk.line("delivery.mute_title", name=channel.name),
            text=safe_page(self._desk.say("delivery.mute_effect"), "$muted"),
            confirm="mute",
            fields=(
                Field(name="minutes", kind=FieldKind.NUMBER, most=5, low=0, high=MOST_MINUTES, value="60"),
                Field(name="why", least=0, most=500),
            ),
        )
        self._app.push_screen(dialog, partial(self._mute_filled, channel.name))

    def switch_delivery(self, status: DeliveryStatus | None) -> None:
        """Stop all channels, or start them again."""
        reason = self._desk.refusal(Act.DELIVER)
        if self.explained(reason) or status is None:
            return
        is_stopped = status.stopped_by is not None
        name = "start" if is_stopped else "stop"
        call = start_delivery if is_stopped else stop_delivery
        self._ask(f"delivery.{name}", lambda why: call(self._desk.client, why))

    def retry_dead(self, letters: tuple[DeadLetter, ...]) -> None:
        """Have those of a channel sent again."""
        if self.explained(self._desk.refusal(Act.DELIVER)):
            return
        client = self._desk.client
        title = self._desk.line("delivery.retrying", n=len(letters))

        async def job(work: LongWork) -> int:
            for number, letter in enumerate(letters, 1):
                await retry_dead(client, letter.message_id, None)
                work.step(number, len(letters))
            return len(letters)

        self._app.long_work(title, job, lambda n: self._app.notify(self._desk.say("delivery.retried", n=n)))

    def why_not_revoke(self, console: PairedConsole | None) -> str | None:
        reason = self._desk.refusal(Act.REVOKE_CONSOLE)
        if reason is not None:
            return reason
        if console is None:
            return self._desk.say("consoles.no_console")
        return self._desk.say("consoles.is_revoked") if console.revoked_at is not None else None

    def revoke(self, console: PairedConsole | None) -> None:
        """It is out at once; to come back it has to be invited again."""
        if self.explained(self.why_not_revoke(console)) or console is None:
            return
        desk = self._desk
        dialog = LadderDialog(
            desk,
            rung=Rung.CONFIRM,
            title=desk.line("consoles.revoke_title", name=console.name),
            targets=[],
            effect=safe_page(desk.say("consoles.revoke_effect"), "bold"),
            confirm="revoke",
        )

        def agreed(reason: str | None) -> None:
            if reason is not None:
                self._app.call(revoke_console(desk.client, console.console_id), self._revoked)

        self._app.push_screen(dialog, agreed)

    def why_not_undo(self, leaving: Leaving | None) -> str | None:
        """Until a phone was wiped."""
        reason = self._desk.refusal(Act.LEAVE)
        if reason is not None:
            return reason
        if leaving is None:
            return self._desk.say("leaving.nobody")
        if leaving.state not in _UNDOABLE:
            return self._desk.say("leaving.not_undoable")
        return self._desk.say("leaving.is_wiped") if any(phone.is_wiped for phone in leaving.phones) else None

    def undo(self, leaving: Leaving | None) -> None:
        """Apps, collecting and ownership as before."""
        if not self.explained(self.why_not_undo(leaving)) and leaving is not None:
            self._ask("leaving.undo", lambda why: undo_leaving(self._desk.client, leaving.leaving_id, why))

    def why_not_confirm(self, leaving: Leaving | None) -> str | None:
        """Something has to be left to do by hand."""
        reason = self._desk.refusal(Act.LEAVE)
        if reason is not None:
            return reason
        is_due = leaving is not None and any(item.is_due for item in leaving.items)
        return None if is_due else self._desk.say("leaving.nothing_due")

    def confirm(self, leaving: Leaving | None) -> None:
        """A person did one of the items."""
        if self.explained(self.why_not_confirm(leaving)) or leaving is None:
            return
        due: dict[str, LeavingItem] = {item.item: item for item in leaving.items if item.is_due}
        choices = [Choice(key=key, label=safe_text(item.text)) for key, item in due.items()]
        dialog = MenuDialog(self._desk, title=self._desk.line("leaving.confirm_title"), choices=choices)

        def chosen(item: str | None) -> None:
            if item is not None:
                done = confirm_leaving(self._desk.client, leaving.leaving_id, item)
                self._app.call(done, lambda now: self._done("leaving.confirm"))

        self._app.push_screen(dialog, chosen)

    def switch_intercept(self, status: InterceptStatus | None) -> None:
        """The kill switch: off ends at once what is in force."""
        if self.explained(self._desk.refusal(Act.SWITCH_INTERCEPT)) or status is None:
            return
        is_on = status.is_switched_off
        name = "intercept.on" if is_on else "intercept.off"
        client = self._desk.client
        self._ask(name, lambda why: switch_intercept(client, SwitchIntercept(is_on=is_on, reason=why)))

    def _ask(self, name: str, call: Callable[[str], Awaitable[T]]) -> None:
        """A reason, then the call. `app.<name>_title`, `_effect` and `_done` say it, `app.button.<last part>` does."""
        desk = self._desk
        dialog = AskDialog(
            desk,
            title=desk.line(f"{name}_title"),
            text=lines([safe_page(desk.say(f"{name}_effect"), "bold")]),
            confirm=name.replace(".", "_"),
            field="reason",
            least=LEAST_REASON,
            weight=Weight.DESTRUCTIVE,
        )

        def because(reason: str | None) -> None:
            if reason is not None:
                self._app.call(call(reason), lambda now: self._done(name))

        self._app.push_screen(dialog, because)

    def _done(self, name: str) -> None:
        told = self._desk.line(f"{name}_done")
        self._app.log_run(told, Outcome.DONE)
        self._app.notify(told.plain)

    def _tested(self, test: DeliveryTest) -> None:
        if test.ok:
            self._app.notify(self._desk.say("delivery.tested", name=test.channel))
        else:
            told = self._desk.say("delivery.test_failed", name=test.channel, problem=test.problem or test.code or "")
            self._app.notify(told, severity="error")

    def _mute_filled(self, channel: str, filled: tuple[str, ...] | None) -> None:
        if filled is None:
            return
        minutes, why = filled
        request = MuteRequest(minutes=int(minutes), reason=why or None)
        key = "delivery.mute" if request.minutes else "delivery.unmute"
        self._app.call(mute_channel(self._desk.client, channel, request), lambda now: self._done(key))

    def _revoked(self, console: PairedConsole) -> None:
        self._done("consoles.revoke")
