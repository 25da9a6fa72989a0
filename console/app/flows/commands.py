"""What is done to commands that were given."""

from collections.abc import Callable
from typing import Final

from daemon.api.wire import Command, CommandState

from ..access import Act
from ..calls import CallingApp
from ..desk import Desk
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

    def _cancelled(self, command: Command) -> None:
        self._changed(self._desk.shop.put_commands((command,)))
        what = self._desk.line("command_act.cancelled", verb=self._desk.say(f"verb.{command.verb}"))
        self._app.log_run(what, Outcome.DONE)
