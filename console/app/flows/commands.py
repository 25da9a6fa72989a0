"""What is done to commands that were given."""

from daemon.api.wire import (
    Command,
    CommandState,
)

from ..access import Act
from .base import FlowBase


class CommandFlows(FlowBase):
    """Actions on commands."""

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
            self._app.call(self._desk.client.cancel_command(command.command_id), self._command_changed)

    def _command_changed(self, command: Command) -> None:
        self._changed(self._desk.shop.put_commands((command,)))
