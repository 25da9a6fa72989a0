"""A command on a page of its own: every change with its steps on the phone, live, and what people can say about it."""

from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from daemon.api.calling import READ_TIMEOUT_S, segment
from daemon.api.errors import ApiClientError
from daemon.api.wiping import Wipe
from daemon.api.wiping_client import wipe_of
from daemon.api.wire import Command, CommandTransition, Verb

from ...safe_text import SafeContent, joined, lines, safe_page, safe_text
from ..calls import CallingApp
from ..desk import Desk
from ..glyphs import command_cell
from ..keys import COMMAND_KEYS, key
from ..panes.life import command_detail
from ..sturdy import Sturdy
from ..widgets.footer import KeyFooter
from ..widgets.note import Note

if TYPE_CHECKING:
    from ..flows import Flows

LOOK_EVERY_S: Final = 1.0


class CommandScreen(Sturdy, ModalScreen[None]):
    """Follows its command until nothing can change any more. Escape goes back."""

    AUTO_FOCUS = "#bench-body"
    BINDINGS: ClassVar[list[BindingType]] = [key("escape,q", "close", "dialog.close"), *COMMAND_KEYS]

    def __init__(self, desk: Desk, flows: "Flows", command: Command) -> None:
        super().__init__()
        self._desk = desk
        self._flows = flows
        self._command = command
        self._wipe: Wipe | None = None
        self._is_asked = False
        self._is_whole = False

    def compose(self) -> ComposeResult:
        with Vertical(id="bench"):
            yield Note(id="bench-title")
            with VerticalScroll(id="bench-body"):
                yield Note(id="bench-found")
            yield KeyFooter(self._desk)

    def on_mount(self) -> None:
        self._look()
        self.set_interval(LOOK_EVERY_S, self._look_again)
        self._show()

    def why_not(self, action: str) -> str | None:
        """See Explains."""
        return self._flows.commands.why_not(action, self._command)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_cancel_command(self) -> None:
        self._flows.commands.cancel(self._command)

    def action_retry_command(self) -> None:
        self._flows.commands.retry(self._command)

    def action_approve_command(self) -> None:
        self._flows.commands.approve(self._command)

    def action_reject_command(self) -> None:
        self._flows.commands.reject(self._command)

    def action_decide_command(self) -> None:
        self._flows.commands.decide(self._command)

    def _look_again(self) -> None:
        known = self._desk.shop.commands.get(self._command.command_id)
        has_changed = known is not None and known.updated_at != self._command.updated_at
        if has_changed or not self._is_whole or not self._command.state.is_terminal:
            self._look()

    def _look(self) -> None:
        app = self.app
        if self._is_asked or not isinstance(app, CallingApp):
            return
        self._is_asked = True
        path = f"/v1/commands/{segment(self._command.command_id)}"
        asked = self._desk.client.call("GET", path, Command, timeout_s=READ_TIMEOUT_S)
        app.call(asked, self._loaded, self._failed)
        if self._command.verb is Verb.WIPE:
            app.call(wipe_of(self._desk.client, self._command.command_id), self._wipe_loaded, lambda error: None)

    def _loaded(self, command: Command) -> None:
        self._is_asked, self._is_whole, self._command = False, True, command
        self._show()

    def _failed(self, error: ApiClientError) -> None:
        self._is_asked = False

    def _wipe_loaded(self, wipe: Wipe) -> None:
        self._wipe = wipe
        self._show()

    def _show(self) -> None:
        if not self.is_attached:
            return
        command, desk = self._command, self._desk
        title = f"{desk.say(f'verb.{command.verb}')} · {desk.shop.name_of(command.device)} · {command.device}"
        self.query_one("#bench-title", Note).show(safe_text(title, "bold"))
        parts = [command_detail(command, desk)]
        if command.transitions:
            parts += [safe_text(""), desk.line("command_page.changes", "$muted")]
            parts += [line for change in command.transitions for line in self._change(change)]
        if self._wipe is not None:
            parts += [safe_text(""), *self._wipe_lines(self._wipe)]
        self.query_one("#bench-found", Note).show(lines(parts))
        self.refresh_bindings()

    def _change(self, change: CommandTransition) -> list[SafeContent]:
        desk = self._desk
        head = joined(
            (
                safe_text(f"{desk.times.full(change.at)}  ", "$muted"),
                command_cell(change.state_to, desk.texts),
                safe_text(f"  {desk.known(f'result.{change.result}', change.result or '')}"),
                safe_text(f"  {change.actor}", "$muted"),
            )
        )
        steps = [safe_text(f"    {one.step}  {one.code}{_exit(one.exit_code)}", "$muted") for one in change.steps]
        return [head, *steps]

    def _wipe_lines(self, wipe: Wipe) -> list[SafeContent]:
        desk = self._desk
        told = [desk.line("wipe.stages", "$muted")]
        told += [safe_text(f"{desk.times.full(stage.at)}  {stage.stage_text}") for stage in wipe.stages]
        if wipe.certificate is not None:
            words = desk.say("wipe.certificate", index=wipe.certificate.ledger_index)
            told.append(safe_page(words, "bold $text-success"))
        return told


def _exit(code: int | None) -> str:
    return "" if code in {None, 0} else f"  exit {code}"
