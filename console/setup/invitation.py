"""A QR code that a phone scans to pair without a cable."""

from contextlib import suppress
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from daemon.api.calling import segment
from daemon.api.connecting import PairingReport
from daemon.api.errors import ApiClientError
from daemon.api.requests import Nothing

from ..app.calls import CallingApp
from ..app.keys import key
from ..app.settings import Symbols
from ..app.sturdy import Sturdy
from ..app.widgets.note import Note
from ..safe_text import safe_page, safe_text
from .desk import SetupDesk

EVERY_S: Final = 0.5


class InvitationDialog(Sturdy, ModalScreen[None]):
    """Shows the code until a phone came, it expired, or the person left. Leaving takes the code back."""

    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "leave", "setup.close")]

    def __init__(self, desk: SetupDesk) -> None:
        super().__init__()
        self._desk = desk
        self._report: PairingReport | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="invitation"):
            yield Note(self._desk.page("invitation.text"), id="invitation-text")
            yield Static("", id="invitation-code", markup=False)
            yield Note(id="invitation-state")
            with Horizontal(id="invitation-buttons"):
                yield Button(safe_text(self._desk.say("button.close")), id="close", compact=True)

    def on_mount(self) -> None:
        self._app.call(self._desk.client.call("POST", "/v1/pairings", PairingReport), self._invited, self._failed)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_leave()

    def action_leave(self) -> None:
        report = self._report
        if report is not None and not report.is_over:
            self._app.run_worker(self._take_back(report.pairing_id), group="calls", exit_on_error=False)
        self._report = None
        self.dismiss(None)

    @property
    def _app(self) -> CallingApp:
        app = self.app
        assert isinstance(app, CallingApp)
        return app

    async def _take_back(self, pairing_id: str) -> None:
        with suppress(ApiClientError):
            await self._desk.client.call("DELETE", f"/v1/pairings/{segment(pairing_id)}", Nothing)

    def _invited(self, report: PairingReport) -> None:
        from ..cli.pairing import drawn

        if not self.is_attached:
            return
        self._report = report
        if report.payload is not None:
            is_ascii = self._desk.symbols is Symbols.ASCII
            self.query_one("#invitation-code", Static).update(safe_page(drawn(report.payload, is_ascii=is_ascii)))
        self._tell(report)
        self.set_interval(EVERY_S, self._look)

    def _look(self) -> None:
        report = self._report
        if report is not None and not report.is_over:
            path = f"/v1/pairings/{segment(report.pairing_id)}"
            self._app.call(self._desk.client.call("GET", path, PairingReport), self._tell, self._failed)

    def _tell(self, report: PairingReport) -> None:
        if not self.is_attached:
            return
        self._report = report
        name = f"cli.word.pairing.{report.state}"
        word = self._desk.texts.get(name) if self._desk.texts.has(name) else self._desk.say("invitation.waiting")
        self.query_one("#invitation-state", Note).show(safe_text(word, "bold"))
        if report.is_over:
            self.query_one("#invitation-code", Static).update("")

    def _failed(self, error: ApiClientError) -> None:
        if self.is_attached:
            self._report = None
            self.query_one("#invitation-state", Note).show(safe_page(f"{error.message}\n{error.hint}", "$text-error"))
