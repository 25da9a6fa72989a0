"""Screen 4: what was asked of the phones and what became of it. Done means read back from the phone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType

from daemon.api.wire import Command, CommandState

from ...safe_text import SafeContent, safe_page, safe_text
from ..dialogs.command import CommandScreen
from ..glyphs import state_cell
from ..keys import COMMAND_KEYS, key
from ..ordering import SortKey
from ..shop import Part
from ..widgets.columns import Column
from .item_pane import ItemPane
from .life import command_detail


class CommandsPane(ItemPane[Command]):
    """Commands, youngest first."""

    NAME = "commands"
    PARTS = Part.COMMANDS
    OWN = Part.COMMANDS
    COLUMNS = (
        Column(key="state", title="app.column.state", width=14, weight=1, most=24, sort_letter="S"),
        Column(key="verb", title="app.column.verb", width=9, sort_letter="C"),
        Column(key="who", title="app.column.who", width=10, weight=2, most=20, sort_letter="N"),
        Column(key="asked", title="app.column.asked", width=14, most=17, weight=1, sort_letter="A", sorts_down=True),
        Column(key="by", title="app.column.by", width=8, weight=1, most=14, drop=3, sort_letter="B"),
        Column(key="tries", title="app.column.tries", width=5, drop=4, sort_letter="T", sorts_down=True),
        Column(key="expires", title="app.column.expires", width=8, drop=2, sort_letter="X"),
        Column(key="result", title="app.column.result", width=14, weight=5, drop=1),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*COMMAND_KEYS, key("b,f7", "batches", "commands.batches")]

    def items(self) -> Sequence[Command]:
        commands = self.desk.shop.commands.values()
        return sorted(commands, key=lambda one: (-one.requested_at.timestamp(), one.command_id))

    def key_of(self, item: Command) -> str:
        return item.command_id

    def cells_of(self, item: Command) -> Mapping[str, SafeContent]:
        times = self.desk.times
        left = int((item.expires_at - times.now()).total_seconds())
        return {
            "state": state_cell(item, self.desk.texts),
            "verb": self.desk.line(f"verb.{item.verb}"),
            "who": safe_text(self.desk.shop.name_of(item.device)),
            "asked": safe_text(f"{times.short(item.requested_at)} {times.age(item.requested_at)}"),
            "by": safe_text(item.requested_by),
            "tries": safe_text(str(item.tries)),
            "expires": safe_text("–" if item.state.is_terminal else times.span(left)),
            "result": safe_text(item.result_text or item.result or "–"),
        }

    def sort_value(self, item: Command, column: str) -> SortKey:
        match column:
            case "state":
                return (list(CommandState).index(item.state),)
            case "verb":
                return (item.verb.value,)
            case "who":
                return (self.desk.shop.name_of(item.device).casefold(),)
            case "asked":
                return (item.requested_at.timestamp(),)
            case "by":
                return (item.requested_by.casefold(),)
            case "tries":
                return (item.tries,)
            case "expires":
                return () if item.state.is_terminal else (item.expires_at.timestamp(),)
            case _:
                return super().sort_value(item, column)

    def moment_of(self, item: Command) -> datetime | None:
        return item.requested_at

    def haystack_of(self, item: Command) -> str:
        who = self.desk.shop.name_of(item.device)
        return " ".join((item.device, who, item.verb, item.reason, item.requested_by, item.command_id))

    def facets_of(self, item: Command) -> Mapping[str, Sequence[str]]:
        return {
            "device": (item.device, self.desk.shop.name_of(item.device)),
            "employee": (self.desk.shop.name_of(item.device),),
            "state": (item.state.value, self.desk.say(f"command.{item.state}"), *self._waits(item)),
            "kind": (item.verb.value, self.desk.say(f"verb.{item.verb}")),
        }

    def _waits(self, item: Command) -> tuple[str, ...]:
        if item.state.is_terminal or not (item.awaiting_approval or item.needs_decision):
            return ()
        name = "approval" if item.awaiting_approval else "decision"
        return (name, self.desk.say(f"command.{name}"))

    def detail_of(self, item: Command) -> SafeContent:
        return command_detail(item, self.desk)

    def empty_of_all(self) -> SafeContent:
        return safe_page(self.desk.say("empty.commands"))

    def why_not(self, action: str) -> str | None:
        if action == "batches":
            return None if self.desk.shop.is_online else self.desk.say("refusal.offline")
        return self.flows.commands.why_not(action, self.current()) or super().why_not(action)

    def action_cancel_command(self) -> None:
        self.flows.commands.cancel(self.current())

    def action_retry_command(self) -> None:
        self.flows.commands.retry(self.current())

    def action_approve_command(self) -> None:
        self.flows.commands.approve(self.current())

    def action_reject_command(self) -> None:
        self.flows.commands.reject(self.current())

    def action_decide_command(self) -> None:
        self.flows.commands.decide(self.current())

    def action_batches(self) -> None:
        """Those that went to several phones, each with its phones."""
        self.flows.commands.show_batches()

    def open_detail(self) -> None:
        command = self.current()
        if command is not None:
            self.app.push_screen(CommandScreen(self.desk, self.flows, command))

    def counts(self) -> str:
        """How many there are, and those that need a person apart: to be agreed to, failed, and nobody knows."""
        commands = self.desk.shop.commands.values()
        states = [command.state for command in commands]
        awaiting = sum(command.awaiting_approval and not command.state.is_terminal for command in commands)
        failed, unknown = states.count(CommandState.FAILED), states.count(CommandState.UNKNOWN)
        words = [super().counts()]
        words += [self.desk.say("command_act.awaiting", n=awaiting)] if awaiting else []
        words += [self.desk.say("command_act.failed", n=failed)] if failed else []
        words += [self.desk.say("command_act.unknown", n=unknown)] if unknown else []
        return " · ".join(words)
