"""What is done to commands that were given: cancel, ask again, agree, refuse, say what a person saw on the phone."""

from collections.abc import Callable
from functools import partial
from typing import Final

from daemon.api.batches import Approval, Decision
from daemon.api.commands_client import approve_command, decide_command, reject_command
from daemon.api.wire import Command, CommandState, Verb

from ...safe_text import SafeContent, lines, safe_page, safe_text
from ..access import Act
from ..calls import CallingApp
from ..desk import Desk
from ..dialogs.ask import LEAST_REASON, AskDialog, Weight
from ..dialogs.dialog import labelled
from ..dialogs.menu import Choice, MenuDialog
from ..run_log import Outcome
from ..shop import Part
from .base import FlowBase
from .phones import PhoneFlows

RETRIED: Final = frozenset({CommandState.FAILED, CommandState.EXPIRED, CommandState.CANCELLED})
"""What did not come to be: asked again as a new command. Of one that is being checked nobody knows yet."""


class CommandFlows(FlowBase):
    """Actions on commands."""

    def __init__(self, app: CallingApp, desk: Desk, changed: Callable[[Part], None], phones: PhoneFlows) -> None:
        super().__init__(app, desk, changed)
        self._phones = phones

    def why_not(self, action: str, command: Command | None) -> str | None:
        """Of an action of `COMMAND_KEYS`."""
        match action:
            case "cancel_command":
                return self.why_not_cancel(command)
            case "retry_command":
                return self.why_not_retry(command)
            case "approve_command":
                return self.why_not_approve(command)
            case "reject_command":
                return self.why_not_reject(command)
            case "decide_command":
                return self.why_not_decide(command)
            case _:
                return None

    def why_not_cancel(self, command: Command | None) -> str | None:
        reason = self._desk.refusal(Act.CANCEL_COMMAND)
        if reason is not None:
            return reason
        if command is None:
            return self._desk.say("refusal.no_command")
        if command.state not in {CommandState.QUEUED, CommandState.NOT_NOW}:
            return self._desk.say("refusal.not_queued", state=self._desk.say(f"command.{command.state}"))
        return None

    def cancel(self, command: Command | None) -> None:
        """Cancel a command that no phone has yet; nothing is lost by it, so nothing is asked."""
        if not self.explained(self.why_not_cancel(command)) and command is not None:
            self._app.call(self._desk.client.cancel_command(command.command_id), self._cancelled)

    def why_not_retry(self, command: Command | None) -> str | None:
        """Only what has not come to be, of a phone that may be asked."""
        if command is None:
            return self._desk.refusal(Act.COMMAND) or self._desk.say("refusal.no_command")
        if command.state not in RETRIED:
            state = self._desk.say(f"command.{command.state}")
            return self._desk.refusal(Act.COMMAND) or self._desk.say("refusal.not_retried", state=state)
        return self._phones.why_not_again(command)

    def retry(self, command: Command | None) -> None:
        """The same as a new command; what is confirmed first is confirmed again."""
        if not self.explained(self.why_not_retry(command)) and command is not None:
            self._phones.issue_again(command)

    def why_not_approve(self, command: Command | None) -> str | None:
        """Only what waits for somebody else, and never one's own."""
        desk = self._desk
        reason = self.why_not_reject(command)
        if reason is not None or command is None:
            return reason
        caller = desk.shop.hello.caller if desk.shop.hello is not None else None
        return desk.say("refusal.own_request") if caller is not None and caller == command.requested_by else None

    def why_not_reject(self, command: Command | None) -> str | None:
        """Only what waits for somebody; whoever asked may take it back."""
        desk = self._desk
        reason = desk.refusal(Act.APPROVE)
        if reason is not None:
            return reason
        if command is None:
            return desk.say("refusal.no_command")
        return None if _awaits(command) else desk.say("refusal.not_awaiting")

    def approve(self, command: Command | None) -> None:
        """Agree; a wipe shows what is about to be lost and takes the phone's name, typed by hand."""
        if self.explained(self.why_not_approve(command)) or command is None:
            return
        if command.verb is Verb.WIPE:
            self._phones.wipes.approve(command, partial(self._said, "approved"))
            return

        def agreed(reason: str | None) -> None:
            if reason is not None:
                approval = Approval(reason=reason)
                asked = approve_command(self._desk.client, command.command_id, approval)
                self._app.call(asked, partial(self._said, "approved"))

        self._ask(command, "approve", agreed)

    def reject(self, command: Command | None) -> None:
        """Nobody sends it."""
        if self.explained(self.why_not_reject(command)) or command is None:
            return

        def refused(reason: str | None) -> None:
            if reason is not None:
                asked = reject_command(self._desk.client, command.command_id, reason)
                self._app.call(asked, partial(self._said, "rejected"))

        self._ask(command, "reject", refused)

    def why_not_decide(self, command: Command | None) -> str | None:
        """Only where nobody can read back what became of it."""
        desk = self._desk
        reason = desk.refusal(Act.COMMAND)
        if reason is not None:
            return reason
        if command is None:
            return desk.say("refusal.no_command")
        return None if command.state is CommandState.UNKNOWN else desk.say("refusal.not_unknown")

    def decide(self, command: Command | None) -> None:
        """Somebody looked at the phone: it happened, or it did not."""
        if self.explained(self.why_not_decide(command)) or command is None:
            return
        say = self._desk.say
        choices = [
            Choice(key=name, label=self._desk.line(f"decide.{name}"), about=say(f"decide.{name}_about"))
            for name in ("done", "not_done")
        ]
        title = self._desk.line("decide.title", verb=say(f"verb.{command.verb}"))
        self._app.push_screen(MenuDialog(self._desk, title=title, choices=choices), partial(self._decided, command))

    def show_batches(self) -> None:
        """Each with its phones."""
        from ..dialogs.batches import BatchesScreen

        reason = None if self._desk.shop.is_online else self._desk.say("refusal.offline")
        if not self.explained(reason):
            self._app.push_screen(BatchesScreen(self._desk))

    def _decided(self, command: Command, chosen: str | None) -> None:
        if chosen is None:
            return

        def because(reason: str | None) -> None:
            if reason is not None:
                decision = Decision(is_done=chosen == "done", reason=reason)
                asked = decide_command(self._desk.client, command.command_id, decision)
                self._app.call(asked, partial(self._said, "decided"))

        self._ask(command, f"decide_{chosen}", because)

    def _ask(self, command: Command, name: str, then: Callable[[str | None], None]) -> None:
        desk = self._desk
        rows: list[tuple[str, SafeContent]] = [
            ("device", safe_text(f"{desk.shop.name_of(command.device)} · {command.device}")),
            ("asked_by", safe_text(f"{command.requested_by} · {desk.times.both(command.requested_at)}")),
            ("reason", safe_text(command.reason)),
            ("effect", safe_page(desk.say(f"command_ask.{name}"), "bold")),
        ]
        dialog = AskDialog(
            desk,
            title=desk.line(f"command_ask.{name}_title", verb=desk.say(f"verb.{command.verb}")),
            text=lines(labelled(desk, rows)),
            confirm=name,
            field="reason",
            least=LEAST_REASON,
            weight=Weight.DESTRUCTIVE,
        )
        self._app.push_screen(dialog, then)

    def _said(self, word: str, command: Command) -> None:
        self._changed(self._desk.shop.put_commands((command,)))
        what = self._desk.line(f"command_act.{word}", verb=self._desk.say(f"verb.{command.verb}"))
        self._app.log_run(what, Outcome.DONE)
        self._app.notify(what.plain)

    def _cancelled(self, command: Command) -> None:
        self._changed(self._desk.shop.put_commands((command,)))
        what = self._desk.line("command_act.cancelled", verb=self._desk.say(f"verb.{command.verb}"))
        self._app.log_run(what, Outcome.DONE)


def _awaits(command: Command) -> bool:
    return command.awaiting_approval and not command.state.is_terminal
