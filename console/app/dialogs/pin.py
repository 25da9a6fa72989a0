"""A PIN on the screen: for thirty seconds, or until any key; it cannot be marked, copied or exported."""

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import events

from daemon.api.pins import PinState, ShownPin

from ...safe_text import SafeContent, lines, safe_page, safe_text
from ..desk import Desk
from ..widgets.note import Note
from .dialog import Dialog, SafeButton

SHOWN_FOR_S: Final = 30
_TICK_S: Final = 1.0


class PinDialog(Dialog[None]):
    """Holds the PIN while it is open and not a moment longer. Every key and click closes it."""

    ALLOW_SELECT: ClassVar[bool] = False
    AUTO_FOCUS = ""
    HAS_HELP = False
    TONE = "-revealed"

    def __init__(self, desk: Desk, opened: ShownPin) -> None:
        super().__init__(desk, desk.line("pin.of", device=desk.shop.name_of(opened.device)))
        self._opened: ShownPin | None = opened
        self._left_s = SHOWN_FOR_S

    def body(self) -> SafeContent:
        opened, desk = self._opened, self.desk
        if opened is None:
            return safe_text("")
        told = [safe_text(f"   {'  '.join(opened.pin)}", "bold"), safe_text("")]
        if opened.is_doubtful:
            told.append(safe_page(desk.say("pin.doubtful"), "$text-warning"))
        elif opened.state is PinState.PROPOSED:
            told.append(safe_page(desk.say("pin.proposed"), "$text-warning"))
        elif opened.verified_at is None:
            told.append(safe_page(desk.say("pin.never_verified"), "$text-warning"))
        else:
            told.append(safe_text(desk.say("pin.verified", when=desk.times.both(opened.verified_at)), "$muted"))
        told.append(desk.line("pin.leaves", "$muted", n=self._left_s))
        return lines(told)

    def on_mount(self) -> None:
        self.set_interval(_TICK_S, self._tick)
        self.set_timer(SHOWN_FOR_S, self.leave)

    async def on_event(self, event: events.Event) -> None:
        """Before any binding: the app's own keys close it, too."""
        if isinstance(event, events.Key | events.Paste):
            event.stop()
            event.prevent_default()
            self.leave()
            return
        await super().on_event(event)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.leave()

    def on_unmount(self) -> None:
        self._forget()

    def buttons(self) -> Iterable[SafeButton]:
        """None: whatever is pressed closes it."""
        return ()

    def leave(self) -> None:
        """The text goes first, whatever becomes of the dialog."""
        self._forget()
        if self.is_attached and self.is_current:
            self.dismiss(None)

    def _forget(self) -> None:
        self._opened = None
        for note in self.query("#dialog-text").results(Note):
            note.show(safe_text(""))

    def _tick(self) -> None:
        self._left_s -= 1
        if self._opened is not None:
            self.query_one("#dialog-text", Note).show(self.body())
